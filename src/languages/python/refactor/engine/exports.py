"""`__all__`: read, and changed in the layout in which it is written."""

import ast
import re


def pieces(tree):
    """The lists, tuples and calls that make up `__all__`, as nodes that hold constants."""
    for node in ast.walk(tree):
        value = None
        if isinstance(node, ast.Assign) and any(is_all(target) for target in node.targets):
            value = node.value
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and is_all(node.target):
            value = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_all(node.func.value) and node.args:
            value = node.args[0] if node.func.attr == "extend" else None
        waiting = [value] if value is not None else []
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, (ast.List, ast.Tuple, ast.Set)):
                yield item
            elif isinstance(item, ast.BinOp):
                waiting += [item.left, item.right]


def is_all(node):
    return isinstance(node, ast.Name) and node.id == "__all__"


def exported(tree):
    """The names that `__all__` lists; None for a module without it."""
    found = list(pieces(tree))
    if not found and not any(is_all(node) for node in ast.walk(tree)):
        return None
    return {item.value for piece in found for item in piece.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)}


def without(file, names):
    """Edits that take names out of `__all__`."""
    edits = []
    for piece in pieces(file.tree):
        gone = [item for item in piece.elts if isinstance(item, ast.Constant) and item.value in names]
        for item in gone:
            start, end = file.span(item)
            row, row_end = file.line_start(item.lineno), file.line_end(item.end_lineno)
            behind = re.match(r"\s*,?\s*(#[^\r\n]*)?\r?\n?\Z", file.text[end:row_end])
            if item.lineno > piece.lineno and not file.text[row:start].strip() and behind and item.end_lineno < piece.end_lineno:
                edits.append((row, row_end, ""))
                continue
            index = piece.elts.index(item)
            later = [other for other in piece.elts[index + 1:] if other not in gone]
            if index + 1 < len(piece.elts):
                edits.append((start, file.start(piece.elts[index + 1]), ""))
            elif any(other not in gone for other in piece.elts[:index]):
                previous = [other for other in piece.elts[:index] if other not in gone][-1]
                edits = [edit for edit in edits if edit[0] < file.end(previous)]
                edits.append((file.end(previous), end, ""))
            else:
                comma = re.compile(r"\s*,").match(file.text, end)
                edits.append((start, comma.end() if comma else end, ""))
            del later
    return edits


def adding(file, names):
    """Edits that add names to the first list of `__all__`, in order where that is in order."""
    piece = next(iter(pieces(file.tree)), None)
    if piece is None or not names:
        return []
    present = [item.value for item in piece.elts if isinstance(item, ast.Constant)]
    names = [name for name in names if name not in present]
    if not piece.elts:
        at = file.start(piece) + 1
        return [(at, at, ", ".join('"%s"' % name for name in names))] if names else []
    quote = file.text[file.start(piece.elts[0])]
    edits = []
    many = piece.end_lineno > piece.lineno and piece.elts[-1].lineno > piece.lineno
    ordered = present == sorted(present)
    for name in sorted(names):
        word = quote + name + quote
        index = sum(1 for other in present if other < name) if ordered else len(present)
        if index < len(piece.elts):
            at = file.start(piece.elts[index])
            indent = re.search(r"[^\r\n]*\Z", file.text[:at]).group()
            edits.append((at, at, word + (", " if indent.strip() else "," + file.newline + indent)))
        else:
            last = piece.elts[-1]
            at = file.end(last)
            indent = re.search(r"[^\r\n]*\Z", file.text[: file.start(last)]).group()
            edits.append((at, at, ", " + word if not many or indent.strip() else "," + file.newline + indent + word))
    return edits

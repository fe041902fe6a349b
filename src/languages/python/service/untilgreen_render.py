"""The finished text of a function: its doc as wanted, its imports sorted and only those in use, and what is put around it."""

import ast
import re

from untilgreen_extract import FUNCTIONS, binds, is_import, needed, parsed, read, simple, start_of


def render(source, name, imports, docstring, header, extra, tail):
    """`imports`: are they wanted; `docstring`: indented lines, empty for none; `extra`: import lines that `tail` needs."""
    code = documented(source, name, docstring)
    tree = parsed(code)
    if tree is None:
        return code
    parts = [node for node in needed(tree, name, "") if not is_import(node)]
    used = set().union(*[read(node) for node in parts], *[attributes(node) for node in parts]) if parts else set()
    blocks = [header, import_block(tree, used, extra) if imports else "", body(code, parts), tail]
    return joined([block for block in blocks if block.strip()], header)


def joined(blocks, header):
    text = ""
    for at, block in enumerate(blocks):
        gap = "" if at == 0 else "\n\n" if at == 1 and header.strip() and not re.match(r"def |class |async |@", block) else "\n\n\n"
        text += gap + block.strip("\n")
    return text + "\n"


def documented(source, name, docstring):
    """The code with this docstring in place of the function's own."""
    tree = parsed(source)
    if tree is None:
        return source
    found = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == name]
    if not found:
        return source
    node, lines = found[-1], source.split("\n")
    first = node.body[0]
    has = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    rest = node.body[1:] if has else node.body
    if first.lineno <= head_end(node) or not rest:  # `def f(x): return 1`, or nothing but a doc
        return source
    indent = " " * first.col_offset
    new = [indent + line[4:] if line.startswith("    ") else line for line in docstring.split("\n")] if docstring else []
    until = first.end_lineno if has else first.lineno - 1
    if not has:
        while until > head_end(node) and lines[until - 1].strip().startswith("#"):
            until -= 1
    before = first.lineno - 1 if has else until
    rest_lines = lines[until:]
    while has and rest_lines and not rest_lines[0].strip():
        rest_lines = rest_lines[1:]
    return "\n".join(lines[:before] + new + rest_lines)


def head_end(node):
    ends = [node.lineno] + [item.end_lineno for item in [node.returns] if item]
    ends += [item.end_lineno for item in ast.walk(node.args) if hasattr(item, "end_lineno")]
    return max(ends)


def attributes(node):
    """First names of dotted ones, `os` of `os.path.join`: read as names already; here for decorators and annotations in texts."""
    return {item.value.id for item in ast.walk(node) if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name)}


def import_block(tree, used, extra):
    """`__future__` first, then `import x`, then `from x import a, b`, each sorted."""
    plain, members, future = set(), {}, set()
    nodes = [node for node in tree.body if is_import(node)] + ast.parse("\n".join(extra)).body
    wanted = used | {bound for line in extra for node in ast.parse(line).body for bound in binds(node)}
    for node in nodes:
        for alias in node.names:
            shown = alias.name + (" as %s" % alias.asname if alias.asname else "")
            bound = (alias.asname or alias.name).split(".")[0]
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                future.add(shown)
            elif bound not in wanted and alias.name != "*":
                continue
            elif isinstance(node, ast.Import):
                plain.add(shown)
            else:
                members.setdefault("." * node.level + (node.module or ""), set()).add(shown)
    lines = ["from __future__ import %s" % ", ".join(sorted(future))] if future else []
    lines += ["import %s" % one for one in sorted(plain)]
    lines += ["from %s import %s" % (module, ", ".join(sorted(names))) for module, names in sorted(members.items())]
    guarded = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Try) and binds(node) & used and any(is_import(item) for item in node.body)]
    return "\n".join(lines + guarded)


def body(code, parts):
    """The statements as they stand, with the comments above them."""
    lines = code.split("\n")
    pieces, last = [], None
    for node in parts:
        if isinstance(node, ast.Try) and any(is_import(item) for item in node.body):
            continue
        start = start_of(node)
        while start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        if last is not None:
            pieces.append("\n" if simple(last) and simple(node) else "\n\n\n")
        pieces.append("\n".join(lines[start - 1: node.end_lineno]).rstrip())
        last = node
    return "".join(pieces)

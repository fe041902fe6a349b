"""What a range of a file holds: whole statements of one block, or one expression."""

import ast
import io
import re
import tokenize

from refusal import Refusal

BLOCKS = ("body", "orelse", "finalbody")


class Selection:
    """`statements` (consecutive ones of `block`) or `expression`; `start` and `end` in the file."""

    def __init__(self, start, end, statements=None, block=None, expression=None):
        self.start, self.end, self.statements, self.block, self.expression = start, end, statements, block, expression

    @property
    def nodes(self):
        return self.statements or [self.expression]

    @property
    def first(self):
        return self.nodes[0]

    def holds(self, offset):
        return self.start <= offset < self.end


def column(file, line, units):
    """The offset of a 1-based column in UTF-16 units."""
    start = file.line_start(line)
    text, count = file.text[start:file.line_end(line)], units - 1
    at = 0
    while count > 0 and at < len(text):
        count -= 2 if ord(text[at]) > 0xFFFF else 1
        at += 1
    return start + at


def select(file, operation):
    first, last = operation["fromLine"], operation["toLine"]
    where = {"path": file.path, "line": first}
    if not 1 <= first <= last <= file.line_count:
        raise Refusal("not_found", "%s has no lines %d to %d." % (file.path, first, last), where)
    start = column(file, first, operation["fromColumn"]) if operation.get("fromColumn") else file.line_start(first)
    end = column(file, last, operation["toColumn"]) if operation.get("toColumn") else file.line_end(last)
    start, end = max(start, file.mark), max(end, file.mark)
    text = file.text[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
    if start >= end:
        raise Refusal("not_found", "There is no code in these lines.", where)
    return _statements(file, start, end, where) or _expression(file, start, end, where)


def _statements(file, start, end, where):
    for block in blocks(file.scopes.tree):
        spans = [(begin(file, node), file.end(node)) for node in block]
        inside = [index for index, (first, last) in enumerate(spans) if start <= first and last <= end]
        if not inside:
            continue
        chosen = [block[index] for index in inside]
        covered = [(spans[index][0], spans[index][1]) for index in inside]
        left, at = "", start
        for first, last in covered:
            left, at = left + file.text[at:first], last
        left += file.text[at:end]
        if re.sub(r"#[^\r\n]*", "", left).strip(" \t\r\n;"):
            continue
        if any(first < end and start < last for index, (first, last) in enumerate(spans) if index not in inside):
            raise Refusal("unsupported", "The range cuts through a statement.", where, "Choose whole statements.")
        return Selection(start, end, statements=chosen, block=block)
    return None


def _expression(file, start, end, where):
    text = file.text[start:end]
    while text.startswith("(") and text.endswith(")"):
        inner = text[1:-1]
        if min(depths(inner), default=0) < 0:
            break
        found = _node(file, start, end)
        if found is not None:
            break
        start, end = start + 1 + len(inner) - len(inner.lstrip()), end - 1 - (len(inner) - len(inner.rstrip()))
        text = file.text[start:end]
    found = _node(file, start, end)
    if found is None:
        raise Refusal("unsupported", "The range is neither whole statements nor one expression.", where, "Choose whole statements of one block, or one expression.")
    return Selection(start, end, expression=found)


def _node(file, start, end):
    for node in ast.walk(file.scopes.tree):
        if isinstance(node, ast.expr) and hasattr(node, "parent") and file.span(node) == (start, end):
            return node
    return None


def depths(text):
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        yield depth


def begin(file, node):
    """Where a statement begins, with its decorators."""
    first = getattr(node, "decorator_list", None)
    return file.text.rindex("@", 0, file.start(first[0])) if first else file.start(node)


def blocks(tree):
    """Every list of statements, outer ones first."""
    for node in ast.walk(tree):
        for field in BLOCKS:
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def block_of(node):
    """The list of statements in which a statement stands, and its place in it."""
    for field in BLOCKS:
        block = getattr(node.parent, field, None)
        if isinstance(block, list) and node in block:
            return block, block.index(node)
    raise AssertionError("a statement stands in a block")


def frozen_lines(file):
    """The lines that begin inside a string: their indentation is part of it."""
    found, opened = set(), None
    text = file.text[file.mark:]
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING":
            found.update(range(token.start[0] + 1, token.end[0] + 1))
        elif kind == "FSTRING_START":
            opened = (opened or []) + [token.start[0]]
        elif kind == "FSTRING_END":
            found.update(range(opened.pop() + 1, token.end[0] + 1))
    return found


def reindented(file, first, last, old, new, frozen):
    """The lines `first` to `last` with another indentation."""
    lines = []
    for number in range(first, last + 1):
        line = file.text[file.line_start(number):file.line_end(number)]
        if number not in frozen and line.strip():
            if line.startswith(old):
                line = new + line[len(old):]
            elif line.lstrip().startswith("#"):
                line = new + line.lstrip()
        lines.append(line)
    return "".join(lines)


def indent_of(file, node):
    """The indentation of the line of a statement; None where something stands before it on the line."""
    at = begin(file, node)
    text = file.text[file.line_start(file.line_of(at)):at].lstrip("\ufeff")
    return None if text.strip() else text


def unit(file):
    """One step of indentation as the file has it."""
    for node in ast.walk(file.scopes.tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body and body[0].lineno > node.lineno:
            outer, inner = indent_of(file, node), indent_of(file, body[0])
            if outer is not None and inner and inner.startswith(outer):
                return inner[len(outer):]
    return "    "

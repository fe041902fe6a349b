"""Where the nodes of a syntax tree stand in the text, as offsets in characters; and a parser whose positions are right everywhere.

`ast` counts columns in UTF-8 bytes, and up to Python 3.11 it gives wrong places inside f-strings. What stands in a string has no nodes at all.
`parse`, `expression_at` and `module_at` mend all three, so that whoever reads the tree may trust `Lines.span`.
"""

import ast
import io
import re
import sys
import tokenize
from bisect import bisect_right

NEWLINE = re.compile(r"\r\n|\r|\n")  # what the tokenizer takes for the end of a line; form feeds and U+2028 are none
PREFIX = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
FSTRINGS_ARE_WRONG = sys.version_info < (3, 12)
FSTRING = re.compile(r"[fF][rR]?['\"]")


class Lines:
    """The lines of a text: from `(line, column in bytes)` to offsets and back."""

    def __init__(self, text):
        self.text = text
        self.starts = [0] + [match.end() for match in NEWLINE.finditer(text)]
        self.ascii = text.isascii()

    def offset(self, line, column):
        start = self.starts[line - 1]
        if self.ascii:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        content = self.text[start:end]
        return start + (column if content.isascii() else len(content.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass")))

    def place(self, offset):
        """The line (from 1) and the column in bytes (from 0) of an offset."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        return line, (offset - start if self.ascii else len(self.text[start:offset].encode("utf-8", "surrogatepass")))

    def line(self, offset):
        return bisect_right(self.starts, offset)

    def start(self, node):
        return self.offset(node.lineno, node.col_offset)

    def end(self, node):
        return self.offset(node.end_lineno, node.end_col_offset)

    def span(self, node):
        return self.start(node), self.end(node)

    def source(self, node):
        return self.text[self.start(node):self.end(node)]


def parse(text, lines=None):
    """The tree of a module (without a byte order mark), with right positions in f-strings. Raises SyntaxError or ValueError."""
    tree = ast.parse(text)
    if FSTRINGS_ARE_WRONG and FSTRING.search(text):
        _mend_fstrings(tree, lines or Lines(text))
    return tree


def expression_at(lines, start, end):
    """The expression that stands in `text[start:end]`, with positions in the text; None where that is none."""
    source = "(" + lines.text[start:end] + "\n)"
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    _shift(node, Lines(source), lambda offset: start - 1 + offset, lines)
    if FSTRINGS_ARE_WRONG:
        _mend_fstrings(node, lines)
    return node


def module_at(lines, source, shift):
    """The tree of `source`, whose character i stands at `shift(i)` of the text (a doctest, without its prompts)."""
    inner = Lines(source)
    tree = parse(source, inner)
    _shift(tree, inner, shift, lines)
    return tree


def _shift(root, inner, shift, lines):
    for node in ast.walk(root):
        if hasattr(node, "end_lineno"):
            first, last = shift(inner.start(node)), shift(inner.end(node))
            node.lineno, node.col_offset = lines.place(first)
            node.end_lineno, node.end_col_offset = lines.place(last)


def string_content(lines, node):
    """The span of the characters of a plain string literal, where each stands for itself: no escape, no f, one piece. Else None."""
    start, end = lines.span(node)
    source = lines.text[start:end]
    match = PREFIX.match(source)
    if not match or "f" in match[1].lower() or "b" in match[1].lower() or not source.endswith(match[2]) or len(source) < len(match[0]) + len(match[2]):
        return None
    content = source[match.end():len(source) - len(match[2])]
    return (start + match.end(), end - len(match[2])) if content == node.value else None


def _mend_fstrings(root, lines):
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            _mend(node, lines)  # what it holds was parsed anew, and mended on the way
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _mend(joined, lines):
    """Parses the expressions of an f-string anew where they stand. They come in the same order as in the tree."""
    start, end = lines.span(joined)
    found = list(_fields(lines, start, end))
    fields = list(_formatted(joined))
    if len(found) != len(fields):
        raise SyntaxError("an f-string whose fields cannot be located", ("", joined.lineno, 0, ""))
    for field, (first, last) in zip(fields, found):
        value = expression_at(lines, first, last)
        if value is None:
            raise SyntaxError("an f-string whose fields cannot be located", ("", joined.lineno, 0, ""))
        field.value = value


def _formatted(joined):
    for value in joined.values:
        if isinstance(value, ast.FormattedValue):
            yield value
            if value.format_spec is not None:
                yield from _formatted(value.format_spec)


def _fields(lines, start, end):
    """The spans of the expressions in the f-strings of a piece of text that is one or more literals side by side."""
    source = "(" + lines.text[start:end] + "\n)"
    inner = Lines(source)
    for token in tokenize.generate_tokens(io.StringIO(source, newline="").readline):
        if token.type != tokenize.STRING:
            continue
        match = PREFIX.match(token.string)
        if "f" not in match[1].lower():
            continue
        first = inner.starts[token.start[0] - 1] + token.start[1]
        content = token.string[match.end():len(token.string) - len(match[2])]
        yield from _fields_of(content, start - 1 + first + match.end(), "r" in match[1].lower())


def _fields_of(content, base, raw):
    at = 0
    while at < len(content):
        character = content[at]
        if not raw and content.startswith("\\N{", at):
            at = content.index("}", at) + 1
        elif not raw and character == "\\" and content[at + 1:at + 2] not in "{}":
            at += 2
        elif content[at:at + 2] in ("{{", "}}"):
            at += 2
        elif character == "{":
            last, at = _field(content, at + 1)
            yield base + last[0], base + last[1]
            if content[at] == ":":
                stop = _spec_end(content, at + 1)
                yield from _fields_of(content[at + 1:stop], base + at + 1, raw)
                at = stop
            at += 1
        else:
            at += 1


def _field(content, start):
    """`((start, end) of the expression, place of the `:` or `}` after it)`."""
    depth, at, quote, last = 0, start, None, None
    while at < len(content):
        character = content[at]
        if quote:
            if content.startswith(quote, at):
                at, quote = at + len(quote), None
                continue
        elif character in "'\"":
            quote = character * 3 if content.startswith(character * 3, at) else character
            at += len(quote)
            continue
        elif character in "([{":
            depth += 1
        elif depth == 0 and (character in ":}" or (character == "!" and content[at + 1:at + 2] != "=")
                             or (character == "=" and last is None and content[at + 1:at + 2] != "=" and content[at - 1] not in "=!<>")):
            last = at if last is None else last
            if character in ":}":
                return (start, last), at
        elif character in ")]}":
            depth -= 1
        at += 1
    raise SyntaxError("an f-string whose fields cannot be located")


def _spec_end(content, start):
    depth = 0
    for at in range(start, len(content)):
        if content[at] == "{":
            depth += 1
        elif content[at] == "}":
            if depth == 0:
                return at
            depth -= 1
    raise SyntaxError("an f-string whose fields cannot be located")

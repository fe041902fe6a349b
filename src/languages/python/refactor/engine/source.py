"""One file of source: its text as it lies on disk, its tree, and the way from positions of the tree to offsets in the text."""

import re

from positions import Lines, parse
from scopes import Scopes

BOM = "\ufeff"


class File:
    """`text` is decoded and otherwise as it is (BOM, CRLF and tabs stay); `tree` is None and `problem` says why where it does not parse."""

    def __init__(self, path, data):
        self.path = path
        self.tree = None
        self.problem = None
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.text = data.decode("utf-8", "replace")
            self.problem = {"line": data[: error.start].count(b"\n") + 1, "message": "it is not UTF-8"}
        self.mark = len(BOM) if self.text.startswith(BOM) else 0
        self.lines = Lines(self.text[self.mark:])
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        self._scopes = None
        if self.problem is None:
            self._parse()

    def _parse(self):
        try:
            self.tree = parse(self.lines.text, self.lines)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.problem = {"line": getattr(error, "lineno", None) or 1, "message": getattr(error, "msg", None) or str(error)}

    @property
    def scopes(self):
        """Which scope every name belongs to. Its offsets count from behind the byte order mark, see `mark`."""
        if self._scopes is None:
            self._scopes = Scopes(self.lines.text, self.tree, self.lines)
        return self._scopes

    @property
    def is_package(self):
        return self.path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")

    # lines, 1-based

    @property
    def line_count(self):
        return len(self.lines.starts)

    def line_start(self, line):
        """Offset of the first character of a line; the end of the text for lines past the last."""
        if line == 1:
            return 0
        return self.mark + self.lines.starts[line - 1] if line <= len(self.lines.starts) else len(self.text)

    def line_end(self, line):
        """Offset behind the line, its end included."""
        return self.line_start(line + 1)

    def line(self, line):
        """A line without its end."""
        return self.text[self.line_start(line): self.line_end(line)].rstrip("\r\n")

    def line_of(self, offset):
        """The line in which an offset lies."""
        return self.lines.line(max(0, offset - self.mark))

    # positions of the tree

    def offset(self, line, column):
        """Offset of a position of the tree: lines count from 1, columns are bytes of UTF-8."""
        return self.mark + self.lines.offset(line, column)

    def start(self, node):
        return self.offset(node.lineno, node.col_offset)

    def end(self, node):
        return self.offset(node.end_lineno, node.end_col_offset)

    def span(self, node):
        """`(start, end)` of a node, without its decorators."""
        return self.start(node), self.end(node)

    def segment(self, node):
        return self.text[self.start(node): self.end(node)]

    def find_word(self, word, start, end=None):
        """Offset of the first `word` as a whole identifier from `start` on; -1 where there is none before `end`."""
        match = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(word)).search(self.text, start, len(self.text) if end is None else end)
        return match.start() if match else -1

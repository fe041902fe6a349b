"""Where a file speaks to people: comments and docstrings."""

import io
import tokenize

from doctests import docstrings


def in_prose(file, offset):
    """Does an offset lie in a comment or a docstring. A file that does not parse counts as prose."""
    if file.tree is None:
        return True
    known = getattr(file, "prose", None)
    if known is None:
        known = file.prose = {"docstrings": [file.span(node) for node in docstrings(file.tree)]}
    if any(start <= offset < end for start, end in known["docstrings"]):
        return True
    if "#" not in file.text[file.line_start(file.line_of(offset)):offset]:
        return False
    if "comments" not in known:  # only a tokenizer knows a remark from a `#` in a string, and it takes its time
        known["comments"] = list(_comments(file))
    return any(start <= offset < end for start, end in known["comments"])


def _comments(file):
    for token in tokenize.generate_tokens(io.StringIO(file.text[file.mark:], newline="").readline):
        if token.type == tokenize.COMMENT:
            start = file.line_start(token.start[0]) + token.start[1] + (file.mark if token.start[0] == 1 else 0)
            yield start, start + len(token.string)

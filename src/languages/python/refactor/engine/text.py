"""Edits of one text, and how blank lines are kept around what is cut out."""

import re

from refusal import Refusal

BLANK = re.compile(r"[ \t\f]*(\r\n|\r|\n)")


def applied(text, edits, path=""):
    """The text with `(start, end, new)` edits; equal ones count once, overlapping ones are refused, insertions at one place keep their order."""
    unique = list(dict.fromkeys(edits))
    ordered = sorted(enumerate(unique), key=lambda item: (item[1][0], item[1][1], item[0]), reverse=True)
    bound = len(text) + 1
    for _, (start, end, new) in ordered:
        if end > bound:
            raise Refusal("unsupported", "Two changes meet in %s, line %d." % (path, text.count("\n", 0, start) + 1), {"path": path})
        text = text[:start] + new + text[end:]
        bound = start
    return text


def blank_lines_before(text, start):
    """How many blank lines stand above the line that starts at `start`, and where the first of them starts."""
    count, at = 0, start
    while at > 0:
        previous = text.rfind("\n", 0, at - 1) + 1
        if text[previous:at].strip():
            break
        count, at = count + 1, previous
    return count, at


def blank_lines_after(text, end):
    count, at = 0, end
    while True:
        match = BLANK.match(text, at)
        if not match:
            return count, at
        count, at = count + 1, match.end()


def cuts(text, regions):
    """Edits that take whole lines out; between what is left stand as many blank lines as on the wider side before."""
    merged = []
    for start, end in sorted(regions):
        if merged and not text[merged[-1][1]:start].strip():
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    edits = []
    for start, end in merged:
        above, first = blank_lines_before(text, start)
        below, last = blank_lines_after(text, end)
        if last >= len(text) or not text[last:].strip():
            edits.append((first, len(text), ""))  # the end of the file: nothing but its last line end stays
        elif first == 0:
            edits.append((first, last, ""))
        elif above >= below:
            edits.append((start, last, ""))
        else:
            edits.append((first, end, ""))
    return edits

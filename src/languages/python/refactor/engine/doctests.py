"""The examples in the docstrings of a file, as code whose positions are those of the file."""

import ast
import re

from positions import module_at
from scopes import Scopes

PROMPT = re.compile(r"^([ \t]*>>> ?)(.*)$")
MORE = re.compile(r"^([ \t]*\.\.\.(?: |$))(.*)$")


class Examples:
    """Examples that run one after the other in one namespace: `prompt` is what stands before the first line's code, `at` its offset."""

    def __init__(self, scopes, prompt, line_start, docstring):
        self.scopes, self.prompt, self.line_start, self.docstring = scopes, prompt, line_start, docstring


def docstrings(tree):
    """The docstring constants of a module, its classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                yield first.value


def examples(file):
    """The examples of each docstring; those that do not parse together are read one by one, and left out where even that fails."""
    if ">>>" not in file.text:
        return
    for constant in docstrings(file.tree):
        start, end = file.span(constant)
        if ">>>" not in file.text[start:end]:
            continue
        groups = list(_lines(file, start, end))
        whole = _read(file, [line for group in groups for line in group], constant)
        if whole is not None:
            yield whole
            continue
        for group in groups:
            single = _read(file, group, constant)
            if single is not None:
                yield single


def _lines(file, start, end):
    """Each example as its lines `(offset of the line, prompt, code)`."""
    group = []
    for number in range(file.line_of(start), file.line_of(end) + 1):
        at = max(file.line_start(number), start)
        line = file.text[at: min(file.line_end(number), end)].rstrip("\r\n")
        if line.endswith(file.text[end - 3:end]) and number == file.line_of(end):
            line = line[:-3]
        head = PROMPT.match(line)
        more = MORE.match(line) if group else None
        if head:
            if group:
                yield group
            group = [(at, head.group(1), head.group(2))]
        elif more:
            group.append((at, more.group(1), more.group(2)))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _read(file, lines, constant):
    if not lines:
        return None
    source, places = "", []
    for at, prompt, code in lines:
        first = at + len(prompt) - file.mark
        source += code + "\n"
        places += range(first, first + len(code) + 1)
    places.append(places[-1] + 1)
    scopes = file.scopes
    try:
        tree = module_at(scopes.lines, source, lambda offset: places[offset])
    except (SyntaxError, ValueError):
        return None
    return Examples(Scopes(scopes.text, tree, scopes.lines), lines[0][1], lines[0][0], constant)

"""Names of modules and symbols in strings: targets of `mock.patch`, settings, entry points. Rewritten where they lead exactly to what moves."""

import ast
import re

from doctests import docstrings
from positions import string_content

DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?\Z")
TOKEN = re.compile(r"(?<![\w./\\-])[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?(?![\w/\\-])")
# Functions whose first argument names a module even without a dot.
IMPORTERS = ("import_module", "__import__", "find_spec", "importorskip", "run_module", "reload")
# Functions that put something in the place of what a string or a module and a name lead to.
PATCHERS = ("patch", "setattr", "delattr", "object", "multiple", "dict", "spy", "stub", "getattr", "hasattr", "replace")


def resolved(plan, view, text):
    """`(path, root, number of parts that are modules, parts)` of the longest beginning of a dotted text that is a module of the project."""
    parts = re.split(r"[.:]", text)
    limit = text.count(".", 0, text.index(":")) + 1 if ":" in text else len(parts)
    found = plan.before.find(parts[0], view)
    if found is None:
        return None
    count, dotted = 1, parts[0]
    while count < limit:
        inner = plan.submodule(found[0], dotted, parts[count], view)
        if inner is None:
            break
        found, dotted, count = (inner[0], found[1]), "%s.%s" % (dotted, parts[count]), count + 1
    return found[0], found[1], count, parts


def moved(plan, view, text, symbol):
    """The text after the move; None where it stays. `symbol(path, name)` is where a name goes, or None."""
    found = resolved(plan, view, text)
    if found is None:
        return None
    path, root, count, parts = found
    head = len(".".join(parts[:count]))
    target, rest = plan.path(path), text[head:]
    if count < len(parts):
        place = symbol(path, parts[count])
        if place is not None:
            target = place[0]
            rest = text[head] + place[1] + text[head + 1 + len(parts[count]):]
    if target == path:
        return None
    new = plan.after.spell(view, target, root=root)
    return None if new is None or new + rest == text else new + rest


def call_of(constant):
    """The call of which a constant is an argument, with the last part of what is called and the argument's position."""
    parent = getattr(constant, "parent", None)
    if not isinstance(parent, ast.Call) or constant not in parent.args:
        return None
    name = parent.func.attr if isinstance(parent.func, ast.Attribute) else parent.func.id if isinstance(parent.func, ast.Name) else ""
    return parent, name, parent.args.index(constant)


def rewrite_strings(plan, file, view, symbol):
    """Edits of the strings of a file, and notes for those that may mean what moves but stay."""
    edits = []
    documentation = {id(node) for node in docstrings(file.tree)}
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation or not hasattr(node, "parent"):
            continue
        if not isinstance(node.parent, (ast.JoinedStr, ast.FormattedValue)) and "import " in node.value and "\n" in node.value:
            note_code(plan, file, node)
        if isinstance(node.parent, (ast.JoinedStr, ast.FormattedValue)) or not DOTTED.match(node.value):
            continue
        call = call_of(node)
        if "." not in node.value and ":" not in node.value and not (call and call[1] in IMPORTERS):
            continue
        place = lambda path, name: symbol(path, name, file, node, bool(call and call[1] in PATCHERS))
        new = moved(plan, file.path, node.value, place)
        if new is None:
            continue
        span = string_content(file.scopes.lines, node)
        if span is None:
            plan.project.note("string", file.path, node.lineno, "%s is written with escapes or in pieces and stays." % node.value)
            continue
        edits.append((span[0] + file.mark, span[1] + file.mark, new))
    return edits


def note_code(plan, file, node):
    """A string that holds code is left as it is; a person is told where it imports what moves."""
    for match in re.finditer(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)(?:[ \t]+import[ \t]+([\w, ]+))?", node.value, re.M):
        found = resolved(plan, file.path, match.group(1)) if not match.group(1).startswith(".") else None
        names = re.findall(r"\w+", match.group(2) or "")
        if found and (found[0] in plan.modules or any(plan.symbol(found[0], name) for name in names)):
            line = node.lineno + node.value.count("\n", 0, match.start())
            plan.project.note("string", file.path, line, "Code in a string: %s" % match.group().strip())


def rewrite_settings(plan, path, symbol):
    """The text of pyproject.toml, setup.cfg or setup.py after the move, with a note for each place; None where nothing changes."""
    text = plan.project.data(path).decode("utf-8", "replace")
    edits = []
    for match in TOKEN.finditer(text):
        word = match.group()
        if "." not in word and ":" not in word:
            continue
        new = moved(plan, path, word, lambda module, name: symbol(module, name))
        if new is not None:
            edits.append((match.start(), match.end(), new))
    for source, target in plan.modules.items():
        for match in re.finditer(r"(?<![\w./-])%s(?![\w/-])" % re.escape(source.rstrip("/")), text):
            if "/" in source:
                edits.append((match.start(), match.end(), target.rstrip("/")))
    for start, end, new in edits:
        plan.project.note("also", path, text.count("\n", 0, start) + 1, "%s now reads %s." % (text[start:end], new))
    return edits

"""Rename: a symbol, or a parameter of a function, gets another name wherever it is meant."""

import ast
import re

from capture import captured, reaches
from declaration import check_new_name, locate
from edits import Edits
from fixtures import fixture_places, is_fixture
from mentions import DOCUMENTS, PLAIN, SETTINGS
from prose import in_prose
from members import pattern_of, rename_member
from parameters import rename_parameter
from references import Bearers, dotted_place
from refusal import Refusal
from scopes import DEFINITIONS

# More notes of one kind say nothing new.
MOST = 100
ENTRY_POINT = re.compile(r"[^\W\d]\w*(?:[.:][^\W\d]\w*)+")


def rename(project, operation):
    symbol, new, parameter = operation["symbol"], operation["to"], operation.get("parameter")
    found = locate(project, operation.get("path"), symbol)
    old = parameter or found.name
    check_new_name(new, old)
    if old == new:
        return {"edits": [], "notes": [], "summary": "%s is already called so." % old}
    edits = Edits(project)
    keep = bool(operation.get("keepOld"))
    if parameter:
        if keep:
            raise Refusal("unsupported", "A parameter cannot keep its old name beside the new one.", {"parameter": parameter})
        rename_parameter(project, edits, found, parameter, new)
    elif found.member:
        rename_member(project, edits, found, new, keep)
    elif found.scope.kind == "module":
        rename_top(project, edits, found, new, keep)
    else:
        if keep:
            raise Refusal("unsupported", "%s is local to a function: nobody else can use its old name." % symbol, {"symbol": symbol})
        rename_local(edits, found, new)
    if parameter:
        list_parameter(project, found, old)
    else:
        list_mentions(project, edits, old)
    result = edits.result()
    places, files = edits.places(), len(result)
    summary = "Renamed %s to %s: %d place%s in %d file%s." % (old, new, places, "" if places == 1 else "s", files, "" if files == 1 else "s")
    return {"edits": result, "notes": project.notes, "summary": summary}


def clash(found, new, occurrence, file=None):
    path = (file or found.file).path
    line = getattr(occurrence.node, "lineno", 1)
    raise Refusal("name_clash", "%s has a %s of its own, line %d." % (path, new, line), {"path": path, "line": line, "name": new}, "Choose another name.")


def rename_local(edits, found, new):
    scopes, path, mark = found.file.scopes, found.path, found.file.mark
    occurrences = scopes.of(found.name, found.scope)
    hindrance = captured(scopes, found.scope, occurrences, new)
    if hindrance:
        clash(found, new, hindrance)
    for occurrence in occurrences:
        edits.replace(path, occurrence.start + mark, occurrence.end + mark, new, expect=found.name)


def rename_top(project, edits, found, new, keep):
    old, path = found.name, found.path
    scopes = found.file.scopes
    hindrance = captured(scopes, found.scope, scopes.of(old, found.scope), new)
    if hindrance:
        clash(found, new, hindrance)
    bearers = Bearers(project, path, old, new)
    if bearers.mixed:
        place = bearers.mixed[0]
        raise Refusal("dynamic_use", "%s, line %d: what %s means there depends on what could be imported." % (place.view.path, place.line, old),
                      {"places": [{"path": item.view.path, "line": item.line} for item in bearers.mixed]})
    check_bearers(project, bearers, new)
    check_looked_up(project, found)
    fixture = isinstance(found.node, DEFINITIONS) and is_fixture(found.node)
    places = bearers.places + (fixture_places(project, found, new) if fixture else [])
    for place in places:
        file = place.view.file
        if keep and place.kind == "all":
            quote = file.text[place.start - 1]
            edits.replace(file.path, place.start, place.end, "%s%s, %s%s" % (new, quote, quote, old), expect=old)
        elif keep and place.kind == "import" and place.text == new and file.is_package and place.node.scope.kind == "module" and not place.node.asname:
            edits.replace(file.path, place.start, place.end, "%s, %s" % (new, old), expect=old)
        else:
            edits.replace(file.path, place.start, place.end, place.text, expect=old)
    if keep:
        edits.insert(path, *alias_after(found, new))
    settings(project, edits, bearers, old, new)
    for place in bearers.kept:
        kind, text = ("kept", "%s is taken here: imported as %s." % (new, old)) if place.kind == "import" else ("string", "The string names %s." % old)
        project.note(kind, place.view.path, place.line, text)
    for name in bearers.broken:
        project.note("kept", name, 1, "It does not parse; %s in it stays." % old)


def check_looked_up(project, found):
    """A name that its module looks up in `globals()` by a computed string, and a class whose private attributes are used by their mangled names."""
    old, file = found.name, found.file
    for node in ast.walk(file.tree) if "globals()" in file.text else ():
        key = None
        if isinstance(node, ast.Subscript) and is_globals(node.value):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_globals(node.func.value) and node.args:
            key = node.args[0]
        shape = None if key is None or isinstance(key, ast.Constant) else pattern_of(key)
        if shape == ".*":
            project.note("dynamic", found.path, node.lineno, "A name of the module is looked up by a computed string.")
        elif shape is not None and re.fullmatch(shape, old):
            raise Refusal("dynamic_use", "%s, line %d, looks up names like %s by a computed string." % (found.path, node.lineno, old), {"path": found.path, "line": node.lineno})
    if isinstance(found.node, ast.ClassDef):
        mangled = re.compile(rb"(?<![A-Za-z0-9_])_%s__[A-Za-z0-9]" % re.escape(old.lstrip("_").encode("utf-8")))
        for path in project.python:
            if mangled.search(project.data(path)):
                raise Refusal("dynamic_use", "%s uses a private attribute of %s by its mangled name." % (path, old), {"path": path}, "Use a method of the class there.")


def is_globals(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "globals"


def check_bearers(project, bearers, new):
    """Modules that get the name by `*`, or that hold a submodule of the new name."""
    for path in project.containing(new):
        file = project.file(path)
        if file.tree is None or path == bearers.path:
            continue
        for statement in file.scopes.module.stars:
            source = bearers.names.source(path, statement)
            if source is None or not bearers.bears(source):
                continue
            for occurrence in file.scopes.by_name.get(new, ()):
                if occurrence.owner in (None, file.scopes.module) and reaches(occurrence.scope, file.scopes.module):
                    line = getattr(occurrence.node, "lineno", 1)
                    raise Refusal("name_clash", "%s uses another %s and imports everything of %s." % (path, new, source), {"path": path, "line": line, "name": new})
    for place in bearers.places:
        if place.view.file.is_package and project.path_of("%s.%s" % (project.module_of(place.view.path), new), place.view.path):
            raise Refusal("name_clash", "%s is a module in %s." % (new, place.view.path), {"path": place.view.path, "name": new}, "Choose another name.")
    if new.startswith("_") and not bearers.name.startswith("_"):
        for file in bearers.files:
            for statement in file.scopes.module.stars:
                source = bearers.names.source(file.path, statement)
                if source and bearers.bears(source) and not file.scopes.module.bindings.get(bearers.name):
                    raise Refusal("behaviour", "%s imports everything of %s, which leaves out names that begin with an underscore." % (file.path, source),
                                  {"path": file.path, "line": statement.lineno})


def alias_after(found, new):
    """`old = new` behind the declaration."""
    file, node = found.file, found.node
    if node is None:
        node = found.scope.bindings[found.name][-1].node
    while getattr(node, "parent", None) is not None and not isinstance(node.parent, ast.Module):
        node = node.parent
    at = file.line_end(node.end_lineno)
    lead = "" if file.text[:at].endswith(("\n", "\r")) else file.newline
    gap = file.newline * 2 if isinstance(node, DEFINITIONS) else ""
    return at, "%s%s%s = %s%s" % (lead, gap, found.name, new, file.newline)


def settings(project, edits, bearers, old, new):
    """Entry points in pyproject.toml, setup.cfg and setup.py."""
    for path in sorted(project.paths):
        if path.rpartition("/")[2] not in ("pyproject.toml", "setup.cfg", "setup.py"):
            continue
        text = project.data(path).decode("utf-8", "replace")
        for match in ENTRY_POINT.finditer(text) if old in text else ():
            at = dotted_place(project, path, match.group(), old, bearers.bears)
            if at is not None:
                edits.replace(path, match.start() + at, match.start() + at + len(old), new, expect=old)
                project.note("also", path, text.count("\n", 0, match.start()) + 1, "%s names it." % match.group())


def list_parameter(project, found, old):
    """The lines of the function's docstring that name the parameter; elsewhere the word says little."""
    first = found.node.body[0]
    for line in range(first.lineno, first.end_lineno + 1) if ast.get_docstring(found.node) else ():
        if re.search(r"(?<!\w)%s(?!\w)" % re.escape(old), found.file.line(line)):
            project.note("mention", found.path, line, found.file.line(line).strip()[:200])


def list_mentions(project, edits, old):
    """Notes for prose that names what is now called otherwise."""
    pattern = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(old))
    others = [path for path in sorted(project.paths) if path.endswith(DOCUMENTS + SETTINGS) or path.rpartition("/")[2] in PLAIN]
    count = 0
    for path in project.containing(old, among=others) + project.containing(old):
        text = project.data(path).decode("utf-8", "replace")
        lines = text.splitlines()
        changed = [(start, end) for start, end, _, _ in edits.replacements.get(path, ())]
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in changed):
                continue
            if path.endswith((".py", ".pyi")) and not in_prose(project.file(path), match.start()):
                continue
            count += 1
            line = text.count("\n", 0, match.start()) + 1
            if count <= MOST:
                kind = "string" if path.endswith(SETTINGS) else "mention"
                project.note(kind, path, line, lines[min(line, len(lines)) - 1].strip()[:200])
    if count > MOST:
        project.note("mention", "", 1, "%d more places name it." % (count - MOST))

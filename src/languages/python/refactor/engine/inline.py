"""Inline function: the body of a function takes the place of every call, and the function goes."""

import ast
import re

from calls import Function
from declaration import locate
from edits import Edits
from importing import add_imports, drop_imports
from inlining import Body, Call
from references import Bearers, in_all
from refusal import Refusal
from selection import begin, block_of


def inline_function(project, operation):
    found = locate(project, operation["path"], operation["symbol"])
    if found.member:
        raise Refusal("unsupported", "%s is a method: which one a call means is decided when it runs." % operation["symbol"], {"path": found.path, "line": found.line})
    function = Function(project, found)
    if len(function.definitions) != 1:
        raise Refusal("ambiguous", "%s is declared %d times in %s." % (found.name, len(function.definitions), found.path), {"path": found.path, "line": found.line})
    body = Body(project, function.definitions[0][0], found)
    edits, wants = Edits(project), {}
    # The examples in its own docstring go with it.
    uses = [use for use in function.uses if not (use.view.example and use.view.path == found.path and found.node.lineno <= use.line <= found.node.end_lineno)]
    if len(uses) < len(function.uses):
        project.note("also", found.path, found.node.lineno, "The examples in the docstring of %s go with it." % found.name)
    if not uses:
        raise Refusal("not_found", "Nothing calls %s." % found.name, {"path": found.path, "line": found.line}, "Remove it, if nothing outside uses it.")
    check_others(project, found, function)
    calls = {use.call: use for use in uses}
    for use in uses:
        if use.call is None or use.kind != "call":
            raise Refusal("dynamic_use", "%s, line %d, uses %s as a value." % (use.view.path, use.line, found.name), use.place())
        step = use.node
        while step is not None:
            if step is found.node:
                raise Refusal("behaviour", "%s calls itself." % found.name, use.place())
            step = getattr(step, "parent", None)
    for use in uses:
        call = Call(project, body, use, calls, function.types.names)
        call.put(edits)
        wants.setdefault(use.view.path, []).extend(call.wants)
    remove(edits, found)
    for path in sorted(set(wants) | {file.path for file in Bearers(project, found.path, found.name, None).files}):
        finish(project, edits, path, found, wants.get(path, []))
    result = edits.result()
    count = len(uses)
    return {"edits": result, "notes": project.notes, "summary": "Inlined %s: %d call%s in %d file%s." % (found.name, count, "s" * (count != 1), len(result), "s" * (len(result) != 1))}


def check_others(project, found, function):
    """`__all__`, re-exports and strings would name what is gone."""
    if found.scope.kind != "module":
        return
    bearers = Bearers(project, found.path, found.name, None)
    for place in bearers.places + bearers.mixed:
        where = {"path": place.view.path, "line": place.line}
        if place.kind == "all" or (isinstance(place.node, ast.Constant) and in_all(place.node)):
            raise Refusal("exported_api", "%s exports %s in __all__." % (place.view.path, found.name), where, "Take it out of __all__ first.")
        if place.kind == "string":
            raise Refusal("dynamic_use", "%s, line %d, names %s in a string." % (place.view.path, place.line, found.name), where)
        if place.kind == "import" and place.view.file.is_package and place.node.scope.kind == "module":
            scope = place.node.scope
            if not any(item.role == "load" for item in place.view.scopes.of(place.node.asname or found.name, scope)):
                raise Refusal("exported_api", "%s passes %s on." % (place.view.path, found.name), where, "Take the import out first.")


def remove(edits, found):
    """The definition with its comments and the blank lines behind it."""
    file, node = found.file, found.node
    block, index = block_of(node)
    first, last = file.line_of(begin(file, node)), node.end_lineno
    if len(block) == 1:
        raise Refusal("unsupported", "%s is all that its block holds." % found.name, {"path": file.path, "line": node.lineno})
    while first > 1 and re.match(r"[ \t]*#", file.line(first - 1)) and file.line(first - 1).startswith(file.line(node.lineno)[:node.col_offset]):
        first -= 1
    start, end = max(file.line_start(first), file.mark), file.line_end(last)
    rest = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))+").match(file.text, end)
    if rest and index + 1 < len(block):
        end = rest.end()
    elif index:
        before = re.search(r"(?:\r\n|\r|\n)((?:[ \t]*(?:\r\n|\r|\n))+)\Z", file.text[:start])
        start = before.start(1) if before else start
    edits.replace(file.path, start, end, "")


def finish(project, edits, path, found, wants):
    """Drops imports of the function, also those inside functions, and adds what the body needs."""
    file = project.file(path)
    names, drop = Bearers(project, found.path, found.name, None).names, set()
    for node in ast.walk(file.scopes.tree):
        if not isinstance(node, ast.ImportFrom) or not hasattr(node, "parent"):
            continue
        for alias in node.names:
            if names.imported(path, alias) != {("symbol", found.path, found.name)} or found.scope.kind != "module":
                continue
            if alias.scope.kind == "module" and isinstance(node.parent, ast.Module):
                drop.add(alias.asname or alias.name)
            elif len(node.names) > 1 or len(block_of(node)[0]) > 1:
                _drop_inner(edits, file, node, alias)
            else:
                raise Refusal("unsupported", "%s, line %d: the import is all that its block holds." % (path, node.lineno), {"path": path, "line": node.lineno})
    if not drop and not wants:
        return
    text = edits.text_after(path)
    text = add_imports(drop_imports(text, drop, path), wants)
    edits.write(path, text)


def _drop_inner(edits, file, node, alias):
    if len(node.names) > 1:
        index = node.names.index(alias)
        start = file.start(alias) if index + 1 < len(node.names) else file.end(node.names[index - 1])
        end = file.start(node.names[index + 1]) if index + 1 < len(node.names) else file.end(alias)
    else:
        start, end = file.line_start(node.lineno), file.line_end(node.end_lineno)
        if file.text[start:file.start(node)].strip() or file.text[file.end(node):end].strip():
            start, end = file.span(node)
            edits.replace(file.path, start, end, "pass")
            return
    edits.replace(file.path, start, end, "")

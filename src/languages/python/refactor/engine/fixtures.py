"""Fixtures of pytest: a test asks for one by the name of a parameter, so that a renamed fixture renames parameters."""

import ast

from capture import captured
from references import Place, last_name, parsed, views
from refusal import Refusal
from scopes import FUNCTIONS


def decorator_name(decorator):
    return last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)


def is_fixture(node):
    return isinstance(node, FUNCTIONS) and any(decorator_name(item) in ("fixture", "yield_fixture") for item in node.decorator_list)


def asks(node):
    """Does pytest fill the parameters of a function by name."""
    return isinstance(node, FUNCTIONS) and (node.name.startswith("test") or is_fixture(node))


def fixture_places(project, found, new):
    """The parameters, `usefixtures` and `getfixturevalue` strings that ask for a fixture."""
    old = found.name
    for item in found.node.decorator_list:
        if isinstance(item, ast.Call) and any(word.arg == "name" for word in item.keywords):
            return []  # it is asked for by that name
    folder = found.path.rpartition("/")[0]
    wide = found.path.rpartition("/")[2] == "conftest.py"
    places = []
    for file in parsed(project, old)[0]:
        view = views(file)[0]
        if file.path != found.path and any(is_fixture(item.node) for item in file.scopes.by_name.get(old, ())):
            raise Refusal("ambiguous", "%s has a fixture %s too." % (file.path, old), {"path": file.path, "name": old})
        inside = not folder or file.path.startswith(folder + "/") if wide else file.path == found.path or "test" in file.path
        if not inside:
            continue
        for node in view.walk():
            if asks(node) and node is not found.node:
                places += _parameter(view, node, old, new)
            elif isinstance(node, ast.Constant) and node.value == old and isinstance(node.parent, ast.Call) and last_name(node.parent.func) in ("usefixtures", "getfixturevalue"):
                span = view.string(node)
                if span:
                    places.append(Place(view, span, "string", node, new))
    return places


def _parameter(view, node, old, new):
    scope = view.scopes.scope_of[node]
    bound = scope.bindings.get(old, ())
    if not bound or bound[0].role != "parameter" or _parametrized(node, old):
        return []
    occurrences = view.scopes.of(old, scope)
    hindrance = captured(view.scopes, scope, occurrences, new)
    if hindrance:
        raise Refusal("name_clash", "%s, line %d: %s is taken in a test that uses the fixture." % (view.path, node.lineno, new), {"path": view.path, "line": node.lineno})
    mark = view.file.mark
    return [Place(view, (item.start + mark, item.end + mark), "name", item.node, new) for item in occurrences]


def _parametrized(node, name):
    """`parametrize` gives the parameter its value, unless it does so indirectly."""
    for item in node.decorator_list:
        if isinstance(item, ast.Call) and last_name(item.func) == "parametrize" and item.args:
            names = item.args[0]
            words = names.value.replace(",", " ").split() if isinstance(names, ast.Constant) and isinstance(names.value, str) else [
                element.value for element in getattr(names, "elts", ()) if isinstance(element, ast.Constant)]
            if name in words:
                return True
    return False

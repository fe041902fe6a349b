"""Rename of a parameter: in the body, in overrides, and in every call that gives it by name."""

import ast

from calls import Function
from capture import captured
from fixtures import asks
from inference import TRANSPARENT, PROPERTIES, decorators
from references import last_name, parsed, views
from refusal import Refusal
from scopes import parameters

# After these decorators a function still takes its own parameters.
PLAIN = TRANSPARENT | PROPERTIES | {"contextmanager", "asynccontextmanager", "abstractmethod", "total_ordering", "singledispatch", "njit", "jit", "wraps", "skip", "expectedFailure"}


def check_decorators(view, node):
    """Refuses where something outside reads the names of the parameters: frameworks, pytest."""
    where = {"path": view.path, "line": node.lineno}
    if asks(node):
        raise Refusal("behaviour", "pytest fills the parameters of %s by their names." % node.name, where, "Rename the fixture.")
    for name in decorators(node):
        if name not in PLAIN:
            raise Refusal("dynamic_use", "@%s may call %s with names of its parameters, or read them." % (name, node.name), where)


def rename_parameter(project, edits, found, parameter, new):
    function = Function(project, found)
    own = next((item for item in parameters(found.node.args) if item.arg == parameter), None)
    if own is None:
        raise Refusal("not_found", "%s has no parameter %s." % (found.name, parameter), {"path": found.path, "line": found.line, "parameter": parameter})
    starred = own in (found.node.args.vararg, found.node.args.kwarg)
    by_name = not starred and own not in found.node.args.posonlyargs
    for view, node in function.definitions:
        if any(item.arg == parameter for item in parameters(node.args)):
            if by_name:
                check_decorators(view, node)
            _in_body(edits, view, node, parameter, new)
    if not by_name or (function.bound and own is (found.node.args.posonlyargs + found.node.args.args)[0]):
        return
    for use in function.uses:
        if use.call is None:
            if use.kind in ("value", "string", "decorator"):
                project.note("dynamic", use.view.path, use.line, "%s is passed on; who calls it with %s= must change too." % (found.name, parameter))
            continue
        for word in use.call.keywords:
            if word.arg == parameter:
                start = use.view.span(word)[0]
                edits.replace(use.view.path, start, start + len(parameter), new, expect=parameter)
            elif word.arg is None:
                _forwarded(project, edits, use, word.value, parameter, new)
            elif word.arg == new:
                raise Refusal("name_clash", "%s, line %d, gives %s already." % (use.view.path, use.line, new), use.place())


def _in_body(edits, view, node, parameter, new):
    scopes, mark = view.scopes, view.file.mark
    scope = scopes.scope_of[node]
    occurrences = scopes.of(parameter, scope)
    hindrance = captured(scopes, scope, occurrences, new)
    if hindrance:
        raise Refusal("name_clash", "%s in %s has a %s already, line %d." % (node.name, view.path, new, getattr(hindrance.node, "lineno", node.lineno)),
                      {"path": view.path, "line": node.lineno, "name": new}, "Choose another name.")
    for occurrence in occurrences:
        edits.replace(view.path, occurrence.start + mark, occurrence.end + mark, new, expect=parameter)
    for item in view.walk():
        if isinstance(item, ast.Call) and last_name(item.func) in ("locals", "vars", "eval", "exec") and not (last_name(item.func) == "vars" and item.args):
            inner = item.scope
            while inner is not None and inner is not scope:
                inner = inner.parent
            if inner is scope:
                raise Refusal("dynamic_use", "%s, line %d, reads local names by %s()." % (view.path, item.lineno, last_name(item.func)), {"path": view.path, "line": item.lineno})


def _forwarded(project, edits, use, value, parameter, new):
    """`f(**options)`: a literal is changed; else nothing in the project may hold the name as a keyword that leads here."""
    if isinstance(value, ast.Dict):
        for key in value.keys:
            if isinstance(key, ast.Constant) and key.value == parameter and use.view.string(key):
                edits.replace(use.view.path, *use.view.string(key), new, expect=parameter)
        return
    if isinstance(value, ast.Call) and last_name(value.func) == "dict":
        for word in value.keywords:
            if word.arg == parameter:
                start = use.view.span(word)[0]
                edits.replace(use.view.path, start, start + len(parameter), new, expect=parameter)
        return
    for file in parsed(project, parameter)[0]:
        for view in views(file):
            for node in view.walk():
                keyed = isinstance(node, ast.Constant) and node.value == parameter and not hasattr(node, "annotation")
                named = isinstance(node, ast.Call) and any(word.arg == parameter for word in node.keywords) and not _is_own(edits, view, node, parameter)
                if keyed or named:
                    raise Refusal("dynamic_use", "%s, line %d, passes ** to it, and %s, line %d, may put %s there." % (use.view.path, use.line, view.path, node.lineno, parameter),
                                  {"places": [use.place(), {"path": view.path, "line": node.lineno}]})
    project.note("dynamic", use.view.path, use.line, "** is passed to it.")


def _is_own(edits, view, node, parameter):
    return any(start == view.span(word)[0] for word in node.keywords if word.arg == parameter for start, _, _, _ in edits.replacements.get(view.path, ()))

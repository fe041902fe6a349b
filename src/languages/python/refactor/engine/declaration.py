"""Where a symbol is declared: `area`, `Circle.area`, `outer.inner`."""

import ast
import keyword

from refusal import Refusal
from scopes import DEFINITIONS, FUNCTIONS


class Declaration:
    """`scope` binds `name` in `file`; `node` is the last function or class of that name, None for a variable; `member`: an attribute of a class."""

    def __init__(self, file, scope, name, node):
        self.file, self.scope, self.name, self.node = file, scope, name, node
        self.path = file.path

    @property
    def member(self):
        return self.scope.kind == "class"

    @property
    def line(self):
        return self.node.lineno if self.node is not None else self.scope.bindings[self.name][0].node.lineno if self.scope.bindings.get(self.name) else self.scope.node.lineno


def locate(project, path, symbol):
    """The declaration of a symbol. Without a path the only one in the project."""
    if path is not None:
        file = project.parsed(path)
        found = in_file(file, symbol)
        if found is None:
            raise Refusal("not_found", "%s declares no %s." % (path, symbol), {"path": path, "symbol": symbol})
        return found
    parts = symbol.split(".")
    files = [project.file(item) for item in project.containing(parts[0], parts[-1])]
    found = [item for item in (in_file(file, symbol) for file in files if file.tree is not None) if item is not None]
    if not found:
        raise Refusal("not_found", "No file declares %s." % symbol, {"symbol": symbol})
    if len(found) > 1:
        raise Refusal("ambiguous", "%s is declared in %s." % (symbol, ", ".join(item.path for item in found[:6])),
                      {"symbol": symbol, "paths": [item.path for item in found]}, "Name the file.")
    return found[0]


def in_file(file, symbol):
    """The declaration in one file; None where it holds none. What a file only imports it does not declare."""
    scope = file.scopes.module
    *outer, name = symbol.split(".")
    for part in outer:
        node = definition(scope, part)
        if node is None:
            return None
        scope = file.scopes.scope_of[node]
    bindings = scope.bindings.get(name, ())
    if any(occurrence.role != "import" for occurrence in bindings):
        return Declaration(file, scope, name, definition(scope, name))
    if scope.kind == "class" and stores(scope.node, name):
        return Declaration(file, scope, name, None)
    return None


def definition(scope, name):
    """The last function or class of a name that a scope declares."""
    found = [occurrence.node for occurrence in scope.bindings.get(name, ()) if isinstance(occurrence.node, DEFINITIONS)]
    return found[-1] if found else None


def stores(node, name):
    """`self.name = …` in the methods of a class."""
    known = getattr(node, "stored", None)
    if known is None:
        known = node.stored = {}
        for method in node.body:
            if isinstance(method, FUNCTIONS) and method.args.posonlyargs + method.args.args:
                own = (method.args.posonlyargs + method.args.args)[0].arg
                for inner in ast.walk(method):
                    if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and isinstance(inner.value, ast.Name) and inner.value.id == own:
                        known.setdefault(inner.attr, []).append(inner)
    return known.get(name, [])


def check_new_name(new, old):
    """Refuses what cannot be a name, and names that Python itself calls."""
    if not new.isidentifier() or keyword.iskeyword(new):
        raise Refusal("name_clash", "%s is no name in Python." % (new or "An empty text"), {"name": new}, "Choose an identifier that is no keyword.")
    for name in (old, new):
        if name.startswith("__") and name.endswith("__"):
            raise Refusal("behaviour", "Python itself gives %s a meaning." % name, {"name": name})

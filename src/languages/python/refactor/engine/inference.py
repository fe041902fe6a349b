"""What an expression evaluates to, as far as the code says so: classes of the project, modules, literals. Never a guess: None where it is not known.

A value is `("instance" | "class" | "super", path, node)`, `("function", path, node, receiver)`, `("module", path)`, `("outside", dotted)` or
`("plain", name)` for instances of builtin types.
"""

import ast
import builtins

from declaration import stores
from fixtures import asks, is_fixture
from references import Names, last_name, views
from scopes import DEFINITIONS, FUNCTIONS

# Deeper chains of calls and attributes are given up.
DEEPEST = 12
LITERALS = {ast.JoinedStr: "str", ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set",
            ast.SetComp: "set", ast.GeneratorExp: "generator", ast.Compare: "bool", ast.Lambda: "function"}
# Decorators after which a call still returns what the function returns.
TRANSPARENT = {"staticmethod", "classmethod", "cache", "lru_cache", "override", "final", "abstractmethod", "overload", "deprecated", "wraps", "no_type_check"}
PROPERTIES = {"property", "cached_property", "abstractproperty", "setter", "getter", "deleter"}


def decorators(node):
    return [last_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list]


def union(values):
    found = frozenset()
    for value in values:
        if value is None:
            return None
        found |= value
    return found


class Types:
    def __init__(self, project, names=None):
        self.project = project
        self.names = names or Names(project)
        self._known, self._asked, self._bases = {}, set(), {}

    def of(self, view, node, depth=0):
        """The values that an expression may have; None where that is not known."""
        if depth > DEEPEST or node is None:
            return None
        if node in self._known:
            return self._known[node]
        if node in self._asked:
            return None
        self._asked.add(node)
        found = self._of(view, node, depth + 1)
        self._asked.discard(node)
        self._known[node] = found
        return found

    def _of(self, view, node, depth):
        if isinstance(node, ast.Constant):
            return frozenset([("plain", type(node.value).__name__)])
        if type(node) in LITERALS:
            return frozenset([("plain", LITERALS[type(node)])])
        if isinstance(node, ast.Name):
            return self._name(view, node, depth)
        if isinstance(node, ast.Attribute):
            return self._attribute(view, node, depth)
        if isinstance(node, ast.Call):
            return self._call(view, node, depth)
        if isinstance(node, (ast.Await, ast.NamedExpr)):
            return self.of(view, node.value, depth)
        if isinstance(node, ast.IfExp):
            return union([self.of(view, node.body, depth), self.of(view, node.orelse, depth)])
        if isinstance(node, ast.BoolOp):
            return union(self.of(view, value, depth) for value in node.values)
        return None

    # names

    def _name(self, view, node, depth):
        found = self.names.denotes(view, node)
        return union(self._denoted(view, value, depth) for value in found) if found else None

    def _denoted(self, view, value, depth):
        if value[0] == "symbol":
            file = self.project.file(value[1])
            return self._bindings(views(file)[0], file.scopes.module, value[2], depth)
        if value[0] == "local":
            return self._bindings(view, value[1], value[2], depth)
        if value[0] == "builtin":
            return frozenset([("outside", "builtins." + value[1])]) if hasattr(builtins, value[1]) else None
        return frozenset([value])

    def _bindings(self, view, scope, name, depth):
        return union(self._binding(view, occurrence, depth) for occurrence in scope.bindings[name] if occurrence.role != "del")

    def _binding(self, view, occurrence, depth):
        node = occurrence.node
        if isinstance(node, ast.ClassDef):
            return frozenset([("class", view.path, node)])
        if isinstance(node, FUNCTIONS):
            return frozenset([("function", view.path, node, None)])
        if occurrence.role == "parameter":
            return self._parameter(view, node, depth)
        if occurrence.role == "import":
            return union(self._denoted(view, value, depth) for value in self.names.imported(view.path, node))
        if isinstance(node, ast.ExceptHandler):
            return self._instances(self.of(view, node.type, depth))
        parent = getattr(node, "parent", None)
        if isinstance(parent, ast.Assign) and node in parent.targets:
            return self.of(view, parent.value, depth)
        if isinstance(parent, ast.AnnAssign):
            return self.annotated(view, parent.annotation, depth)
        if isinstance(parent, ast.NamedExpr):
            return self.of(view, parent.value, depth)
        if isinstance(parent, ast.AugAssign):
            return frozenset()
        if isinstance(parent, ast.withitem):
            return self._entered(view, parent.context_expr, depth)
        return None

    def _entered(self, view, node, depth):
        """What `with node as x` binds: what `__enter__` of a class of the project returns."""
        values = self.of(view, node, depth)
        if not values:
            return None
        found = []
        for value in values:
            enter = self.member(value[1], value[2], "__enter__") if value[0] == "instance" else None
            found.append(self._returned(enter[0], enter[1], value, depth) if enter and isinstance(enter[1], FUNCTIONS) else None)
        return union(found)

    def _parameter(self, view, node, depth):
        function = node.parent.parent
        arguments = node.parent
        if node is arguments.vararg:
            return frozenset([("plain", "tuple")])
        if node is arguments.kwarg:
            return frozenset([("plain", "dict")])
        if node.annotation is not None:
            return self.annotated(view, node.annotation, depth)
        if isinstance(function, ast.Lambda):
            return None
        own = receiver_class(function)
        if own is not None and (arguments.posonlyargs + arguments.args)[:1] == [node] and "staticmethod" not in decorators(function):
            by_class = "classmethod" in decorators(function) or function.name in ("__new__", "__init_subclass__", "__class_getitem__")
            return frozenset([("class" if by_class else "instance", view.path, own)])
        return self._fixture(view, function, node.arg, depth) if asks(function) else None

    def _fixture(self, view, function, name, depth):
        folder = view.path.rpartition("/")[0]
        paths = [view.path]
        while True:
            paths.append((folder + "/" if folder else "") + "conftest.py")
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        for path in paths:
            file = self.project.file(path) if path in self.project.paths else None
            for occurrence in file.scopes.module.bindings.get(name, ()) if file and file.tree else ():
                if is_fixture(occurrence.node) and occurrence.node is not function:
                    return self._returned(path, occurrence.node, None, depth)
        return None

    # annotations

    def annotated(self, view, node, depth=0):
        """The values that an annotation allows."""
        if isinstance(node, ast.Constant):
            return frozenset([("plain", "NoneType")]) if node.value is None else self.annotated(view, node.annotation, depth) if hasattr(node, "annotation") else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return union([self.annotated(view, node.left, depth), self.annotated(view, node.right, depth)])
        if isinstance(node, ast.Subscript):
            name = last_name(node.value)
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if name in ("Optional", "Union"):
                return union(self.annotated(view, item, depth) for item in inner)
            if name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
                return self.annotated(view, inner[0], depth)
            if name in ("Type", "type"):
                values = self.annotated(view, inner[0], depth)
                return values and frozenset(("class",) + value[1:] for value in values if value[0] == "instance")
            return self.annotated(view, node.value, depth)
        if isinstance(node, (ast.Name, ast.Attribute)):
            if last_name(node) == "Self":
                own = enclosing_class(node)
                return frozenset([("instance", view.path, own)]) if own is not None else None
            return self._instances(self.of(view, node, depth))
        return None

    def _instances(self, values):
        if values is None:
            return None
        found = set()
        for value in values:
            if value[0] == "class":
                found.add(("instance",) + value[1:])
            elif value[0] == "outside":
                name = value[1].rpartition(".")[2]
                if value[1].startswith("typing.") or name in ("object", "Any", "TypeVar"):
                    return None
                found.add(("plain", name))
            else:
                return None
        return frozenset(found)

    # calls and attributes

    def _call(self, view, node, depth):
        if isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args:
            own = enclosing_class(node)
            return frozenset([("super", view.path, own)]) if own is not None else None
        if isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1:
            values = self.of(view, node.args[0], depth)
            return values and frozenset(("class",) + value[1:] for value in values if value[0] == "instance")
        if last_name(node.func) == "cast" and len(node.args) == 2:
            return self.annotated(view, node.args[0], depth)
        values = self.of(view, node.func, depth)
        return union(self._called(value, depth) for value in values) if values else None

    def _called(self, value, depth):
        if value[0] == "class":
            return frozenset([("instance",) + value[1:]])
        if value[0] == "function":
            return self._returned(value[1], value[2], value[3], depth)
        if value[0] == "outside":
            name = value[1].rpartition(".")[2]
            made = getattr(builtins, name, None) if value[1].startswith("builtins.") else None
            return frozenset([("plain", name)]) if isinstance(made, type) and name not in ("type", "super", "object") else None
        return None

    def _returned(self, path, node, receiver, depth):
        if node in self._asked or depth > DEEPEST or any(name not in TRANSPARENT | PROPERTIES and not is_fixture(node) for name in decorators(node)):
            return None
        view = views(self.project.file(path))[0]
        self._asked.add(node)
        try:
            if node.returns is not None and not is_fixture(node):
                if last_name(node.returns) == "Self" and receiver is not None:
                    return frozenset([("instance",) + receiver[1:]])
                return self.annotated(view, node.returns, depth)
            results = []
            for item in own_nodes(node):
                if isinstance(item, (ast.Yield, ast.YieldFrom)) and not is_fixture(node):
                    return frozenset([("plain", "generator")])
                if isinstance(item, (ast.Return, ast.Yield)):
                    results.append(self._result(view, item.value, node, receiver, depth))
            return union(results) if results else frozenset([("plain", "NoneType")])
        finally:
            self._asked.discard(node)

    def _result(self, view, value, function, receiver, depth):
        first = (function.args.posonlyargs + function.args.args)[:1]
        if isinstance(value, ast.Name) and first and receiver is not None and value.id == first[0].arg:
            return frozenset([receiver])  # `return self`
        return frozenset([("plain", "NoneType")]) if value is None else self.of(view, value, depth)

    def _attribute(self, view, node, depth):
        values = self.of(view, node.value, depth)
        if not values:
            return None
        return union(self._member_value(value, node.attr, depth) for value in values if value != ("plain", "NoneType"))

    def _member_value(self, value, name, depth):
        if value[0] == "module":
            found = self.names.top(value[1], name)
            return union(self._denoted(None, item, depth) for item in found) if found else None
        if value[0] == "outside":
            return frozenset([("outside", "%s.%s" % (value[1], name))])
        if value[0] not in ("instance", "class", "super"):
            return None
        found = self.member(value[1], value[2], name, after=value[0] == "super")
        if found is None:
            return None
        path, node = found
        view = views(self.project.file(path))[0]
        if isinstance(node, ast.ClassDef):
            return frozenset([("class", path, node)])
        if isinstance(node, FUNCTIONS):
            receiver = ("instance",) + value[1:] if value[0] != "class" else value
            if set(decorators(node)) & PROPERTIES:
                return self._returned(path, node, receiver, depth)
            return frozenset([("function", path, node, receiver)])
        if isinstance(node, list):
            return union(self._stored(view, item, depth) for item in node)
        return None

    def _stored(self, view, node, depth):
        parent = node.parent
        if isinstance(parent, ast.AnnAssign):
            return self.annotated(view, parent.annotation, depth)
        if isinstance(parent, ast.Assign) and node in parent.targets:
            values = self.of(view, parent.value, depth)
            return values and frozenset(value for value in values if value != ("plain", "NoneType"))
        return None

    # classes

    def bases(self, path, node):
        """The bases of a class: values, or None for one that is not known."""
        if node not in self._bases:
            self._bases[node] = []
            view = views(self.project.file(path))[0]
            for base in node.bases:
                values = self.of(view, base.value if isinstance(base, ast.Subscript) else base)
                self._bases[node] += list(values) if values else [None]
        return self._bases[node]

    def mro(self, path, node):
        """The class and its ancestors in the project, nearest first, each once."""
        found, waiting = [], [(path, node)]
        while waiting:
            item = waiting.pop(0)
            if item not in found:
                found.append(item)
                waiting = [(base[1], base[2]) for base in self.bases(*item) if base and base[0] == "class"] + waiting
        return found

    def declares(self, path, node, name):
        """What a class itself declares under a name: a function, a class, or the list of places that assign it; None for nothing."""
        scope = self.project.file(path).scopes.scope_of[node]
        bindings = scope.bindings.get(name, ())
        inner = [occurrence.node for occurrence in bindings if isinstance(occurrence.node, DEFINITIONS)]
        if inner:
            return inner[0] if set(decorators(inner[0])) & {"overload"} == set() else inner[-1]
        return [item.node for item in bindings if item.role != "import"] + stores(node, name) or None

    def member(self, path, node, name, after=False):
        """Where a class has an attribute from: `(path, what declares it)`."""
        for owner in self.mro(path, node)[1 if after else 0:]:
            found = self.declares(owner[0], owner[1], name)
            if found is not None:
                return owner[0], found
        return None


def receiver_class(function):
    """The class in whose body a function stands."""
    return function.parent if isinstance(getattr(function, "parent", None), ast.ClassDef) else None


def enclosing_class(node):
    """The class whose method a node stands in."""
    while node is not None and not isinstance(node, ast.ClassDef):
        node = getattr(node, "parent", None)
    return node


def own_nodes(function):
    """The nodes of a function without those of functions and classes inside it."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, DEFINITIONS + (ast.Lambda,)):
            waiting = list(ast.iter_child_nodes(node)) + waiting

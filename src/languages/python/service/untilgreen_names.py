"""What a name may stand for: imports, aliases, parameters and scopes of one file, without running it.

A name may be bound several times, and is then judged by every binding it may have.
"""

import ast
import builtins

from untilgreen_rules import REEXPORTED, rule_for

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BUILTINS = set(dir(builtins))
OWN = None  # a binding that leads to the project's own code
ALIAS_ROUNDS = 4  # `a = eval; b = a; c = b; d = c` is followed this far


class Scope:
    def __init__(self, node, parent, is_class=False):
        self.node, self.parent, self.is_class = node, parent, is_class
        self.names = {}
        self.shared = set()  # names that `global` or `nonlocal` gives to the scopes outside

    def bind(self, name, target):
        self.names.setdefault(name, set()).add(target)


class Names:
    """The scopes of a file with every binding of every name."""

    def __init__(self, tree):
        self.stars = []
        self.scopes = {}
        self.deferred = []
        self._open(tree, None)
        for _ in range(ALIAS_ROUNDS):
            before = sum(len(targets) for scope in self.scopes.values() for targets in scope.names.values())
            for home, name, value, scope in self.deferred:
                for target in self.resolve(value, scope):
                    home.bind(name, target)
            if before == sum(len(targets) for scope in self.scopes.values() for targets in scope.names.values()):
                break

    def _open(self, node, parent):
        scope = Scope(node, parent, isinstance(node, ast.ClassDef))
        self.scopes[id(node)] = scope
        if parent is None:
            self.module = scope
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            plain = getattr(arguments, "posonlyargs", []) + arguments.args
            for item in plain + arguments.kwonlyargs + [a for a in (arguments.vararg, arguments.kwarg) if a]:
                scope.bind(item.arg, OWN)
            defaults = list(zip(reversed(plain), reversed(arguments.defaults))) + [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d]
            for item, default in defaults:  # `def f(run=os.system)`
                self.deferred.append((scope, item.arg, default, parent))
        body = node.body if isinstance(getattr(node, "body", None), list) else [node]
        if isinstance(node, ast.Lambda):
            body = [node.body]
        if isinstance(node, COMPREHENSIONS):
            body = list(ast.iter_child_nodes(node))
        for item in body:
            self._bind(item, scope)
        return scope

    def _bind(self, node, scope):
        home = scope
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            scope.shared.update(node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self._put(home, alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node, home)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            if node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    self._assign(target, node.value, home)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._assign_each(node.target, node.iter, home)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._own(item.optional_vars, home)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            self._put(home, node.name, OWN)
        if isinstance(node, FUNCTIONS + (ast.ClassDef,) + COMPREHENSIONS):
            if not isinstance(node, (ast.Lambda,) + COMPREHENSIONS):
                self._put(home, node.name, OWN)
                for part in node.decorator_list:
                    self._bind(part, home)
            self._open(node, scope)
            return
        for child in ast.iter_child_nodes(node):
            self._bind(child, scope)

    def _put(self, scope, name, target):
        for home in self._homes(scope, name):
            home.bind(name, target)

    @staticmethod
    def _homes(scope, name):
        """The scopes that a binding reaches: its own, or every one outside when it is shared with them."""
        homes = [scope]
        if name in scope.shared:
            while homes[-1].parent is not None:
                homes.append(homes[-1].parent)
        return homes

    def _import_from(self, node, scope):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(module)
                continue
            name = alias.asname or alias.name
            self._put(scope, name, "%s.%s" % (module, alias.name))
            if alias.name in REEXPORTED and module.split(".")[0] != alias.name:
                self._put(scope, name, alias.name)

    def _assign(self, target, value, scope):
        if isinstance(target, ast.Name):
            self._put(scope, target.id, OWN)
            for home in self._homes(scope, target.id):
                self.deferred.append((home, target.id, value, scope))
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts) else None
            for index, item in enumerate(target.elts):
                if values:
                    self._assign(item, values[index], scope)
                else:
                    self._own(item, scope)

    def _assign_each(self, target, values, scope):
        items = values.elts if isinstance(values, (ast.Tuple, ast.List, ast.Set)) else []
        self._own(target, scope)
        for item in items:
            self._assign(target, item, scope)

    def _own(self, target, scope):
        for item in ast.walk(target):
            if isinstance(item, ast.Name):
                self._put(scope, item.id, OWN)

    def resolve(self, node, scope):
        """Every full name that an expression may stand for."""
        if isinstance(node, ast.Name):
            return self.lookup(node.id, scope)
        if isinstance(node, ast.Attribute):
            return {"%s.%s" % (base, node.attr) for base in self.resolve(node.value, scope)}
        if isinstance(node, ast.IfExp):
            return self.resolve(node.body, scope) | self.resolve(node.orelse, scope)
        if isinstance(node, ast.BoolOp):
            return set().union(*[self.resolve(value, scope) for value in node.values])
        if isinstance(node, ast.NamedExpr):
            return self.resolve(node.value, scope)
        if isinstance(node, ast.Call):
            return self._resolve_call(node, scope)
        if isinstance(node, ast.Subscript):
            return self._resolve_item(node, scope)
        return set()

    def lookup(self, name, scope):
        first = True
        current = scope
        while current is not None:
            if name in current.names and (first or not current.is_class):
                return {target for target in current.names[name] if target is not OWN}
            if current.node and not isinstance(current.node, COMPREHENSIONS):
                first = False
            current = current.parent
        if name == "__builtins__":
            return {"builtins"}
        found = {"%s.%s" % (module, name) for module in self.stars if rule_for("%s.%s" % (module, name))}
        if name in BUILTINS:
            found.add("builtins.%s" % name)
        return found

    def _resolve_call(self, node, scope):
        functions = self.resolve(node.func, scope)
        first = constant(node.args[0]) if node.args else None
        if functions & {"importlib.import_module", "builtins.__import__"} and first:
            return {first}
        if "builtins.getattr" in functions and len(node.args) >= 2 and isinstance(constant(node.args[1]), str):
            return {"%s.%s" % (base, constant(node.args[1])) for base in self.resolve(node.args[0], scope)}
        if "builtins.vars" in functions and node.args:
            return {"%s.__dict__" % base for base in self.resolve(node.args[0], scope)}
        if functions & {"builtins.globals", "builtins.locals"}:
            return {"<globals>"}
        if functions & {"functools.partial", "staticmethod", "builtins.staticmethod"} and node.args:
            return self.resolve(node.args[0], scope)
        return set()

    def _resolve_item(self, node, scope):
        key = constant(node.slice if not type(node.slice).__name__ == "Index" else node.slice.value)
        found = set()
        for base in self.resolve(node.value, scope):
            if not isinstance(key, str):
                continue
            if base.endswith(".__dict__"):
                found.add("%s.%s" % (base[: -len(".__dict__")], key))
            elif base == "sys.modules":
                found.add(key)
            elif base == "<globals>":
                found.add("builtins" if key == "__builtins__" else "builtins.%s" % key)
            elif base == "builtins":  # `__builtins__["eval"]`
                found.add("builtins.%s" % key)
        if isinstance(node.value, ast.Dict):  # `{"run": os.system}["run"]`
            for value in node.value.values:
                found |= self.resolve(value, scope)
        return found

    def has(self, target):
        """Is anything in the file bound to this full name?"""
        return any(target in targets for scope in self.scopes.values() for targets in scope.names.values())


def constant(node):
    """The value of a literal, joined texts included; `None` for everything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = constant(node.left), constant(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
    return None

"""Finds dangerous operations in a syntax tree, with names resolved through imports, aliases and scopes.

A name may be bound several times; it is judged by every binding it may have. So `e = eval` is found, and a function of the
project's own that is called `compile` is not.
"""

import ast
import builtins

from untilgreen_rules import GADGETS, GADGETS_WARN, REEXPORTED, SENSITIVE, TEST_MARKS, rule_for

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BUILTINS = set(dir(builtins))
OWN = None  # a binding that leads to the project's own code
ALIAS_ROUNDS = 4  # `a = eval; b = a; c = b; d = c` is followed this far


class Scope:
    def __init__(self, node, parent, is_class=False):
        self.node, self.parent, self.is_class = node, parent, is_class
        self.names = {}
        self.globals = set()

    def bind(self, name, target):
        self.names.setdefault(name, set()).add(target)


class Scanner(ast.NodeVisitor):
    def __init__(self, source, is_test):
        self.lines = source.splitlines()
        self.is_test = is_test
        self.findings = []
        self.stars = []
        self.scopes = {}
        self.scope = None
        self.deferred = []

    # -- bindings ---------------------------------------------------------------------------------------------------

    def prepare(self, tree):
        """Makes every scope with its bindings, then follows aliases until nothing new is learnt."""
        self.module = self._open(tree, None)
        for _ in range(ALIAS_ROUNDS):
            before = sum(len(targets) for scope in self.scopes.values() for targets in scope.names.values())
            for scope, name, value in self.deferred:
                for target in self.resolve(value, scope):
                    scope.bind(name, target)
            if before == sum(len(targets) for scope in self.scopes.values() for targets in scope.names.values()):
                break

    def _open(self, node, parent):
        scope = Scope(node, parent, isinstance(node, ast.ClassDef))
        self.scopes[id(node)] = scope
        if isinstance(node, FUNCTIONS):
            arguments = node.args
            plain = getattr(arguments, "posonlyargs", []) + arguments.args
            for item in plain + arguments.kwonlyargs + [a for a in (arguments.vararg, arguments.kwarg) if a]:
                scope.bind(item.arg, OWN)
            defaults = list(zip(reversed(plain), reversed(arguments.defaults))) + [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d]
            for item, default in defaults:  # `def f(run=os.system)`
                self.deferred.append((scope, item.arg, default))
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
        if isinstance(node, ast.Global):
            scope.globals.update(node.names)
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
        (self.module if name in scope.globals and scope.parent is not None else scope).bind(name, target)

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
            self.deferred.append((scope if target.id not in scope.globals else self.module, target.id, value))
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

    # -- resolution -------------------------------------------------------------------------------------------------

    def resolve(self, node, scope):
        """Every full name that an expression may stand for."""
        if isinstance(node, ast.Name):
            return self._lookup(node.id, scope)
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

    def _lookup(self, name, scope):
        first = True
        current = scope
        while current is not None:
            if name in current.globals:
                current = self.module
            if name in current.names and (first or not current.is_class):
                return {self._plain(target) for target in current.names[name] if target is not OWN}
            if current.node and not isinstance(current.node, COMPREHENSIONS):
                first = False
            current = current.parent
        if name == "__builtins__":
            return {"builtins"}
        found = {"%s.%s" % (module, name) for module in self.stars if rule_for("%s.%s" % (module, name))}
        if name in BUILTINS:
            found.add("builtins.%s" % name)
        return found

    @staticmethod
    def _plain(target):
        return target

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

    # -- findings ---------------------------------------------------------------------------------------------------

    def put(self, node, rule, severity, words):
        if self.is_test and rule in ("subprocess", "module-replacement"):
            severity = "warn"  # tests start the program they test
        line = node.lineno
        excerpt = self.lines[line - 1].strip() if line <= len(self.lines) else ""
        self.findings.append({"rule": rule, "severity": severity, "line": line, "message": words, "excerpt": excerpt})

    def judge(self, node, names, shown=None):
        for name in sorted(names):
            rule = rule_for(name)
            if rule:
                self.put(node, rule[0], rule[1], "`%s` %s." % (shown or name.replace("builtins.", "", 1), rule[2]))
                return True
        return False

    def scan(self, tree):
        self.prepare(tree)
        self.scope = self.module
        for item in tree.body:
            self.visit(item)
        return self.findings

    def visit(self, node):
        inner = self.scopes.get(id(node))
        if inner is None:
            super().visit(node)
            return
        outer = self.scope
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in node.decorator_list:  # decorators, defaults and bases belong to the outside
                self.visit(part)
            self._definition(node)
        self.scope = inner
        for field, value in ast.iter_fields(node):
            if field == "decorator_list":
                continue
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, ast.AST):
                    self.visit(item)
        self.scope = outer

    def _definition(self, node):
        if node.name.startswith("pytest_") and not isinstance(node, ast.ClassDef) and self.scope is self.module:
            self.put(node, "test-internals", "block", "`%s` is a hook of the test runner." % node.name)

    def visit_Import(self, node):
        for alias in node.names:
            rule = rule_for(alias.name)
            if rule:
                self.put(node, rule[0], rule[1], "`import %s`: it %s." % (alias.name, rule[2]))

    def visit_ImportFrom(self, node):
        for alias in node.names:
            if node.level == 0 and alias.name != "*":
                self.judge(node, {"%s.%s" % (node.module, alias.name)})
            elif node.level == 0 and node.module in SENSITIVE:
                self.put(node, "star-import", "warn", "`from %s import *` hides which of its functions are used." % node.module)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load):
            self.judge(node, self._lookup(node.id, self.scope))

    def visit_Attribute(self, node):
        names = self.resolve(node, self.scope)
        if isinstance(node.ctx, ast.Load):
            if names and not any(rule_for(name) for name in names) and any(rule_for(name.rsplit(".", 1)[0]) for name in names):
                pass  # a harmless member of a dangerous module, `subprocess.PIPE`
            elif self.judge(node, names):
                return
            if node.attr in GADGETS and not (node.attr in ("__mro__", "__code__") and self.is_test):
                self.put(node, "interpreter-internals", "warn" if node.attr in GADGETS_WARN else "block", "`.%s` reaches into the interpreter." % node.attr)
            if names & {"sys.meta_path", "sys.path_hooks"}:
                self.put(node, "import-hook", "warn", "It changes how modules are found.")
            if self.harmless_member(node):
                return
        elif names and any(name.split(".")[0] in ("builtins", "pytest", "unittest", "_pytest") for name in names):
            self.put(node, "test-internals", "block", "It replaces `%s`." % sorted(names)[0].replace("builtins.", "", 1))
        self.generic_visit(node)

    def harmless_member(self, node):
        """`subprocess.PIPE`: the module's name is not judged alone."""
        return isinstance(node.value, ast.Name) and bool(self.resolve(node, self.scope)) and any(rule_for(name) for name in self._lookup(node.value.id, self.scope))

    def visit_Subscript(self, node):
        names = self.resolve(node, self.scope)
        bases = self.resolve(node.value, self.scope)
        if isinstance(node.ctx, ast.Load):
            if self.judge(node, names):
                return
            if any(base.endswith(".__dict__") and base[: -len(".__dict__")] in SENSITIVE for base in bases) and not names:
                self.put(node, "hidden-name", "block", "It looks a function up by a computed name.")
        elif "sys.modules" in bases:
            self.put(node, "module-replacement", "block", "It replaces an imported module.")
        elif any(base in ("builtins", "builtins.__dict__") for base in bases):
            self.put(node, "test-internals", "block", "It replaces a builtin.")
        self.generic_visit(node)

    def visit_Call(self, node):
        functions = self.resolve(node.func, self.scope)
        argument = node.args[0] if node.args else None
        if "importlib.import_module" in functions:
            name = constant(argument) if argument is not None else None
            if not isinstance(name, str):
                self.put(node, "dynamic-import", "block", "It imports a module by a computed name.")
            else:
                self.judge(node, {name})
        if functions & {"builtins.getattr", "builtins.setattr", "builtins.delattr", "builtins.vars"} and argument is not None:
            self._by_name(node, functions, argument)
        if functions & {"pytest.main", "pytest.exit", "unittest.main"} and not self._under_main_guard(node):
            self.put(node, "test-internals", "warn" if self.is_test else "block", "It steers the test run.")
        self.generic_visit(node)

    def _by_name(self, node, functions, argument):
        bases = self.resolve(argument, self.scope)
        if "builtins.setattr" in functions and any(base.split(".")[0] in ("builtins", "pytest", "unittest") for base in bases):
            self.put(node, "test-internals", "block", "It replaces a part of `%s`." % sorted(bases)[0])
        elif "builtins.vars" not in functions and bases & SENSITIVE:
            key = constant(node.args[1]) if len(node.args) > 1 else None
            if not isinstance(key, str) or not self.judge(node, {"%s.%s" % (base, key) for base in bases}):
                if not isinstance(key, str) or "builtins" in bases:
                    self.put(node, "hidden-name", "block", "It looks a function up behind a name that is not written out.")

    def visit_If(self, node):
        if "__name__" in ast.dump(node.test):
            self.guarded = getattr(self, "guarded", 0) + 1
            self.generic_visit(node)
            self.guarded -= 1
        else:
            self.generic_visit(node)

    def _under_main_guard(self, node):
        return getattr(self, "guarded", 0) > 0

    def visit_Compare(self, node):
        if isinstance(constant(node.left), str) and constant(node.left) in ("pytest", "unittest", "_pytest") and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            if "sys.modules" in self.resolve(node.comparators[0], self.scope):
                self.put(node, "test-detection", "warn" if self.is_test else "block", "It asks whether it runs under test.")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if not isinstance(node.value, str):
            return
        if node.value in TEST_MARKS:
            self.put(node, "test-detection", "warn" if self.is_test else "block", "It %s." % TEST_MARKS[node.value])
        elif node.value.startswith(("/proc/self/", "/proc/1/")):
            self.put(node, "process-internals", "block", "It reaches into its own process by `%s`." % node.value[:40])


def constant(node):
    """The value of a literal, joined texts included; `None` for everything else."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = constant(node.left), constant(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
    return None


def scan(tree, source, is_test=False):
    return {"findings": Scanner(source, is_test).scan(tree)}

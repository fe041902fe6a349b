"""Finds dangerous operations in a syntax tree, with names resolved: an alias of `eval` is found, a method of that name is not."""

import ast
import sys

from untilgreen_names import Names, constant
from untilgreen_rules import EXACT, GADGETS, GADGETS_WARN, RUNNER_PARTS, SENSITIVE, TEST_MARKS, rule_for

OS_NAMES = {name[3:] for name, rule in EXACT.items() if name.startswith("os.") and rule[1] == "block"} - {"abort"}


class Scanner(ast.NodeVisitor):
    def __init__(self, tree, source, is_test):
        self.tree = tree
        self.lines = source.splitlines()
        self.is_test = is_test
        self.findings = []
        self.names = Names(tree)
        self.scope = self.names.module
        self.guards = 0  # depth of `if __name__ == "__main__"`

    def resolve(self, node):
        return self.names.resolve(node, self.scope)

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

    def run(self):
        for item in self.tree.body:
            self.visit(item)
        return self.findings

    def visit(self, node):
        inner = self.names.scopes.get(id(node))
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
        if node.name.startswith("pytest_") and not isinstance(node, ast.ClassDef) and self.scope is self.names.module:
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
            names = self.names.lookup(node.id, self.scope)
            if not self.judge(node, names) and "builtins" in names:
                self.put(node, "hidden-name", "block", "`builtins` as a value hides which of its functions is used.")

    def visit_Attribute(self, node):
        names = self.resolve(node)
        if isinstance(node.ctx, ast.Load):
            if names and not any(rule_for(name) for name in names) and any(rule_for(name.rsplit(".", 1)[0]) for name in names):
                pass  # a harmless member of a dangerous module, `subprocess.PIPE`
            elif self.judge(node, names):
                if not isinstance(node.value, (ast.Name, ast.Attribute)):
                    self.visit(node.value)
                return
            if not names and node.attr in OS_NAMES and self.names.has("os"):
                self.put(node, "os-command", "block", "`.%s` of a value that may be the module `os`." % node.attr)
            if node.attr in GADGETS and not (node.attr in ("__mro__", "__code__") and self.is_test):
                self.put(node, "interpreter-internals", "warn" if node.attr in GADGETS_WARN else "block", "`.%s` reaches into the interpreter." % node.attr)
            if node.attr in RUNNER_PARTS:
                self.put(node, "test-internals", "block", "`.%s` reaches into the test runner." % node.attr)
            if names & {"sys.meta_path", "sys.path_hooks"}:
                self.put(node, "import-hook", "warn", "It changes how modules are found.")
        elif names and any(name.split(".")[0] in ("builtins", "pytest", "unittest", "_pytest") for name in names):
            self.put(node, "test-internals", "block", "It replaces `%s`." % sorted(names)[0].replace("builtins.", "", 1))
        if not isinstance(node.value, ast.Name):  # the name alone was judged with its attribute
            self.visit(node.value)

    def visit_Subscript(self, node):
        names = self.resolve(node)
        bases = self.resolve(node.value)
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
        functions = self.resolve(node.func)
        argument = node.args[0] if node.args else None
        if "importlib.import_module" in functions:
            name = constant(argument) if argument is not None else None
            if not isinstance(name, str):
                self.put(node, "dynamic-import", "block", "It imports a module by a computed name.")
            else:
                self.judge(node, {name})
        if functions & {"builtins.getattr", "builtins.setattr", "builtins.delattr", "builtins.vars"} and argument is not None:
            self._by_name(node, functions, argument)
        if functions & {"pytest.main", "pytest.exit", "unittest.main"} and not self.guards:
            self.put(node, "test-internals", "warn" if self.is_test else "block", "It steers the test run.")
        self.generic_visit(node)

    def _by_name(self, node, functions, argument):
        bases = self.resolve(argument)
        if "builtins.setattr" in functions and any(base.split(".")[0] in ("builtins", "pytest", "unittest") for base in bases):
            self.put(node, "test-internals", "block", "It replaces a part of `%s`." % sorted(bases)[0])
        elif "builtins.vars" not in functions and bases & SENSITIVE:
            key = constant(node.args[1]) if len(node.args) > 1 else None
            if not isinstance(key, str) or not self.judge(node, {"%s.%s" % (base, key) for base in bases}):
                if not isinstance(key, str) or "builtins" in bases:
                    self.put(node, "hidden-name", "block", "It looks a function up behind a name that is not written out.")

    def visit_If(self, node):
        if "__name__" in ast.dump(node.test):
            self.guards += 1
            self.generic_visit(node)
            self.guards -= 1
        else:
            self.generic_visit(node)

    def visit_Compare(self, node):
        if isinstance(constant(node.left), str) and constant(node.left) in ("pytest", "unittest", "_pytest") and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            if "sys.modules" in self.resolve(node.comparators[0]):
                self.put(node, "test-detection", "warn" if self.is_test else "block", "It asks whether it runs under test.")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if not isinstance(node.value, str):
            return
        if node.value in TEST_MARKS:
            self.put(node, "test-detection", "warn" if self.is_test else "block", "It %s." % TEST_MARKS[node.value])
        elif node.value.startswith(("/proc/self/", "/proc/1/")):
            self.put(node, "process-internals", "block", "It reaches into its own process by `%s`." % node.value[:40])


def scan(tree, source, is_test=False, module=None):
    """`module`: the name by which the file is imported, where it is new and stands at a root of the imports."""
    findings = Scanner(tree, source, is_test).run()
    if module in getattr(sys, "stdlib_module_names", ()) and module != "test":
        words = "The new module `%s` takes the place of the one in the standard library, for the tests as well." % module
        findings.append({"rule": "shadowed-library", "severity": "block", "line": 1, "message": words, "excerpt": "module %s" % module})
    return {"findings": findings}

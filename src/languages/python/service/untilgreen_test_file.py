"""A test file of the user, read: where the function comes from, how many tests there are, and the calls that its plain asserts make."""

import ast
import copy

from untilgreen_calls import called, calls, concrete
from untilgreen_examples import contradictions, from_assert

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
EQUAL = {"assertEqual", "assertIs", "assertListEqual", "assertDictEqual", "assertTupleEqual", "assertSetEqual", "assertSequenceEqual", "assertMultiLineEqual", "assertAlmostEqual", "assertCountEqual"}
# Classes that stand for their subclasses: the run of the file itself tells which one came.
BASES = {"ArithmeticError", "BaseException", "Exception", "LookupError", "OSError"}
MOST_ROWS = 500  # examples that are taken from one table


def read_tests(source, name):
    """`{framework, module, examples, tests}`, or `{problem, line}`; line 0 is the file as a whole."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        return {"problem": "it does not parse: %s" % (getattr(error, "msg", None) or error), "line": getattr(error, "lineno", None) or 1}
    module, aliases = origin(tree, name)
    tree = Renamed(name, aliases).visit(tree)
    if not any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree)):
        return {"problem": "it never uses `%s`" % name, "line": 0}
    reader = Reader(tree, source, name)
    reader.read()
    wrong = contradictions(reader.examples)
    if wrong:
        return {"problem": wrong[0]["message"], "line": wrong[0]["line"]}
    return {"framework": framework(tree), "module": module, "examples": reader.examples, "tests": reader.tests}


def origin(tree, name):
    """The module it is imported from, and the ways in which the file names it."""
    aliases, module = {name}, None
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if alias.name == name or (alias.name == "*" and module is None and node.module not in ("pytest", "unittest", "typing", "math")):
                    module = node.module
                    aliases.add(alias.asname or name)
        elif isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
            module = node.module
            aliases.update(alias.asname or name for alias in node.names if alias.name == name)
    if module is None:
        used = {ast.unparse(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.value, (ast.Name, ast.Attribute))}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if (alias.asname or alias.name) in used:
                        module = alias.name
                        aliases.add("%s.%s" % (alias.asname or alias.name, name))
    return module, aliases


class Renamed(ast.NodeTransformer):
    """Every way to name the function as its plain name."""

    def __init__(self, name, aliases):
        self.name, self.aliases = name, aliases

    def visit_Name(self, node):
        return ast.copy_location(ast.Name(self.name, node.ctx), node) if node.id in self.aliases else node

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Load) and ast.unparse(node) in self.aliases:
            return ast.copy_location(ast.Name(self.name, node.ctx), node)
        return self.generic_visit(node)


class Replaced(ast.NodeTransformer):
    """Variables by what they were assigned."""

    def __init__(self, known):
        self.known = known

    def visit_Name(self, node):
        return copy.deepcopy(self.known[node.id]) if isinstance(node.ctx, ast.Load) and node.id in self.known else node


def framework(tree):
    names = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if "pytest" in names:
        return "pytest"
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    if any(is_case(node) for node in classes):
        return "unittest"
    tests = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name.startswith("test")]
    return "pytest" if tests or any(node.name.startswith("Test") for node in classes) else "assert"


def is_case(node):
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


class Reader:
    def __init__(self, tree, source, name):
        self.tree, self.source, self.name = tree, source, name
        self.examples, self.tests = [], 0
        self.imports = {}

    def read(self):
        known = {}
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imported(node)
            elif isinstance(node, FUNCTIONS) and node.name.startswith("test"):
                self.test(node, known)
            elif isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or is_case(node)):
                for item in node.body:
                    if isinstance(item, FUNCTIONS) and item.name.startswith("test"):
                        self.test(item, known)
            elif isinstance(node, ast.Assert):
                self.tests += 1
                self.statement(node, known)
            elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
                continue
            else:
                self.statement(node, known)

    def imported(self, node):
        """Modules whose names may stand in a call: they become its setup."""
        for alias in node.names:
            bound = (alias.asname or alias.name).split(".")[0]
            if alias.name not in ("*", self.name) and bound not in ("pytest", "unittest"):
                self.imports[bound] = ast.unparse(node)

    def test(self, node, known):
        rows = [{}]
        for decorator in node.decorator_list:
            rows = [dict(one, **other) for one in rows for other in table(decorator, known)][:MOST_ROWS]
        self.tests += len(rows)
        if any("skip" in ast.unparse(decorator) or "xfail" in ast.unparse(decorator) for decorator in node.decorator_list):
            return
        for row in rows:
            self.body(node.body, dict(known, **row))

    def body(self, statements, known):
        for statement in statements:
            self.statement(statement, known)

    def statement(self, node, known):
        """One statement; `known` holds what variables stand for, as long as nothing can have changed it."""
        if isinstance(node, ast.Assert):
            self.add(from_assert(tolerant(Replaced(known).visit(copy.deepcopy(node.test)), self.name), self.name, frozenset(self.imports)), node)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            known[node.targets[0].id] = Replaced(known).visit(copy.deepcopy(node.value))
        elif isinstance(node, ast.With):
            self.block(node, known)
        elif isinstance(node, ast.For):
            for row in bound(node.target, Replaced(known).visit(copy.deepcopy(node.iter)))[:MOST_ROWS]:
                self.body(node.body, dict(known, **row))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute) and node.value.func.attr.startswith("assert"):
            self.method(Replaced(known).visit(copy.deepcopy(node.value)), node)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            for item in ast.walk(node):  # a call may change what it is given
                if isinstance(item, ast.Name):
                    known.pop(item.id, None)

    def block(self, node, known):
        """`with pytest.raises(ValueError): f(-1)`, `with self.subTest(): …`."""
        call = node.items[0].context_expr
        said = ast.unparse(call.func) if isinstance(call, ast.Call) else ""
        if said.endswith("subTest"):
            self.body(node.body, known)
        elif said.endswith(("raises", "assertRaises", "assertRaisesRegex")) and len(node.body) == 1 and isinstance(node.body[0], (ast.Expr, ast.Assign)) and call.args:
            self.raises(Replaced(known).visit(copy.deepcopy(call.args[0])), Replaced(known).visit(copy.deepcopy(node.body[0].value)), node)

    def method(self, call, node):
        """The assert methods of unittest."""
        kind, args = call.func.attr, call.args
        if kind in EQUAL and len(args) >= 2 and not any(word.arg in ("places", "delta") for word in call.keywords) and not (kind == "assertAlmostEqual" and len(args) > 2):
            self.add(from_assert(ast.Compare(args[0], [ast.Eq()], [args[1]]), self.name, frozenset(self.imports)), node)
        elif kind in ("assertTrue", "assertFalse", "assertIsNone") and args:
            asked = {"assertTrue": args[0], "assertFalse": ast.UnaryOp(ast.Not(), args[0]), "assertIsNone": ast.Compare(args[0], [ast.Is()], [ast.Constant(None)])}[kind]
            self.add(from_assert(asked, self.name, frozenset(self.imports)), node)
        elif kind == "assertRaises" and len(args) >= 2 and isinstance(args[1], ast.Name):
            self.raises(args[0], ast.Call(args[1], args[2:], call.keywords), node)

    def raises(self, error, call, node):
        if calls(call, self.name) and concrete(call, self.name, frozenset(self.imports)):
            name = error.attr if isinstance(error, ast.Attribute) else error.id if isinstance(error, ast.Name) else None
            shown = {"kind": "raises"} if name is None or name in BASES else {"kind": "raises", "error": name}
            self.add(dict(called(call, self.name), expected=shown), node)

    def add(self, example, node):
        if example is None:
            return
        used = {item.id for item in ast.walk(ast.parse(example["expression"])) if isinstance(item, ast.Name)}
        if example["expected"]["kind"] == "value":
            used |= {item.id for item in ast.walk(ast.parse(example["expected"]["text"], mode="eval")) if isinstance(item, ast.Name)}
        setup = sorted({self.imports[name] for name in used if name in self.imports})
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())
        if example["expression"] not in text.replace('"', "'"):  # a row of a table
            shown = example["expected"]
            text = "%s %s %s" % (example["expression"], "raises" if shown["kind"] == "raises" else "==", shown.get("text") or shown.get("error") or "")
        self.examples.append(dict(example, setup="\n".join(setup), line=node.lineno, text=text))


def tolerant(test, name):
    """`pytest.approx(x)` and `abs(f(1) - x) < 1e-6` compare floats as we do anyway."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(right, ast.Call) and ast.unparse(right.func).endswith("approx") and len(right.args) == 1 and not right.keywords:
            return ast.Compare(left, test.ops, [right.args[0]])
        small = isinstance(right, ast.Constant) and isinstance(right.value, float) and right.value <= 1e-5
        inner = left.args[0] if isinstance(left, ast.Call) and getattr(left.func, "id", "") == "abs" and len(left.args) == 1 else None
        if small and isinstance(test.ops[0], (ast.Lt, ast.LtE)) and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub):
            return ast.Compare(inner.left, [ast.Eq()], [inner.right])
    return test


def table(decorator, known):
    """The rows of `@pytest.mark.parametrize("x, want", [(1, 2), …])` as what each name stands for; one empty row for other decorators."""
    if not (isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("mark.parametrize") and len(decorator.args) >= 2):
        return [{}]
    names = decorator.args[0]
    if isinstance(names, ast.Constant) and isinstance(names.value, str):
        words = [word.strip() for word in names.value.split(",") if word.strip()]
    elif isinstance(names, (ast.List, ast.Tuple)) and all(isinstance(item, ast.Constant) for item in names.elts):
        words = [item.value for item in names.elts]
    else:
        return [{}]
    target = ast.Name(words[0], ast.Store()) if len(words) == 1 else ast.Tuple([ast.Name(word, ast.Store()) for word in words], ast.Store())
    return bound(target, Replaced(known).visit(copy.deepcopy(decorator.args[1]))) or [{}]


def bound(target, items):
    """What the names of a target stand for, item by item, where the items are written out."""
    if isinstance(items, ast.Call) and isinstance(items.func, ast.Attribute) and items.func.attr == "items" and isinstance(items.func.value, ast.Dict):
        pairs = items.func.value
        items = ast.List([ast.Tuple([key, item], ast.Load()) for key, item in zip(pairs.keys, pairs.values) if key is not None], ast.Load())
    if not isinstance(items, (ast.List, ast.Tuple)):
        return []
    rows = []
    for item in items.elts:
        if isinstance(item, ast.Call) and ast.unparse(item.func).endswith("pytest.param"):
            item = ast.Tuple(item.args, ast.Load()) if isinstance(target, ast.Tuple) else item.args[0]
        if isinstance(target, ast.Name):
            rows.append({target.id: item})
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(item, (ast.Tuple, ast.List)) and len(item.elts) == len(target.elts):
            rows.append({name.id: part for name, part in zip(target.elts, item.elts) if isinstance(name, ast.Name)})
    return rows

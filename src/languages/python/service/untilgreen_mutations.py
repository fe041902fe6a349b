"""All small changes of functions, as replacements of bytes: the mutants by which tests are scored.

More than `mutants` offers a single new test: both neighbours of a boundary, arguments, slices, texts, statements, and what steers a
loop, for whoever runs these stops what never ends.
"""

import ast
import sys

from untilgreen_mutate import ARITHMETIC, SIGNS, Finder

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Each comparison against its two neighbours: the boundary moved, and the opposite.
NEIGHBOURS = {ast.Lt: ("<=", ">="), ast.LtE: ("<", ">"), ast.Gt: (">=", "<="), ast.GtE: (">", "<"), ast.Eq: ("!=",), ast.NotEq: ("==",), ast.Is: ("is not",), ast.IsNot: ("is",), ast.In: ("not in",), ast.NotIn: ("in",)}


class Wide(Finder):
    def __init__(self, source):
        super().__init__(source)
        self.owners = []

    def put(self, node, begin, end, text, description):
        if self.owners and self.data[begin:end].decode("utf-8") != text:
            self.found.append((begin, end, text, description, node.lineno, ".".join(self.owners), self.in_head))

    def visit_ClassDef(self, node):
        self.owners.append(node.name)
        for item in node.body:
            if isinstance(item, FUNCTIONS + (ast.ClassDef,)):
                self.visit(item)
        self.owners.pop()

    def visit_FunctionDef(self, node):
        inner = self.in_function
        if not inner:
            self.owners.append(node.name)
            self.in_function = True
        self.in_head = not inner
        for item in node.args.defaults + [d for d in node.args.kw_defaults if d is not None]:
            self.visit(item)
        self.in_head = False
        for item in node.body:
            self.visit(item)
        if not inner:
            self.owners.pop()
            self.in_function = False

    visit_AsyncFunctionDef = visit_FunctionDef
    in_function = in_head = False

    def visit_Compare(self, node):
        left = node.left
        for operator, right in zip(node.ops, node.comparators):
            sign = SIGNS[type(operator)]
            for other in NEIGHBOURS[type(operator)]:
                self.between(left, right, sign, other, node, "`%s` becomes `%s`" % (sign, other))
            left = right
        ast.NodeVisitor.generic_visit(self, node)

    def visit_Call(self, node):
        # An argument less; a call without its only argument is rarely more than a TypeError.
        arguments = sorted(node.args + [item for item in node.keywords if item.arg], key=self.start)
        if len(arguments) > 1 and not any(isinstance(item, ast.Starred) for item in node.args):
            last, before = arguments[-1], arguments[-2]
            begin, end = self.span(before)[1], self.span(last)[1]
            self.put(node, begin, end, "", "the argument `%s` is left out" % self.text(last)[:40])
        ast.NodeVisitor.generic_visit(self, node)

    def start(self, node):
        return self.span(node)[0]

    def visit_Subscript(self, node):
        part = node.slice
        if isinstance(part, ast.Slice):
            for bound, name in ((part.lower, "start"), (part.upper, "end")):
                if bound is not None:
                    self.replace(bound, "None", "the %s of a slice is left out" % name)
        ast.NodeVisitor.generic_visit(self, node)

    def visit_Constant(self, node):
        value = node.value
        if value is True or value is False:
            self.replace(node, str(not value), "`%s` becomes `%s`" % (value, not value))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            text = self.text(node)
            for other in ("(%s + 1)" % text, "(%s - 1)" % text):
                self.replace(node, other, "`%s` becomes `%s`" % (text, other.strip("()")))
        elif isinstance(value, str):
            text = self.text(node)
            if "\n" not in text and not self.only_text(node):
                self.replace(node, "''" if value else "'mutant'", "the text %s becomes %s" % (text[:40], "empty" if value else "'mutant'"))

    def only_text(self, node):
        return False

    def visit_JoinedStr(self, node):
        if sys.version_info >= (3, 12):  # positions inside f-strings are exact since then
            for item in node.values:
                if isinstance(item, ast.FormattedValue):
                    self.visit(item.value)

    def visit_While(self, node):
        self.negate(node.test)
        ast.NodeVisitor.generic_visit(self, node)

    def visit_For(self, node):
        self.replace(node.iter, "()", "the loop goes round no items")
        ast.NodeVisitor.generic_visit(self, node)

    def visit_Assign(self, node):
        if isinstance(node.value, ast.Constant) and node.value.value is None:
            self.replace(node.value, "'mutant'", "`None` becomes a text")
        elif not isinstance(node.value, ast.Constant):
            self.replace(node.value, "None", "the value assigned becomes `None`")
        self.visit(node.value)

    def visit_AugAssign(self, node):
        pair = ARITHMETIC.get(type(node.op))
        if pair:
            self.between(node.target, node.value, pair[0] + "=", pair[1] + "=", node, "`%s=` becomes `%s=`" % pair)
        self.replace(node, "pass", "statement deleted")
        self.visit(node.value)

    def visit_UnaryOp(self, node):
        super().visit_UnaryOp(node)

    def visit_Return(self, node):
        if node.value is None:
            return
        empty = isinstance(node.value, ast.Constant) and node.value.value is None
        self.replace(node.value, "'mutant'" if empty else "None", "the value returned becomes %s" % ("a text" if empty else "`None`"))
        self.visit(node.value)

    def visit_Raise(self, node):
        self.replace(node, "pass", "statement deleted: `raise`")
        # The text of a message is no behaviour that a caller should lean on.

    def visit_Try(self, node):
        ast.NodeVisitor.generic_visit(self, node)


def mutations(tree, source, functions=None, lines=None):
    """Every change of the named functions (default all), in the order of the file: `[begin, end, text]` in bytes."""
    finder = Wide(source)
    for node in tree.body:
        if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.If, ast.Try)):
            finder.visit(node)
    wanted, only = set(functions) if functions else None, set(lines) if lines else None
    found, seen = [], set()
    for begin, end, text, description, line, owner, head in sorted(finder.found, key=lambda item: (item[0], item[1], item[2])):
        if (wanted and owner not in wanted) or (only and line not in only) or (begin, end, text) in seen:
            continue
        seen.add((begin, end, text))
        found.append({"function": owner, "line": line, "description": description, "begin": begin, "end": end, "text": text, **({"header": True} if head else {})})
    return {"mutations": found}

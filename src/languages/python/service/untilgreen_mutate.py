"""Small changes of a program that a good test notices, each as a replacement of a few characters."""

import ast

COMPARE = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in"}
ARITHMETIC = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"), ast.FloorDiv: ("//", "/"), ast.Mod: ("%", "*"), ast.Pow: ("**", "*"), ast.BitAnd: ("&", "|"), ast.BitOr: ("|", "&"), ast.LShift: ("<<", ">>"), ast.RShift: (">>", "<<")}


class Finder(ast.NodeVisitor):
    def __init__(self, source):
        self.data = source.encode("utf-8")
        self.starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found = []
        self.looping = 0  # inside `while`: what steers the loop stays, or the mutant never ends

    def offset(self, line, column):
        return self.starts[line - 1] + column

    def span(self, node):
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def text(self, node):
        begin, end = self.span(node)
        return self.data[begin:end].decode("utf-8")

    def put(self, node, begin, end, text, description):
        if self.data[begin:end].decode("utf-8") != text:
            self.found.append((begin, end, text, description, node.lineno))

    def replace(self, node, text, description):
        self.put(node, *self.span(node), text, description)

    def between(self, left, right, sign, other, node, description):
        """Replaces the operator that stands between two operands."""
        begin, end = self.span(left)[1], self.span(right)[0]
        gap = self.data[begin:end].decode("utf-8")
        place = gap.find(sign)
        if place < 0 or "#" in gap or "\\" in gap:
            return
        before = begin + len(gap[:place].encode("utf-8"))
        self.put(node, before, before + len(sign), other, description)

    def visit_Compare(self, node):
        left = node.left
        for operator, right in zip(node.ops, node.comparators):
            sign, other = SIGNS[type(operator)], COMPARE[type(operator)]
            kind = "boundary" if sign[0] in "<>" else "negated comparison"
            self.between(left, right, sign, other, node, "%s: `%s` becomes `%s`" % (kind, sign, other))
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node):
        pair = ARITHMETIC.get(type(node.op))
        text_operand = any(isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, (str, bytes))) for side in (node.left, node.right))
        if pair and not text_operand and not self.looping:
            self.between(node.left, node.right, pair[0], pair[1], node, "arithmetic: `%s` becomes `%s`" % pair)
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        pair = ARITHMETIC.get(type(node.op))
        if pair and not self.looping:
            self.between(node.target, node.value, pair[0] + "=", pair[1] + "=", node, "arithmetic: `%s=` becomes `%s=`" % pair)
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        sign, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:]):
            self.between(left, right, sign, other, node, "boolean: `%s` becomes `%s`" % (sign, other))
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.Not):
            self.replace(node, "(%s)" % self.text(node.operand), "`not` removed")
        elif isinstance(node.op, ast.USub):
            self.replace(node, "(%s)" % self.text(node.operand), "minus sign removed")
        self.generic_visit(node)

    def visit_Constant(self, node):
        value = node.value
        if self.looping:
            return
        if value is True or value is False:
            self.replace(node, str(not value), "constant: `%s` becomes `%s`" % (value, not value))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            other = "1" if value == 0 else "0" if value == 1 else "(%s + 1)" % self.text(node)
            self.replace(node, other, "constant: `%s` becomes `%s`" % (self.text(node), other))
        elif isinstance(value, str) and value and "\n" not in self.text(node):
            self.replace(node, "''", "constant: a text becomes empty")

    def visit_JoinedStr(self, node):
        return  # positions inside f-strings are not exact before Python 3.12

    def visit_If(self, node):
        self.negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node):
        self.visit(node.test)
        self.looping += 1
        for item in node.body:
            self.visit(item)
        self.looping -= 1
        for item in node.orelse:
            self.visit(item)

    def visit_IfExp(self, node):
        self.negate(node.test)
        self.generic_visit(node)

    def negate(self, test):
        if not isinstance(test, (ast.Compare, ast.UnaryOp)):
            self.replace(test, "not (%s)" % self.text(test), "condition negated")

    def visit_Return(self, node):
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.replace(node.value, "None", "return: the value becomes `None`")
        self.generic_visit(node)

    def visit_Break(self, node):
        if not self.looping:
            self.replace(node, "continue", "`break` becomes `continue`")

    def visit_Continue(self, node):
        self.replace(node, "break", "`continue` becomes `break`")

    def visit_Raise(self, node):
        if not self.looping:
            self.replace(node, "pass", "statement deleted: `raise`")
        self.generic_visit(node)

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if not self.looping:
            self.replace(node, "pass", "statement deleted")
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        for item in node.args.defaults + [d for d in node.args.kw_defaults if d is not None]:
            self.visit(item)
        for item in node.body:  # annotations and decorators are left alone
            self.visit(item)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.visit(node.value)

    def visit_Assert(self, node):
        return


def is_main_guard(node):
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def mutants(tree, source, lines=None, limit=20):
    finder = Finder(source)
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and not is_main_guard(node):
            finder.visit(node)
    wanted = set(lines) if lines else None
    found = sorted(set(finder.found), key=lambda item: (item[0], item[1], item[2]))
    if wanted is not None:
        found = [item for item in found if item[4] in wanted]
    result = []
    for begin, end, text, description, line in spread(found, limit * 2):
        content = (finder.data[:begin] + text.encode("utf-8") + finder.data[end:]).decode("utf-8")
        try:
            ast.parse(content)
        except (SyntaxError, ValueError):
            continue
        result.append({"description": description, "line": line, "content": content})
    return {"mutants": spread(result, limit)}


def spread(items, limit):
    """At most `limit` items, evenly taken, so that a small limit still reaches the whole file."""
    if len(items) <= limit:
        return items
    return [items[index * len(items) // limit] for index in range(limit)]

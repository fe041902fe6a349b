"""What two codes have in common that differ in layout, comments, annotations and local names only."""

import ast
import hashlib

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def normalise(source):
    """A hash; `None` where the code does not parse."""
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            plain(node)
        for node in tree.body:
            if isinstance(node, FUNCTIONS) and not any(isinstance(item, ast.ClassDef) for item in ast.walk(node)):
                rename(node)
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def plain(node):
    """Without docstring, annotations and type comments."""
    if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Module)):
        node.body = [item for item in node.body if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str))]
        node.body = [assigned(item) for item in node.body] if not isinstance(node, ast.ClassDef) else node.body
    elif isinstance(getattr(node, "body", None), list):
        node.body = [assigned(item) for item in node.body]
    if isinstance(node, FUNCTIONS):
        node.returns = None
    if isinstance(node, ast.arg):
        node.annotation = None


def assigned(node):
    """`x: int = 1` as `x = 1`."""
    if isinstance(node, ast.AnnAssign) and node.value is not None and node.simple:
        return ast.Assign(targets=[node.target], value=node.value, lineno=0)
    return node


def rename(function):
    """Names bound inside become numbers in the order in which they appear."""
    bound, outer = set(), set()
    for item in ast.walk(function):
        if isinstance(item, ast.Name) and not isinstance(item.ctx, ast.Load):
            bound.add(item.id)
        elif isinstance(item, ast.arg):
            bound.add(item.arg)
        elif isinstance(item, FUNCTIONS) and item is not function:
            bound.add(item.name)
        elif isinstance(item, ast.ExceptHandler) and item.name:
            bound.add(item.name)
        elif isinstance(item, ast.Global):
            outer.update(item.names)
    order = {}

    def number(name):
        return order.setdefault(name, "§%d" % len(order)) if name in bound - outer else name

    for item in preorder(function):
        if isinstance(item, ast.Name):
            item.id = number(item.id)
        elif isinstance(item, ast.arg):
            item.arg = number(item.arg)
        elif isinstance(item, FUNCTIONS) and item is not function:
            item.name = number(item.name)
        elif isinstance(item, ast.ExceptHandler) and item.name:
            item.name = number(item.name)
        elif isinstance(item, ast.Nonlocal):
            item.names = [number(name) for name in item.names]


def preorder(node):
    yield node
    for child in ast.iter_child_nodes(node):
        yield from preorder(child)

"""Calls of the function in expressions, and what they are to give, as they go over the wire."""

import ast

from untilgreen_known import free_names
from untilgreen_literals import value_of


def expression(text):
    """The expression that a text is, or `None`."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_call(node, name):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def calls(node, name):
    return any(is_call(item, name) for item in ast.walk(node))


def concrete(node, name, known=frozenset()):
    """Everything it reads is there without the text around it: `f(n)` is a formula."""
    return not free_names(node) - {name} - known


def called(node, name):
    """The expression, and its arguments where it is a plain call with literals."""
    shown = {"setup": "", "expression": ast.unparse(node)}
    if is_call(node, name) and not node.keywords:
        values = [value_of(item) for item in node.args]
        if all(values):
            shown["args"] = values
    return shown


def value(node):
    """An expected value, with its literal where it is one."""
    shown = {"kind": "value", "text": ast.unparse(node)}
    literal = value_of(node)
    return dict(shown, value=literal) if literal else shown

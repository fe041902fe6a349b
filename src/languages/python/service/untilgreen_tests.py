"""The tests of a file as they stand: name, lines, whether they are skipped, and their text without formatting."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SKIPS = {"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "skip_if", "importorskip"}


def static_tests(tree, source):
    found = []
    skipped = any(isinstance(node, ast.Assign) and names_pytestmark(node) and mentions_skip(node.value) for node in tree.body)
    skipped = skipped or any(is_skip_statement(node) for node in tree.body)
    collect(tree.body, [], skipped, False, found)
    return {"tests": found}


def collect(body, parents, skipped, in_class, found):
    for node in body:
        if isinstance(node, FUNCTIONS) and node.name.startswith("test"):
            found.append(
                {
                    "name": ".".join(parents + [node.name]),
                    "fromLine": first_line(node),
                    "toLine": node.end_lineno,
                    "skipped": skipped or is_skipped(node),
                    "body": ast.unparse(node),
                }
            )
        elif isinstance(node, ast.ClassDef):
            marked = any(isinstance(item, ast.Assign) and names_pytestmark(item) and mentions_skip(item.value) for item in node.body)
            collect(node.body, parents + [node.name], skipped or marked or any(mentions_skip(d) for d in node.decorator_list), True, found)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            for name in ("body", "orelse", "finalbody"):
                collect(getattr(node, name, []), parents, skipped, in_class, found)


def first_line(node):
    return min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])


def is_skipped(node):
    return any(mentions_skip(d) for d in node.decorator_list) or any(is_skip_statement(item) for item in node.body)


def mentions_skip(node):
    """`@pytest.mark.skipif(...)`, `@unittest.skip`, `[pytest.mark.xfail]`."""
    return any(
        (isinstance(item, ast.Attribute) and item.attr in SKIPS) or (isinstance(item, ast.Name) and item.id in SKIPS) for item in ast.walk(node)
    )


def is_skip_statement(node):
    """`pytest.skip(...)`, `self.skipTest(...)`, `raise SkipTest`, or a bare `return` in front of what a test does."""
    if isinstance(node, ast.Return):
        return True
    value = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Expr) else None
    target = value.func if isinstance(value, ast.Call) else value
    name = target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""
    return name in ("skip", "skipTest", "SkipTest", "xfail", "importorskip")


def names_pytestmark(node):
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)

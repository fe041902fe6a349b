"""A function's head, as a user wrote it or as it stands in a module."""

import ast
import io
import tokenize

from untilgreen_known import free_names, imports_for
from untilgreen_literals import shape_of

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def signature(text, name):
    """The head in any of its forms: a whole module, `def` with or without colon, `area(r)`, or just `(r: float) -> float`."""
    text = text.strip("\n").rstrip()
    first = None
    for source in _readings(text, name):
        try:
            tree = ast.parse(source)
            compile(source, "signature", "exec", dont_inherit=True)  # repeated parameters are found here
        except (SyntaxError, ValueError) as error:
            if first is None or "indented block" in str(first):  # said of a body that is not there, which is no fault
                first = error
            continue
        found = [node for node in tree.body if isinstance(node, FUNCTIONS)]
        wanted = [node for node in found if node.name == name]
        if wanted:
            return {"signature": head_of(source, tree, wanted[-1])}
        if found:
            return {"other": found[-1].name}
    return {"problem": getattr(first, "msg", None) or "it is no head of a function", "line": getattr(first, "lineno", None) or 1}


def _readings(text, name):
    bare = text.lstrip()
    if bare.startswith("("):
        bare = "def %s%s" % (name, bare)
    elif not any(line.lstrip().startswith(("def ", "async def ")) for line in bare.split("\n")):
        bare = "def " + bare
    plain = bare.rstrip(":").rstrip()
    return [bare, bare + "\n    pass", bare + " pass", plain + ":\n    pass", text]


def stub(tree, source, name):
    """The function of this name with its doc and all that stands before it; `None` where there is none."""
    wanted = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == name]
    if not wanted:
        return None
    node = wanted[-1]
    return {"signature": head_of(source, tree, node), "doc": ast.get_docstring(node, clean=True) or ""}


def head_of(source, tree, node):
    """The signature as it goes over the wire."""
    lines = source.split("\n")
    start = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
    before = "\n".join(lines[: start - 1]).strip("\n").rstrip()
    annotations = [item.annotation for item in _all(node.args) if item.annotation] + ([node.returns] if node.returns else [])
    missing = missing_imports(annotations + [item for item in node.args.defaults + node.args.kw_defaults if item], before)
    return {
        "name": node.name,
        "parameters": parameters(node.args),
        "returns": shape_of(node.returns),
        **({"returnsText": ast.unparse(node.returns)} if node.returns else {}),
        "async": isinstance(node, ast.AsyncFunctionDef),
        "text": head_text(lines, node),
        "preamble": "\n".join(part for part in ["\n".join(missing), before] if part),
    }


def missing_imports(nodes, before):
    """Imports of well-known names that a head uses and nothing before it binds."""
    probe = ast.Module(body=[ast.Expr(node) for node in nodes], type_ignores=[])
    try:
        known = ast.parse(before)
    except SyntaxError:
        return []
    return imports_for(free_names(ast.Module(body=known.body + probe.body, type_ignores=[])) & free_names(probe), probe)


def _all(args):
    return args.posonlyargs + args.args + [item for item in (args.vararg, args.kwarg) if item] + args.kwonlyargs


def parameters(args):
    plain = args.posonlyargs + args.args
    defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    found = [parameter(item, default) for item, default in zip(plain, defaults)]
    if args.vararg:
        found.append(dict(parameter(args.vararg), optional=True, rest="list"))
    found += [dict(parameter(item, default), keywordOnly=True) for item, default in zip(args.kwonlyargs, args.kw_defaults)]
    if args.kwarg:
        found.append(dict(parameter(args.kwarg), optional=True, rest="map"))
    return found


def parameter(item, default=None):
    shown = {"name": item.arg, "type": shape_of(item.annotation), "optional": default is not None}
    if item.annotation:
        shown["typeText"] = ast.unparse(item.annotation)
    if default is not None:
        shown["defaultText"] = ast.unparse(default)
    return shown


def head_text(lines, node):
    """From `def` to the colon, as it was written."""
    rest = "\n".join([lines[node.lineno - 1][node.col_offset:]] + lines[node.lineno:])
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(rest).readline):
        if token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        if token.string == ":" and depth == 0:
            row, column = token.end
            return "\n".join(rest.split("\n")[: row - 1] + [rest.split("\n")[row - 1][:column]])
    raise ValueError("a head without a colon")

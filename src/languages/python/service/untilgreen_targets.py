"""What can be called in a module, and what its text tells of inputs: heads, constants, examples, calls elsewhere."""

import ast

from untilgreen_literals import shape_of
from untilgreen_signature import FUNCTIONS, parameters

# What a parameter is asked to do tells its kind, where no annotation does.
TEXT_METHODS = {"split", "strip", "lstrip", "rstrip", "lower", "upper", "replace", "startswith", "endswith", "encode", "join", "format", "title", "casefold", "splitlines", "isdigit", "isalpha", "find", "zfill", "partition", "rpartition", "capitalize", "ljust", "rjust", "swapcase"}
LIST_METHODS = {"append", "extend", "insert", "sort", "reverse", "pop", "remove"}
MAP_METHODS = {"items", "keys", "values", "get", "setdefault", "update"}
NAMED = {"int": "int", "float": "float", "str": "string", "bytes": "bytes", "bool": "bool"}
# Calls that make what a function gives hang on more than its arguments.
IMPURE = {"open": "opens files", "input": "reads standard input", "exec": "runs text as code", "eval": "runs text as code"}


def targets(tree, source):
    """Functions and methods of a module, classes with the head of their constructor."""
    found, classes = [], []
    exported = exports(tree)
    for node in definitions(tree.body):
        if isinstance(node, FUNCTIONS):
            found.append(target(node, None, exported))
        elif isinstance(node, ast.ClassDef):
            classes.append(constructor(node))
            for item in node.body:
                if isinstance(item, FUNCTIONS) and not (item.name.startswith("__") and item.name != "__init__"):
                    found.append(target(item, node, exported))
                elif isinstance(item, FUNCTIONS) and item.name in ("__len__", "__str__", "__repr__", "__bool__", "__hash__", "__iter__"):
                    found.append(target(item, node, exported))
    return {"targets": found, "classes": classes}


def definitions(body):
    """Statements of a module, those under `if` and `try` too."""
    for node in body:
        if isinstance(node, (ast.If, ast.Try)):
            for part in ("body", "orelse", "finalbody"):
                yield from definitions(getattr(node, part, []))
        else:
            yield node


def exports(tree):
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets) and isinstance(node.value, (ast.List, ast.Tuple)):
            return {item.value for item in node.value.elts if isinstance(item, ast.Constant)}
    return None


def decorators(node):
    return [ast.unparse(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list]


def target(node, owner, exported):
    marks = decorators(node)
    kind = "function" if owner is None else "static" if "staticmethod" in marks else "class" if "classmethod" in marks else "property" if any(m.split(".")[-1] in ("property", "cached_property") for m in marks) else "method"
    heads = parameters(node.args)
    if owner is not None and kind != "static" and heads:
        heads = heads[1:]
    guesses = guessed(node)
    for head in heads:
        if head["type"]["kind"] == "any" and head["name"] in guesses:
            head["type"] = guesses[head["name"]]
        if head.get("optional") and head["type"]["kind"] == "any" and "defaultText" in head:
            head["type"] = of_default(head["defaultText"])
    name = node.name if owner is None else "%s.%s" % (owner.name, node.name)
    return {
        "name": name,
        "kind": kind,
        "line": min([node.lineno] + [d.lineno for d in node.decorator_list]),
        "end": node.end_lineno,
        "parameters": heads,
        "async": isinstance(node, ast.AsyncFunctionDef),
        "decorators": marks,
        "public": (node.name in exported) if exported is not None and owner is None else not node.name.startswith("_"),
        "constants": constants(node),
        "calls": doc_calls(node, node.name),
        **({"doc": ast.get_docstring(node)} if ast.get_docstring(node) else {}),
        **({"impure": impure(node)} if impure(node) else {}),
    }


def constructor(node):
    """How objects of a class are made, as far as its own text says it."""
    init = next((item for item in node.body if isinstance(item, FUNCTIONS) and item.name == "__init__"), None)
    bases = [ast.unparse(base) for base in node.bases]
    shown = {"name": node.name, "bases": bases, "line": node.lineno, "end": node.end_lineno}
    if any(base.split(".")[-1] in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag") for base in bases):
        return dict(shown, members=[t.id for item in node.body if isinstance(item, ast.Assign) for t in item.targets if isinstance(t, ast.Name)], parameters=[])
    if init is not None:
        heads = parameters(init.args)[1:]
        guesses = guessed(init)
        for head in heads:
            if head["type"]["kind"] == "any" and head["name"] in guesses:
                head["type"] = guesses[head["name"]]
        return dict(shown, parameters=heads)
    if any(m.split(".")[-1] == "dataclass" for m in decorators(node)) or any(base.split(".")[-1] == "NamedTuple" for base in bases):
        fields = [item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)]
        return dict(shown, parameters=[dict({"name": f.target.id, "type": shape_of(f.annotation), "typeText": ast.unparse(f.annotation), "optional": f.value is not None}, **({"defaultText": ast.unparse(f.value)} if f.value is not None else {})) for f in fields])
    return dict(shown, parameters=[])


def of_default(text):
    value = ast.parse(text, mode="eval").body
    if isinstance(value, ast.Constant) and value.value is not None:
        for kind, name in ((bool, "bool"), (int, "int"), (float, "float"), (str, "string"), (bytes, "bytes")):
            if isinstance(value.value, kind):
                return {"kind": name}
    if isinstance(value, (ast.List, ast.Tuple)):
        return {"kind": "list", "item": {"kind": "any"}}
    if isinstance(value, ast.Dict):
        return {"kind": "map", "key": {"kind": "string"}, "value": {"kind": "any"}}
    return {"kind": "any"}


def guessed(node):
    """Kinds of parameters by what the body does with them."""
    names = {item.arg for item in node.args.posonlyargs + node.args.args + node.args.kwonlyargs}
    votes = {}

    def vote(name, shape):
        votes.setdefault(name, []).append(shape)

    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and isinstance(item.value, ast.Name) and item.value.id in names:
            if item.attr in TEXT_METHODS:
                vote(item.value.id, {"kind": "string"})
            elif item.attr in LIST_METHODS:
                vote(item.value.id, {"kind": "list", "item": {"kind": "any"}})
            elif item.attr in MAP_METHODS:
                vote(item.value.id, {"kind": "map", "key": {"kind": "string"}, "value": {"kind": "any"}})
        elif isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and len(item.args) > 0 and isinstance(item.args[0], ast.Name) and item.args[0].id in names:
            name = item.args[0].id
            if item.func.id == "isinstance" and len(item.args) == 2:
                for choice in item.args[1].elts if isinstance(item.args[1], ast.Tuple) else [item.args[1]]:
                    if isinstance(choice, ast.Name) and choice.id in NAMED:
                        vote(name, {"kind": NAMED[choice.id]})
                    elif isinstance(choice, ast.Name) and choice.id in ("list", "tuple", "dict"):
                        vote(name, {"kind": "map", "key": {"kind": "string"}, "value": {"kind": "any"}} if choice.id == "dict" else {"kind": "list", "item": {"kind": "any"}})
            elif item.func.id in ("abs", "round", "divmod", "range"):
                vote(name, {"kind": "int"})
            elif item.func.id in ("sorted", "sum", "min", "max", "enumerate") and len(item.args) == 1:
                vote(name, {"kind": "list", "item": {"kind": "int"}})
            elif item.func.id in ("int", "float"):
                vote(name, {"kind": "union", "options": [{"kind": "int"}, {"kind": "float"}, {"kind": "string"}]})
        elif isinstance(item, ast.Compare):
            sides = [item.left] + item.comparators
            for one, other in zip(sides, sides[1:]):
                for side, against in ((one, other), (other, one)):
                    if isinstance(side, ast.Name) and side.id in names and isinstance(against, ast.Constant):
                        value = against.value
                        if isinstance(value, str):
                            vote(side.id, {"kind": "string"})
                        elif isinstance(value, (int, float)) and not isinstance(value, bool):
                            vote(side.id, {"kind": "int" if isinstance(value, int) else "float"})
        elif isinstance(item, ast.BinOp) and isinstance(item.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow)):
            for side in (item.left, item.right):
                if isinstance(side, ast.Name) and side.id in names:
                    vote(side.id, {"kind": "float"})
        elif isinstance(item, (ast.For, ast.comprehension)) and isinstance(item.iter, ast.Name) and item.iter.id in names:
            vote(item.iter.id, {"kind": "list", "item": {"kind": "any"}})
    result = {}
    for name, shapes in votes.items():
        kinds = []
        for shape in shapes:
            if shape not in kinds:
                kinds.append(shape)
        result[name] = kinds[0] if len(kinds) == 1 else {"kind": "union", "options": kinds[:4]}
    return result


def constants(node):
    """Literals of the body with their lines: what the code compares with is where its behaviour turns."""
    seen, found = set(), []
    doc = node.body[0].value if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant) else None
    for item in ast.walk(node):
        if isinstance(item, ast.Constant) and item is not doc and item.value is not None and not isinstance(item.value, bool) and item.value is not ...:
            text = repr(item.value)
            if len(text) <= 80 and (item.lineno, text) not in seen:
                seen.add((item.lineno, text))
                found.append({"line": item.lineno, "text": text})
    return found


def impure(node):
    for item in ast.walk(node):
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id in IMPURE:
            return "%s (line %d)" % (IMPURE[item.func.id], item.lineno)
    return None


def doc_calls(node, name):
    """Calls in the examples of a docstring."""
    found = []
    for line in (ast.get_docstring(node) or "").splitlines():
        text = line.strip()
        if text.startswith(">>>"):
            try:
                found += calls_in(ast.parse(text[3:].strip()), {name})
            except SyntaxError:
                continue  # the first line of an example of several lines
    return [item["arguments"] for item in found]


def calls(tree, source, names):
    """Calls of these functions anywhere in a file, with arguments that mean the same elsewhere; rows of parametrised tests are put in."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            for row in rows(node):
                found += calls_in(node, set(names), row)
    found += calls_in(tree, set(names))
    unique = []
    for item in found:
        if item not in unique:
            unique.append(item)
    return {"calls": unique[:400]}


def rows(node):
    """What `pytest.mark.parametrize` binds, one mapping a row."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith("parametrize") and len(mark.args) >= 2 and isinstance(mark.args[1], (ast.List, ast.Tuple)):
            head = mark.args[0]
            if isinstance(head, ast.Constant) and isinstance(head.value, str):
                names = [part.strip() for part in head.value.split(",")]
            elif isinstance(head, (ast.List, ast.Tuple)):
                names = [item.value for item in head.elts if isinstance(item, ast.Constant)]
            else:
                continue
            for row in mark.args[1].elts:
                if isinstance(row, ast.Call) and ast.unparse(row.func).endswith("param"):
                    values = row.args
                else:
                    values = row.elts if len(names) > 1 and isinstance(row, (ast.Tuple, ast.List)) else [row]
                if len(values) == len(names):
                    yield dict(zip(names, values))


def calls_in(tree, names, bound=None):
    bound = bound or {}
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else None
        if name not in names:
            continue
        arguments = []
        for item in node.args:
            if isinstance(item, ast.Starred):
                value = bound.get(item.value.id) if isinstance(item.value, ast.Name) else item.value
                if not isinstance(value, (ast.List, ast.Tuple)):
                    break
                arguments += [[None, part] for part in value.elts]
            else:
                arguments.append([None, bound.get(item.id, item) if isinstance(item, ast.Name) else item])
        else:
            arguments += [[item.arg, bound.get(item.value.id, item.value) if isinstance(item.value, ast.Name) else item.value] for item in node.keywords]
            if all(closed(value) for _, value in arguments) and all(word is not None for word in [item.arg for item in node.keywords]):
                found.append({"name": name, "arguments": [[word, ast.unparse(value)] for word, value in arguments]})
    return found


def closed(node):
    """Does an expression mean the same in every module: literals, and makers of the standard library by their full name."""
    if isinstance(node, ast.Constant):
        return node.value is not ... and len(repr(node.value)) < 2000
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return all(closed(item) for item in node.elts)
    if isinstance(node, ast.Dict):
        return all(key is not None and closed(key) for key in node.keys) and all(closed(item) for item in node.values)
    if isinstance(node, ast.UnaryOp):
        return closed(node.operand)
    if isinstance(node, ast.BinOp):
        return closed(node.left) and closed(node.right) and not isinstance(node.op, (ast.Pow, ast.LShift)) and not (isinstance(node.op, ast.Mult) and any(isinstance(side, ast.Constant) and isinstance(side.value, int) and side.value > 100_000 for side in (node.left, node.right)))
    if isinstance(node, ast.Call) and not any(isinstance(item, ast.Starred) for item in node.args):
        known = ast.unparse(node.func) in ("datetime.timedelta", "datetime.date", "datetime.datetime", "datetime.time", "decimal.Decimal", "fractions.Fraction", "float", "int", "str", "set", "frozenset", "bytes")
        return known and all(closed(item) for item in node.args) and all(item.arg and closed(item.value) for item in node.keywords)
    return False

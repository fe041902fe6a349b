"""Literals as values of the wire, and annotations as shapes that inputs can be made from."""

import ast
import math


def value_of(node):
    """A literal as `{kind, …}`; `None` for an expression that has to be evaluated."""
    try:
        return _value(node)
    except (ValueError, RecursionError):  # not a literal, or an integer of thousands of digits
        return None


def _value(node):
    if isinstance(node, ast.Constant):
        return plain(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        return _signed(node)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        return {"kind": kind, "items": [_value(item) for item in node.elts]}
    if isinstance(node, ast.Dict):
        if None in node.keys:
            raise ValueError("** in a dict")
        return {"kind": "map", "entries": [[_value(key), _value(item)] for key, item in zip(node.keys, node.values)]}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _made(node.func.id, node.args)
    raise ValueError("no literal")


def _signed(node):
    inner = _value(node.operand)
    if inner["kind"] == "int":
        number = int(inner["value"])
        return {"kind": "int", "value": str(-number if isinstance(node.op, ast.USub) else number)}
    if inner["kind"] == "float" and inner["value"] != "nan":
        number = float(inner["value"])
        return plain(-number if isinstance(node.op, ast.USub) else number)
    raise ValueError("no number")


def _made(name, args):
    """`set()`, `frozenset([1])`, `float('inf')`: calls that people write as literals."""
    if name in ("set", "frozenset"):
        if not args:
            return {"kind": "set", "items": []}
        inner = _value(args[0])
        if len(args) == 1 and inner["kind"] in ("list", "tuple", "set"):
            return {"kind": "set", "items": inner["items"]}
    if name == "float" and len(args) == 1 and isinstance(args[0], ast.Constant) and isinstance(args[0].value, str):
        return plain(float(args[0].value))
    raise ValueError("no literal")


def plain(value):
    """A constant; complex numbers and `...` are none that can be compared."""
    if value is None:
        return {"kind": "null"}
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if isinstance(value, int):
        return {"kind": "int", "value": str(value)}
    if isinstance(value, float):
        if math.isfinite(value):
            return {"kind": "float", "value": value}
        return {"kind": "float", "value": "nan" if value != value else "inf" if value > 0 else "-inf"}
    if isinstance(value, str):
        return {"kind": "string", "value": value}
    if isinstance(value, bytes):
        return {"kind": "bytes", "value": value.hex()}
    raise ValueError("no literal")


PLAIN = {"int": "int", "float": "float", "str": "string", "bool": "bool", "bytes": "bytes", "None": "null", "Any": "any", "object": "any", "AnyStr": "string", "Text": "string", "LiteralString": "string", "bytearray": "bytes"}
NUMBERS = {"Number", "Real", "SupportsFloat"}
LISTS = {"list", "List", "Sequence", "MutableSequence", "Iterable", "Collection", "Reversible", "Container"}
SETS = {"set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"}
MAPS = {"dict", "Dict", "Mapping", "MutableMapping"}
TUPLES = {"tuple", "Tuple"}
ANY = {"kind": "any"}


def shape_of(node):
    """The shape that an annotation describes, `any` for none."""
    if node is None:
        return ANY
    if isinstance(node, ast.Constant):
        if node.value is None:
            return {"kind": "null"}
        if isinstance(node.value, str):
            try:
                return shape_of(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                return {"kind": "other", "text": node.value}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union([shape_of(node.left), shape_of(node.right)])
    if isinstance(node, ast.Subscript):
        return _subscripted(node)
    name = last_name(node)
    if name in PLAIN:
        return {"kind": PLAIN[name]}
    if name in NUMBERS:
        return union([{"kind": "int"}, {"kind": "float"}])
    if name in LISTS:
        return {"kind": "list", "item": ANY}
    if name in SETS:
        return {"kind": "set", "item": ANY}
    if name in MAPS:
        return {"kind": "map", "key": ANY, "value": ANY}
    if name in TUPLES:
        return {"kind": "tuple", "items": [ANY], "rest": True}
    return {"kind": "other", "text": ast.unparse(node)}


def _subscripted(node):
    name = last_name(node.value)
    inside = node.slice
    parts = list(inside.elts) if isinstance(inside, ast.Tuple) else [inside]
    if name in LISTS:
        return {"kind": "list", "item": shape_of(parts[0])}
    if name in SETS:
        return {"kind": "set", "item": shape_of(parts[0])}
    if name in MAPS and len(parts) == 2:
        return {"kind": "map", "key": shape_of(parts[0]), "value": shape_of(parts[1])}
    if name in TUPLES:
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
            return {"kind": "tuple", "items": [shape_of(parts[0])], "rest": True}
        return {"kind": "tuple", "items": [] if isinstance(inside, ast.Tuple) and not inside.elts else [shape_of(part) for part in parts]}
    if name == "Optional":
        return union([shape_of(parts[0]), {"kind": "null"}])
    if name == "Union":
        return union([shape_of(part) for part in parts])
    if name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
        return shape_of(parts[0])
    if name == "Literal":
        return union([{"kind": value["kind"]} for value in map(value_of, parts) if value] or [ANY])
    return {"kind": "other", "text": ast.unparse(node)}


def union(options):
    """The options without repetition; one alone is itself."""
    flat = []
    for option in options:
        for one in option["options"] if option["kind"] == "union" else [option]:
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else {"kind": "union", "options": flat}


def last_name(node):
    """`List` of `typing.List`."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""

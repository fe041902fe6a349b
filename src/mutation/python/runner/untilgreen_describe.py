"""What a call came to, as text that a test can hold: an expression of the same value where there is one, else what can be checked of it."""

import ast
import math
import re

LONGEST = 1500
ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
# Classes whose repr is an expression of the value once their module is imported.
EXPRESSIONS = {
    "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal",
    "fractions.Fraction", "builtins.range", "builtins.complex", "builtins.bytearray", "builtins.frozenset", "builtins.slice",
}
BARE = {"Decimal": "decimal.Decimal", "Fraction": "fractions.Fraction"}


class NoText(Exception):
    """There is no expression for the value."""


def class_name(value):
    return "%s.%s" % (type(value).__module__, type(value).__qualname__)


def source(value, imports, depth=0):
    """An expression that gives the value, built by hand: a repr may be anything."""
    if depth > 12:
        raise NoText
    kind = type(value)
    if value is None or value is True or value is False or value is ...:
        return repr(value) if value is not ... else "..."
    if kind is int:
        return repr(value)
    if kind is float:
        return repr(value) if math.isfinite(value) else "float(%r)" % repr(value)
    if kind is str or kind is bytes:
        return repr(value)
    if kind is list:
        return "[%s]" % ", ".join(source(item, imports, depth + 1) for item in value)
    if kind is tuple:
        inner = ", ".join(source(item, imports, depth + 1) for item in value)
        return "(%s,)" % inner if len(value) == 1 else "(%s)" % inner
    if kind in (set, frozenset):
        inner = ", ".join(sorted(source(item, imports, depth + 1) for item in value))
        return ("{%s}" % inner if inner else "set()") if kind is set else "frozenset({%s})" % inner if inner else "frozenset()"
    if kind is dict:
        return "{%s}" % ", ".join("%s: %s" % (source(key, imports, depth + 1), source(item, imports, depth + 1)) for key, item in value.items())
    name = class_name(value)
    if name in EXPRESSIONS:
        text = repr(value)
        short = kind.__name__
        if short in BARE:
            text = re.sub(r"^%s" % short, BARE[short], text)
        if kind.__module__ != "builtins":
            imports.add(kind.__module__)
        return text
    raise NoText


def numbers(value):
    """Is it a float, or a flat row of numbers with one: what `pytest.approx` compares."""
    if type(value) is float:
        return math.isfinite(value) and value != int(value)
    if type(value) in (list, tuple) and value:
        return all(type(item) in (int, float) for item in value) and any(type(item) is float and math.isfinite(item) and item != int(item) for item in value)
    return False


def describe(value, depth=0):
    """`key` is what two outcomes are compared by: equal keys are what no test of ours tells apart."""
    imports = set()
    try:
        text = source(value, imports)
    except (NoText, RecursionError):
        text = None
    if text is not None and len(text) <= LONGEST:
        form = "is" if value is None or value is True or value is False else "approx" if numbers(value) else "nan" if type(value) is float and value != value else "equal"
        return {"kind": "value", "form": form, "type": type(value).__name__, "text": text, "imports": sorted(imports), "key": "%s:%s" % (form if form == "is" else "", rounded(value) if form == "approx" else loose(value, text))}
    if type(value) in (str, bytes, list, tuple, dict, set, frozenset) and text is not None:
        digest = crc(text)
        return {"kind": "value", "form": "large", "type": type(value).__name__, "checks": [["len(result)", str(len(value))], ["zlib.crc32(repr(result).encode())", str(digest)]], "imports": ["zlib"], "key": "large:%d:%d" % (len(value), digest)}
    if hasattr(value, "__next__") and depth == 0:
        items = []
        for item in value:
            items.append(item)
            if len(items) >= 200:
                break
        inner = describe(items, 1)
        if inner.get("form") in ("equal", "approx", "large") and len(items) < 200:
            return dict(inner, iterator=True, key="iterator:" + inner["key"])
    return structure(value)


def loose(value, text):
    """Numbers that compare equal have one key, as `==` has it."""
    if type(value) is float and math.isfinite(value) and value == int(value):
        return repr(int(value))
    return text


def rounded(value):
    return "%s(%s)" % (type(value).__name__, ",".join("%.9g" % item for item in (value if isinstance(value, (list, tuple)) else [value])))


def crc(text):
    import zlib

    return zlib.crc32(text.encode())


def structure(value):
    """What can be said of an object: its class, its public attributes, its length, its text where that tells no address."""
    checks, imports = [["type(result).__name__", repr(type(value).__name__)]], set()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        pairs = [(name, getattr(value, name)) for name in value._fields]
    else:
        own = getattr(value, "__dict__", None)
        pairs = sorted(own.items()) if isinstance(own, dict) else []
        pairs += [(name, getattr(value, name)) for name in getattr(type(value), "__slots__", ()) if isinstance(name, str) and hasattr(value, name)] if not isinstance(own, dict) else []
    for name, item in pairs[:12]:
        if name.startswith("_") or callable(item):
            continue
        try:
            text = source(item, imports)
        except (NoText, RecursionError):
            continue
        if len(text) <= 200 and item == item and not numbers(item):
            checks.append(["result.%s" % name, text])
    if type(value).__str__ is not object.__str__ and not callable(value):
        text = str(value)
        if not ADDRESS.search(text) and len(text) <= 300:
            checks.append(["str(result)", repr(text)])
    return {"kind": "value", "form": "object", "type": type(value).__name__, "checks": checks, "imports": sorted(imports), "key": "object:" + repr(checks)}


def raised(error, own):
    """An exception: by its class; by its text too where the project itself wrote it."""
    kind = type(error)
    shown = {"kind": "raises", "error": kind.__name__, "module": kind.__module__, "key": "raises:" + kind.__name__}
    message = str(error)
    if own and message and len(message) <= 200 and not ADDRESS.search(message) and "\n" not in message:
        shown["message"] = message
        shown["key"] += ":" + message
    return shown


def is_literal(text):
    try:
        ast.literal_eval(text)
        return True
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False

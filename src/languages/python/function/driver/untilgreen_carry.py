"""Values as they travel between a test and the function it calls in another process.

What arrives is rebuilt from plain types alone: an object with an `__eq__` of its own, a `str` that lies about its length, stays where it is.
"""

import builtins
import collections
import datetime
import decimal
import fractions
import types

MOST_DEPTH = 200
MOST_ITEMS = 1000  # taken from an iterator
MOST_MESSAGE = 2000
# Taken before a candidate is loaded.
_type, _isinstance, _callable, _id, _repr, _str, _len = type, isinstance, callable, id, repr, str, len

PLAIN = {"l": list, "t": tuple, "S": set, "F": frozenset}
# Classes that print themselves and are made again of that.
MADE = {
    "decimal": (decimal.Decimal, _str, decimal.Decimal),
    "fraction": (fractions.Fraction, _str, fractions.Fraction),
    "complex": (complex, lambda value: [value.real.hex(), value.imag.hex()], lambda parts: complex(float.fromhex(parts[0]), float.fromhex(parts[1]))),
    "range": (range, lambda value: [value.start, value.stop, value.step], lambda parts: range(*parts)),
    "datetime": (datetime.datetime, lambda value: value.isoformat(), datetime.datetime.fromisoformat),
    "date": (datetime.date, lambda value: value.isoformat(), datetime.date.fromisoformat),
    "time": (datetime.time, lambda value: value.isoformat(), datetime.time.fromisoformat),
    "timedelta": (datetime.timedelta, lambda value: [value.days, value.seconds, value.microseconds], lambda parts: datetime.timedelta(*parts)),
}
ERRORS_OF = {"builtins", "decimal", "json.decoder", "statistics", "struct", "asyncio.exceptions"}


class CannotTravel(Exception):
    """A value of a test that has no form on the way."""


def packed(value, held, depth=0):
    """Its form. `held` takes what stays here and is known by a number: functions, and objects where there is a `held.objects`."""
    if depth > MOST_DEPTH:
        raise CannotTravel("nested too deeply")
    inner = lambda items: [packed(item, held, depth + 1) for item in items]
    kind = _type(value)
    if value is None or kind is bool:
        return ["v", value]
    if _isinstance(value, int):
        return ["i", hex(int.__int__(value))]
    if _isinstance(value, float):
        return ["f", float.hex(value)]
    if _isinstance(value, str):
        return ["s", str.__str__(value)]
    if _isinstance(value, (bytes, bytearray)):
        return ["y", bytes(memoryview(value)).hex(), _isinstance(value, bytearray)]
    if _isinstance(value, tuple):
        fields = getattr(kind, "_fields", None)
        return ["N", kind.__name__, list(fields), inner(tuple.__iter__(value))] if fields else ["t", inner(tuple.__iter__(value))]
    if _isinstance(value, dict):
        name = "C" if _isinstance(value, collections.Counter) else "O" if _isinstance(value, collections.OrderedDict) else "d"
        return [name, [inner(pair) for pair in dict.items(value)]]
    if _isinstance(value, collections.deque):
        return ["q", inner(value), value.maxlen]
    for name, plain in PLAIN.items():
        if _isinstance(value, plain):
            return [name, inner(plain.__iter__(value))]
    for name, (plain, form, _) in MADE.items():
        if kind is plain:
            return ["m", name, form(value)]
    if kind.__module__ in ("builtins", "itertools") and hasattr(kind, "__next__") and not _isinstance(value, types.CoroutineType):
        return iterated(value, held, depth)
    if _callable(value) and not _isinstance(value, type):
        return ["c", held.keep(value)]
    return held.other(value)


def iterated(value, held, depth):
    """An iterator as what it yields, and how it ended."""
    items, end = [], None
    try:
        for item in value:
            if _len(items) == MOST_ITEMS:
                end = ["RuntimeError"], "more than %d items" % MOST_ITEMS
                break
            items.append(packed(item, held, depth + 1))
    except Exception as error:
        end = names_of(error), message_of(error)
    return ["I", items, end]


def unpacked(form, held):
    """The value. What is no form raises `ValueError`, `TypeError`, `KeyError` or `IndexError`."""
    kind, inner = form[0], lambda forms: [unpacked(item, held) for item in forms]
    if kind == "v":
        return form[1] if form[1] is None else bool(form[1])
    if kind == "i":
        return int(form[1], 16)
    if kind == "f":
        return float.fromhex(form[1])
    if kind == "s":
        return "" + form[1]
    if kind == "y":
        return bytearray.fromhex(form[1]) if form[2] else bytes.fromhex(form[1])
    if kind == "N":
        return collections.namedtuple(form[1], form[2])(*inner(form[3]))
    if kind in ("d", "C", "O"):
        pairs = [inner(pair) for pair in form[1]]
        return {"d": dict, "C": lambda items: collections.Counter(dict(items)), "O": collections.OrderedDict}[kind](pairs)
    if kind == "q":
        return collections.deque(inner(form[1]), form[2])
    if kind in PLAIN:
        return PLAIN[kind](inner(form[1]))
    if kind == "m":
        return MADE[form[1]][2](form[2])
    if kind == "I":
        return replayed(inner(form[1]), form[2])
    return held.find(kind, form[1:])


def replayed(items, end):
    yield from items
    if end:
        raise error_of(*end)


def names_of(error):
    return ["%s:%s" % (kind.__module__, kind.__name__) for kind in _type(error).__mro__]


def message_of(error):
    try:
        return _str(_str(error))[:MOST_MESSAGE]
    except BaseException:
        return ""


def error_of(names, message, args=()):
    """An exception of the nearest class that is Python's own. What would end a test run early is an ordinary error here."""
    for name in names:
        module, _, kind = name.partition(":")
        if module not in ERRORS_OF:
            continue
        found = getattr(builtins if module == "builtins" else __import__(module, fromlist=["x"]), kind, None)
        if _isinstance(found, type) and issubclass(found, Exception):
            try:
                return found(*args) if args else found(message) if message else found()
            except Exception:  # it wants arguments of its own
                error = found.__new__(found)
                error.args = (message,)
                return error
    return RuntimeError(("%s: %s" % (names[0].partition(":")[2], message))[:MOST_MESSAGE])

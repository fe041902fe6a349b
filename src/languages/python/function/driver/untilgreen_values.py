"""Values as they travel to the host: JSON of bounded size, the same text for the same value in every process."""

import re
import zlib

MOST_NODES = 2000
MOST_DEPTH = 20
MOST_CHARACTERS = 20_000  # of one string
MOST_BITS = 13_000  # of an integer: 4,000 digits, what Python itself still prints
MOST_ITEMS = 1000  # taken from an iterator
MOST_TEXT = 2000  # of a printed value
CHARACTERS_A_NODE = 1 << 30  # so many weigh as much as a node
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")

# Candidates may rebind builtins; what is used here was taken before.
_type, _len, _repr, _str, _id, _list, _sorted, _isinstance, _getattr = type, len, repr, str, id, list, sorted, isinstance, getattr
_int_text, _float_text, _text_of = int.__repr__, float.__float__, str.__str__
_BaseException, _MemoryError = BaseException, MemoryError
_crc = zlib.crc32


def enlarge():
    """Ten times as much of a value is told whole: a million characters, which stay under the bound of a reply."""
    global MOST_NODES, MOST_CHARACTERS, CHARACTERS_A_NODE
    MOST_NODES, MOST_CHARACTERS, CHARACTERS_A_NODE = 20_000, 200_000, 50


class TooMuch(Exception):
    """More than the limits hold: the value is then told by its class and the check sum of its print."""


def encode(value):
    """`(value, text)`; never raises for what a value does, short of memory running out."""
    if is_iterator(value):
        return iterator(value)
    text = shown(value)
    try:
        return _encode(value, [0], 0, ()), text[:MOST_TEXT]
    except TooMuch:
        return digest(value, text), text[:MOST_TEXT]


def _encode(value, nodes, depth, above):
    nodes[0] += 1
    if nodes[0] > MOST_NODES or depth > MOST_DEPTH or _id(value) in above:
        raise TooMuch
    kind = _type(value)
    if value is None:
        return {"kind": "null"}
    if kind is bool:
        return {"kind": "bool", "value": value}
    if _isinstance(value, int):
        if int.bit_length(value) > MOST_BITS:
            raise TooMuch
        return {"kind": "int", "value": _int_text(value)}
    if _isinstance(value, float):
        number = _float_text(value)
        if number - number != 0:
            return {"kind": "float", "value": "nan" if number != number else "inf" if number > 0 else "-inf"}
        return {"kind": "float", "value": number}
    if _isinstance(value, str):
        text = _text_of(value)
        nodes[0] += _len(text) // CHARACTERS_A_NODE
        if _len(text) > MOST_CHARACTERS or nodes[0] > MOST_NODES:
            raise TooMuch
        return {"kind": "string", "value": text}
    if kind in (bytes, bytearray):
        if _len(value) > MOST_CHARACTERS:
            raise TooMuch
        return {"kind": "bytes", "value": value.hex()}
    inner = above + (_id(value),)
    if _isinstance(value, list):
        return {"kind": "list", "items": [_encode(item, nodes, depth + 1, inner) for item in list.__iter__(value)]}
    if _isinstance(value, tuple):
        return {"kind": "tuple", "items": [_encode(item, nodes, depth + 1, inner) for item in tuple.__iter__(value)]}
    if _isinstance(value, set):
        return {"kind": "set", "items": [_encode(item, nodes, depth + 1, inner) for item in set.__iter__(value)]}
    if _isinstance(value, frozenset):
        return {"kind": "set", "items": [_encode(item, nodes, depth + 1, inner) for item in frozenset.__iter__(value)]}
    if _isinstance(value, dict):
        return {"kind": "map", "entries": [[_encode(key, nodes, depth + 1, inner), _encode(item, nodes, depth + 1, inner)] for key, item in dict.items(value)]}
    return {"kind": "object", "type": name_of(value), "text": cut(shown(value))}


def shown(value):
    """`repr`, without addresses, which differ from process to process."""
    try:
        text = _repr(value)
        return ADDRESS.sub("", text) if _type(text) is str else _text_of(text)
    except _MemoryError:
        raise
    except _BaseException as error:
        return "<%s that cannot be printed: %s>" % (name_of(value), name_of(error))


def cut(text):
    """A long text by its beginning, its length and a check sum."""
    if _len(text) <= MOST_TEXT:
        return text
    return "%s… (%d characters, %08x)" % (text[:200], _len(text), _crc(text.encode("utf-8", "surrogatepass")))


def digest(value, text):
    if _isinstance(value, int) and not _isinstance(value, bool):
        return {"kind": "object", "type": "int", "text": "%d bits, %x" % (int.bit_length(value), value % (2**61 - 1))}
    return {"kind": "object", "type": name_of(value), "text": cut(text)}


def is_iterator(value):
    """A generator or one of the iterators of the language; an iterator of the candidate's own is an object like any other."""
    kind = _type(value)
    return kind.__module__ in ("builtins", "itertools") and hasattr(kind, "__next__") and kind.__name__ != "coroutine"


def iterator(value):
    """What it yields, up to a thousand items."""
    items = []
    for item in value:
        if _len(items) == MOST_ITEMS:
            items.append(Ellipsis)
            break
        items.append(item)
    text = "%s of %s" % (name_of(value), shown(items))
    return {"kind": "object", "type": name_of(value), "text": cut(text)}, text[:MOST_TEXT]


def name_of(value):
    name = _getattr(_type(value), "__name__", "object")
    return name if _type(name) is str else "object"

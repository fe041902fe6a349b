"""Holds convert_unit to every case of cases.json: pytest convert_unit"""

import json
import pathlib
import typing

import pytest

import convert_unit as tool

CASES = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))


def _same(got, expected):
    """Numbers with a fraction may differ in the last digits; tuples are lists in JSON, and names of objects are texts."""
    if isinstance(expected, list):
        return isinstance(got, (list, tuple)) and len(got) == len(expected) and all(map(_same, got, expected))
    if isinstance(expected, dict):
        return isinstance(got, dict) and {str(key) for key in got} == expected.keys() and all(_same(value, expected[str(key)]) for key, value in got.items())
    if isinstance(got, bool) or isinstance(expected, bool) or not isinstance(expected, float) and not isinstance(got, float):
        return got == expected and isinstance(got, bool) == isinstance(expected, bool)
    return isinstance(got, (int, float)) and isinstance(expected, (int, float)) and got == pytest.approx(expected, rel=1e-6, abs=1e-6)


def _typed(value, hint):
    """A JSON value as the annotation wants it: 15 is 15.0 for a float, a list a tuple for a tuple."""
    kind, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is list and isinstance(value, list):
        return [_typed(item, inner[0] if inner else None) for item in value]
    if kind is tuple and isinstance(value, list):
        if len(inner) == 2 and inner[1] is ...:
            inner = inner[:1] * len(value)
        return tuple(_typed(item, inner[i] if i < len(inner) else None) for i, item in enumerate(value))
    if kind is dict and isinstance(value, dict) and inner:
        return {inner[0](key) if inner[0] in (int, float) else key: _typed(item, inner[1]) for key, item in value.items()}
    for option in inner if kind not in (list, tuple, dict) else ():
        if _typed(value, option) != value or type(_typed(value, option)) is not type(value):
            return _typed(value, option)
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["arguments"])[:80])
def test_convert_unit(case):
    hints = typing.get_type_hints(tool.convert_unit)
    arguments = {key: _typed(value, hints.get(key)) for key, value in case["arguments"].items()}
    if "error" in case:
        with pytest.raises(Exception) as raised:
            tool.convert_unit(**arguments)
        assert case["error"] is True or case["error"] in [kind.__name__ for kind in type(raised.value).__mro__]
    else:
        assert _same(tool.convert_unit(**arguments), case["result"])


# Tests of your own may follow; what stands below this line is kept.

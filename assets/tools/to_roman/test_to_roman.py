"""Holds to_roman to every case of cases.json: pytest to_roman"""

import json
import pathlib

import pytest

import to_roman as tool

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


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["arguments"])[:80])
def test_to_roman(case):
    if "error" in case:
        with pytest.raises(Exception) as raised:
            tool.to_roman(**case["arguments"])
        assert case["error"] is True or case["error"] in [kind.__name__ for kind in type(raised.value).__mro__]
    else:
        assert _same(tool.to_roman(**case["arguments"]), case["result"])


# Tests of your own may follow; what stands below this line is kept.

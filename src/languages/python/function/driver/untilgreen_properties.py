"""A property tried on generated inputs by hypothesis, in the process of a candidate."""

import random
import sys

from hypothesis import HealthCheck, Phase, Verbosity, given, reject, seed, settings
from hypothesis import strategies as st

from untilgreen_child import Printed

MOST_TEXT = 500
ALPHABET = "abcxyzABC019 _-.,()é"
ANY = st.one_of(st.none(), st.booleans(), st.integers(-100, 100), st.text(ALPHABET, max_size=8), st.lists(st.integers(-100, 100), max_size=6))


class Unusable(Exception):
    """No inputs can be made, or the expression is none."""


class Broken(Exception):
    """The property does not hold for an input."""


def run_property(module, task):
    """`held`, `broken` with the smallest input, or `unusable` where not one input could be evaluated."""
    sys.stdout = sys.stderr = Printed(0)
    state = {"valid": 0, "reason": "", "call": "", "broken": None}
    try:
        code = compile(task["expression"].strip(), "<property>", "eval", dont_inherit=True)
        inputs = st.fixed_dictionaries({parameter["name"]: strategy(parameter) for parameter in task["parameters"]})
    except (SyntaxError, ValueError, Unusable) as error:
        return {"kind": "unusable", "reason": cut(error)}

    @seed(task["seed"])
    @settings(
        max_examples=task["runs"],
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(inputs)
    def holds(values):
        call = call_text(task["name"], task["parameters"], values)  # before the call: it may change its arguments
        try:
            good = bool(eval(code, dict(module.__dict__, **values)))
        except Exception as error:
            if not state["call"] or len(call) < len(state["call"]):
                state["reason"], state["call"] = "%s: %s" % (type(error).__name__, error), call
            reject()  # perhaps an input that the function is not made for
        state["valid"] += 1
        if not good:
            state["broken"] = call
            raise Broken

    random.seed(0)
    try:
        holds()
    except Broken:
        return {"kind": "broken", "counterexample": cut(state["broken"]), "detail": "`%s` is false" % cut(task["expression"])}
    except Exception as error:  # what hypothesis itself says: no input was valid, the strategy cannot be
        if state["broken"] is not None:
            return {"kind": "broken", "counterexample": cut(state["broken"]), "detail": "`%s` is false in some runs" % cut(task["expression"])}
        if state["valid"] == 0:
            return {"kind": "unusable", "reason": cut(state["reason"] or error), "call": cut(state["call"])}
    if state["valid"] == 0:
        return {"kind": "unusable", "reason": cut(state["reason"]), "call": cut(state["call"])}
    return {"kind": "held"}


def strategy(parameter):
    made = of(parameter["type"])
    if parameter.get("rest") == "list":
        return st.lists(made, max_size=5)
    if parameter.get("rest") == "map":
        return st.just({})
    return made


def of(shape):
    """Small values: laws show on them, and they are soon shrunk."""
    kind = shape["kind"]
    if kind == "any":
        return ANY
    if kind == "null":
        return st.none()
    if kind == "bool":
        return st.booleans()
    if kind == "int":
        return st.integers(-1000, 1000)
    if kind == "float":
        return st.floats(-1e6, 1e6, allow_nan=False)
    if kind == "string":
        return st.text(ALPHABET, max_size=20)
    if kind == "bytes":
        return st.binary(max_size=20)
    if kind == "list":
        return st.lists(of(shape["item"]), max_size=10)
    if kind == "set":
        return st.sets(of(hashable(shape["item"])), max_size=8)
    if kind == "tuple":
        if shape.get("rest"):
            return st.lists(of(shape["items"][0]), max_size=8).map(tuple)
        return st.tuples(*[of(item) for item in shape["items"]])
    if kind == "map":
        return st.dictionaries(of(hashable(shape["key"])), of(shape["value"]), max_size=6)
    if kind == "union":
        return st.one_of(*[of(option) for option in shape["options"]])
    raise Unusable("no inputs can be made of the type %s" % shape.get("text", kind))


def hashable(shape):
    return {"kind": "union", "options": [{"kind": "int"}, {"kind": "string"}]} if shape["kind"] == "any" else shape


def call_text(name, parameters, values):
    words = []
    for parameter in parameters:
        value = values[parameter["name"]]
        if parameter.get("rest") == "list":
            words += [repr(item) for item in value]
        elif parameter.get("rest") != "map":
            words.append("%s=%r" % (parameter["name"], value) if parameter.get("keywordOnly") else repr(value))
    return "%s(%s)" % (name, ", ".join(words))


def cut(text):
    text = str(text)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"

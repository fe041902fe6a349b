"""What the function job asks of a syntax tree. Each operation takes text that need not be a module."""

from untilgreen_examples import examples
from untilgreen_extract import extract, parsed
from untilgreen_mend import mend
from untilgreen_normalise import normalise
from untilgreen_render import render
from untilgreen_screen import screen
from untilgreen_signature import signature, stub
from untilgreen_test_file import read_tests


def read_stub(source, name):
    """The function of a name with its doc and the examples in it; broken examples of a foreign doc are dropped."""
    tree = parsed(source)
    found = stub(tree, source, name) if tree else None
    if found is None:
        return None
    read = examples(found["doc"], name)
    wrong = {number for problem in read["problems"] for number in (problem["line"], problem.get("other"))}
    return {"signature": found["signature"], "doc": read["rest"], "examples": [example for example in read["examples"] if example["line"] not in wrong]}


OPERATIONS = {
    "fn_stub": read_stub,
    "fn_signature": signature,
    "fn_examples": examples,
    "fn_extract": extract,
    "fn_normalise": normalise,
    "fn_mend": mend,
    "fn_screen": screen,
    "fn_tests": read_tests,
    "fn_render": render,
}

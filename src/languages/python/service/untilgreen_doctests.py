"""Doctests in a text: prompts, continuation lines, what is to be printed or raised, and what stands before as setup."""

import ast
import re

from untilgreen_calls import called, expression, is_call, value
from untilgreen_literals import value_of

PROMPT = re.compile(r"^(\s*)>>>(?: (.*))?$")
MORE = re.compile(r"^\s*\.\.\.(?: (.*))?$")
OPTION = re.compile(r"\s*#\s*doctest:.*$")
TRACEBACK = "Traceback (most recent call last)"
NONE_NOTE = "`None` is read as 'returns None'; a doctest prints nothing there"


def doctests(lines, name):
    """`(examples, problems, used)`: the examples, what does not parse, and the 1-based numbers of all lines that belong to doctests."""
    found, problems, used = [], [], set()
    setup, bound = [], set()
    for number, source, want, last in blocks(lines):
        used.update(range(number, last + 1))
        shown = "\n".join(line.strip() for line in lines[number - 1: last])
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError) as error:
            problems.append({"line": number, "text": shown, "message": "it does not parse: %s" % (getattr(error, "msg", None) or error)})
            continue
        if not tree.body:
            continue
        statement = tree.body[-1]
        before = [ast.unparse(item) for item in tree.body[:-1]]
        if not isinstance(statement, ast.Expr):
            setup += before + [ast.unparse(statement)]
            bound |= bindings(tree)
            continue
        node = statement.value
        names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
        earlier = setup if names & bound or not mentions(node, name) else []
        relevant = mentions(node, name) or any(name + "(" in line for line in earlier)
        if not relevant or (not want and not mentions(node, name)):
            setup += before + [ast.unparse(node)]
            continue
        try:
            example = read(node, want, name)
        except ValueError as error:
            problems.append({"line": number, "text": shown, "message": str(error)})
            continue
        example["setup"] = "\n".join(earlier + before)
        found.append(dict(example, line=number, text=shown))
        if names & bound:
            setup = setup + [ast.unparse(node)]  # it may have changed what the next line looks at
    return found, problems, used


def blocks(lines):
    """Each prompt as `(line, source, want, last line)`; the want ends at a blank line or the next prompt."""
    at = 0
    while at < len(lines):
        match = PROMPT.match(lines[at].replace("\t", "    "))
        if not match:
            at += 1
            continue
        number, source, at = at + 1, [match.group(2) or ""], at + 1
        while at < len(lines) and MORE.match(lines[at]):
            source.append(MORE.match(lines[at]).group(1) or "")
            at += 1
        want = []
        while at < len(lines) and lines[at].strip() and not PROMPT.match(lines[at]):
            want.append(lines[at])
            at += 1
        yield number, "\n".join(OPTION.sub("", line) for line in source), want, at


def read(node, want, name):
    """One example from its expression and what stands below it."""
    want = dedented(want)
    if not want:
        return without_want(node, name)
    if want[0].startswith(TRACEBACK):
        return dict(called(node, name), expected=traceback(want))
    if isinstance(node, ast.Compare) and want == ["True"]:
        asserted = compared(node, name)
        if asserted:
            return asserted
    text = "\n".join("" if line.strip() == "<BLANKLINE>" else line for line in want)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "pprint"):
        return dict(called(node, name), expected={"kind": "printed", "text": text})
    shown = expected_of(text)
    if shown is None and len(want) > 1 and literal_of(want[0]):
        # Prose that follows without a blank line.
        return dict(called(node, name), expected=literal_of(want[0]), note="what follows `%s` is read as prose" % want[0].strip())
    if shown is None:
        shown = {"kind": "value", "text": text} if text.startswith("<") else {"kind": "printed", "text": text}
        if shown["kind"] == "printed" and looks_meant(text):
            raise ValueError("`%s` is no value" % text)
    example = dict(called(node, name), expected=shown)
    return dict(example, note=NONE_NOTE) if text == "None" else example


def without_want(node, name):
    """Nothing is printed, so the value is `None`, unless the line says itself what the call equals."""
    asserted = compared(node, name) if isinstance(node, ast.Compare) else None
    if asserted:
        return dict(asserted, note="a comparison without output is read as 'is true'")
    if isinstance(node, ast.Subscript) and is_call(node.value, name):
        raise ValueError("there is no sign between the call and its value")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        return dict(called(node, name), expected={"kind": "printed", "text": ""})
    return dict(called(node, name), expected={"kind": "value", "text": "None", "value": {"kind": "null"}})


def compared(node, name):
    """`f(1) == 2`: the call and the value, where that is all."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.Is)):
        return None
    left, right = node.left, node.comparators[0]
    if not is_call(left, name) or mentions(right, name):
        return None
    return dict(called(left, name), expected=value(right))



def expected_of(text):
    """A value where the text is an expression; a name alone (`done`) is something printed."""
    node = expression(text.strip())
    if node is None or isinstance(node, ast.Name):
        return None
    literal = value_of(node)
    shown = {"kind": "value", "text": ast.unparse(node) if literal else text.strip()}
    return dict(shown, value=literal) if literal else shown


def literal_of(line):
    shown = expected_of(line)
    return shown if shown and "value" in shown else None


def looks_meant(text):
    """A text that begins like a literal and is none: a slip of the writer rather than something printed."""
    return text[:1] in "[({'\"" and len(text) > 1


def traceback(want):
    for line in reversed(want[1:]):
        match = re.match(r"^([A-Za-z_][\w.]*)(?:: ?(.*))?$", line)
        if match:
            shown = {"kind": "raises", "error": match.group(1).split(".")[-1]}
            return dict(shown, message=match.group(2)) if match.group(2) and match.group(2).strip() != "..." else shown
    return {"kind": "raises"}


def dedented(lines):
    lines = [line.rstrip() for line in lines]
    indent = min([len(line) - len(line.lstrip()) for line in lines if line.strip()] or [0])
    return [line[indent:] for line in lines]



def mentions(node, name):
    return any(isinstance(item, ast.Name) and item.id == name for item in ast.walk(node))


def bindings(tree):
    """Names that statements bind."""
    bound = {item.id for item in ast.walk(tree) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)}
    bound |= {item.name for item in ast.walk(tree) if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    return bound | {(item.asname or item.name).split(".")[0] for item in ast.walk(tree) if isinstance(item, ast.alias)}

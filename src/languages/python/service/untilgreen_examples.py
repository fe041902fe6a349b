"""Examples in a docstring or a text of the user: doctests, and the looser forms that people write (`f(1) => 2`)."""

import ast
import re

from untilgreen_calls import called, calls, concrete, expression, value
from untilgreen_doctests import doctests
from untilgreen_known import BUILTINS, MODULES, free_names, imports_for

# What stands between a call and its value, the surest first: `//` and `#` may be part of a call's line.
SEPARATORS = ["==>", "=>", "➞", "→", "⇒", "->", "==", " should return ", " returns ", " raises ", " is ", "//", "#", "="]
LEAD = re.compile(r"^\s*(?:[-*•]\s+|\d+[.)]\s+)?(?:(?:for example|for|e\.g\.|eg|example\s*\d*|ex|assert)\b[:.,]?\s*)?`?", re.I)
HEADING = re.compile(r"^\s*[#*]*\s*(?:for\s+)?(?:some\s+)?(?:examples?|e\.g\.?|usage|doctests?|sample)(?:\s+(?:usage|calls|\d+))?\s*[:.]?\s*$", re.I)
WORDS = {"true": "True", "false": "False", "null": "None", "nil": "None", "undefined": "None"}


def examples(text, name):
    """`{examples, problems, rest}`: what was found, what looks like an example and is none, and the text without them."""
    lines = uncommented(text.split("\n"))
    found, problems, used = doctests(lines, name)
    define = recurrence(lines, name)
    for number, line in enumerate(lines, 1):
        if number in used or name not in line:
            continue
        try:
            example = loose(line, name, define)
        except ValueError as error:
            problems.append({"line": number, "text": line.strip(), "message": str(error)})
            used.add(number)
            continue
        if example:
            found.append(dict(example, line=number, text=line.strip()))
            used.add(number)
    found.sort(key=lambda example: example["line"])
    pairs(found)
    return {"examples": found, "problems": sorted(problems + contradictions(found), key=lambda problem: problem["line"]), "rest": prose(lines, used)}


def pairs(found):
    """`("Venus")` beside values that are tuples is meant to be one, although Python does not read it so."""
    tuples = any(example["expected"].get("value", {}).get("kind") == "tuple" for example in found)
    for example in found:
        shown = example["expected"]
        if shown.pop("bracketed", False) and tuples and "value" in shown:
            example["expected"] = {"kind": "value", "text": "(%s,)" % shown["text"], "value": {"kind": "tuple", "items": [shown["value"]]}}
            example["note"] = "`(%s)` is read as a tuple of one, like the values beside it" % shown["text"]


def uncommented(lines):
    """A comment block as plain text: every line that says something begins with `#`."""
    said = [line for line in lines if line.strip()]
    if said and all(line.lstrip().startswith("#") for line in said):
        return [re.sub(r"^\s*#+ ?", "", line) for line in lines]
    return lines


def recurrence(lines, name):
    """Is there a line like `tri(n) = …`? Then `tri(1) = 3` is a definition and not an example."""
    return any(re.match(r"\s*%s\s*\(\s*[A-Za-z_]\w*\s*\)\s*=[^=>]" % re.escape(name), line) for line in lines)


def loose(line, name, define=False):
    """An example in one line, or `None` for prose. Raises `ValueError` where the call is one and the value cannot be read."""
    asserted = asserted_example(line.strip(), name)
    if asserted:
        return asserted
    rest = line[LEAD.match(line).end():]
    for separator in SEPARATORS:
        if separator == "=" and define:
            continue
        for at in positions(rest, separator):
            call = expression(rest[:at].strip().strip("`"))
            if call is None or not calls(call, name) or not concrete(call, name):
                continue
            right = rest[at + len(separator):].strip().strip("`").strip()
            return dict(called(call, name), **expected(right, separator.strip()))
    return None


def asserted_example(line, name):
    """`assert f(2) == 4` as it stands in tests."""
    if not line.startswith("assert"):
        return None
    try:
        node = ast.parse(line).body[0]
    except SyntaxError:
        return None
    example = from_assert(node.test, name, frozenset(MODULES)) if isinstance(node, ast.Assert) else None
    return dict(example, setup="\n".join(imports_for(free_names(node.test) & MODULES))) if example else None


def from_assert(test, name, known=frozenset()):
    """The example behind the condition of an assert: a call and its value, else the condition, which is true. `known`: names that the setup binds."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Is)):
        left, right = test.left, test.comparators[0]
        if not calls(left, name) and calls(right, name):
            left, right = right, left
        if calls(left, name) and not calls(right, name) and concrete(left, name, known) and concrete(right, name, known):
            return dict(called(left, name), expected=value(right))
    if calls(test, name) and concrete(test, name, known):
        return condition(test, name)
    return None


def condition(test, name):
    """What an assert asks for is true in the end, not `True`; the arguments of the one call in it are kept, to make inputs of."""
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    truth = test if negated or isinstance(test, ast.Compare) else ast.Call(ast.Name("bool", ast.Load()), [test], [])
    inner = called(test.operand if negated else test, name)
    return dict(called(truth, name), **{word: inner[word] for word in ("args",) if word in inner}, expected=value(ast.Constant(True)))


def positions(text, separator):
    """Where the separator stands outside of brackets and strings."""
    found, depth, quote, at = [], 0, "", 0
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = ""
        elif depth == 0 and text.startswith(separator, at) and whole(text, at, separator):
            found.append(at)
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign in "([{") - (sign in ")]}")
        at += 1
    return found


def whole(text, at, separator):
    """`=` and `==` are not part of a longer sign."""
    around = text[at - 1: at] + text[at + len(separator): at + len(separator) + 1]
    return separator not in ("=", "==", "=>", "->") or not set(around) & set("=<>!:-")







def expected(text, separator):
    """What stands on the right: a value, the name of an exception, or a value and then prose."""
    if separator == "raises":
        return {"expected": raised(text)}
    for candidate, note in candidates(text):
        node = expression(candidate)
        if node is None:
            continue
        if isinstance(node, ast.Name) and node.id not in BUILTINS:
            continue
        if isinstance(node, (ast.Name, ast.Call)) and exception_name(node):
            return {"expected": raised(ast.unparse(node))}
        shown = {"expected": value(node)}
        if re.fullmatch(r"\(.*\)", candidate) and "value" in shown["expected"] and not isinstance(node, ast.Tuple):
            shown["expected"]["bracketed"] = True
        return dict(shown, note=note) if note else shown
    raise ValueError("`%s` is no value" % text if text else "there is no value behind `%s`" % separator)


def candidates(text):
    """The text, the word of another language in it, and what is left without the prose behind it."""
    first = text.split()[0].strip(".,;") if text.split() else ""
    yield text, None
    if first in WORDS:
        yield WORDS[first], None if first in ("true", "false") else "`%s` is read as `None`" % first
    for match in reversed(list(re.finditer(r"[\s.,;](?=\s|$|\()|\s", text))):
        yield text[: match.start()], None


def exception_name(node):
    node = node.func if isinstance(node, ast.Call) else node
    name = getattr(node, "id", "")
    return name if re.fullmatch(r"[A-Z]\w*(Error|Exception)|StopIteration|KeyboardInterrupt", name) else None


def raised(text):
    """`ValueError`, `ValueError: negative`, `ValueError("negative")`."""
    found = re.match(r"(?:an? )?`?([A-Za-z_][\w.]*)`?(?:\((.*)\)|:\s*(.*))?", text)
    if not found:
        raise ValueError("`%s` is no exception" % text)
    shown = {"kind": "raises", "error": found.group(1).split(".")[-1]}
    inside = expression(found.group(2)) if found.group(2) else None
    message = inside.value if isinstance(inside, ast.Constant) and isinstance(inside.value, str) else found.group(3)
    return dict(shown, message=message) if message else shown



def contradictions(found):
    """The same call with two values; both lines are named."""
    known, problems = {}, []
    for example in found:
        key = (example["setup"], example["expression"])
        other = known.setdefault(key, example)
        if comparable(other) != comparable(example):
            message = "it contradicts line %d: `%s`" % (other["line"], other["text"].replace("\n", " "))
            problems.append({"line": example["line"], "text": example["text"], "message": message, "other": other["line"]})
    return problems


def comparable(example):
    shown = example["expected"]
    literal = shown.get("value")
    if literal and literal["kind"] in ("int", "float"):
        return float(literal["value"]) if len(str(literal["value"])) < 300 else literal["value"]
    return (shown["kind"], shown.get("text"), shown.get("error"), shown.get("message"))


def prose(lines, used):
    """The text without its examples, the headings that stood over nothing else, and the remarks right behind an example."""
    kept = []
    dropped = set(used)
    for number, line in enumerate(lines, 1):
        if number - 1 in dropped and number not in dropped and line.lstrip().startswith("#"):
            dropped.add(number)
    for number, line in enumerate(lines, 1):
        if number in dropped:
            continue
        if HEADING.match(line) and next((later for later in range(number + 1, len(lines) + 1) if lines[later - 1].strip()), None) in dropped:
            continue
        kept.append(line.rstrip())
    text = "\n".join(kept).strip("\n").strip()
    return re.sub(r"\n{3,}", "\n\n", text)

"""Repairs that need no model: indentation, an end that was cut off, imports that are missing."""

import ast
import re
import textwrap

from untilgreen_extract import FUNCTIONS, hollow, parsed, start_of
from untilgreen_known import free_names, imports_for

TYPOGRAPHY = {"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u200b": "", "\ufeff": ""}


def mend(source, name):
    """The code as it may be meant, or `None` where nothing helps or nothing is to be done."""
    code = evened(source)
    if parsed(code) is None:
        code = next((one for one in repairs(code, name) if defines(one, name)), None)
        if code is None:
            return None
    if not defines(code, name):
        return None
    code = imported(code)
    return code if code.strip() != source.strip() else None


def defines(code, name):
    """Does it parse, and has the function a body of its own?"""
    tree = parsed(code)
    found = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == name] if tree else []
    return bool(found) and not all(hollow(statement) for statement in found[-1].body)


def evened(source):
    """Tabs as four columns, no line ends of another system."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if parsed(source) is not None:
        return source
    return textwrap.dedent("\n".join(line.expandtabs(4) if line[:1].isspace() else line for line in source.split("\n")))


def repairs(code, name):
    """The ways, the gentlest first."""
    typed = "".join(TYPOGRAPHY.get(sign, sign) for sign in code)
    for text in dict.fromkeys([code, typed]):
        yield text
        indented = reindented(text)
        yield indented
        yield truncated(indented, name)
        yield truncated(text, name)


def reindented(code):
    """Lines that stand at no open level are moved to the nearest one."""
    lines = code.split("\n")
    for _ in range(40):
        try:
            ast.parse("\n".join(lines))
            break
        except IndentationError as error:
            at = (error.lineno or 1) - 1
            if not 0 <= at < len(lines):
                break
            level, opens = before(lines, at)
            mine = indent(lines[at])
            if opens and mine <= level[-1]:
                # A body that lost its indentation: all that follows up to the next definition belongs to it.
                end = next((later for later in range(at + 1, len(lines)) if re.match(r"(async\s+)?def\s|class\s|@", lines[later])), len(lines))
                lines[at:end] = ["    " + line if line.strip() else line for line in lines[at:end]]
                continue
            nearest = level[-1] if mine > level[-1] else min(level, key=lambda column: abs(column - mine))
            if nearest == mine:
                break
            lines[at] = " " * nearest + lines[at].lstrip()
        except (SyntaxError, ValueError):
            break
    return "\n".join(lines)


def before(lines, at):
    """The open levels above a line, and whether the line above opens one."""
    level, opens = [0], False
    for line in lines[:at]:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        column = indent(line)
        while level and level[-1] > column:
            level.pop()
        if not level or level[-1] < column:
            level.append(column)
        opens = line.split("#")[0].rstrip().endswith(":")
    return level, opens


def indent(line):
    return len(line) - len(line.lstrip())


def truncated(code, name):
    """Up to the last statement that parses."""
    lines = code.split("\n")
    end = len(lines)
    while end > 0:
        try:
            ast.parse("\n".join(lines[:end]))
            return "\n".join(lines[:end]).rstrip() + "\n"
        except SyntaxError as error:
            end = min(end - 1, (error.lineno or end) - 1) if (error.lineno or end) <= end else end - 1
        except (ValueError, RecursionError, MemoryError):
            end -= 1
    return ""


def imported(code):
    """With the imports of well-known names that it uses and nothing binds."""
    tree = ast.parse(code)
    lines = imports_for(free_names(tree), tree)
    if not lines or any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)):
        return code
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    at = future[-1].end_lineno if future else start_of(tree.body[0]) - 1 if not hollow(tree.body[0]) else tree.body[0].end_lineno
    whole = code.split("\n")
    gap = [] if re.match(r"import |from ", next((line for line in whole[at:] if line.strip()), "")) else ["", ""]
    return "\n".join(whole[:at] + lines + gap + whole[at:])

"""Imports at the top of a text: added where they belong, and taken out."""

import ast
import re

from modules import STDLIB
from positions import Lines, parse
from retarget import is_type_checking, written
from text import applied, cuts


def _tree(text):
    return parse(text), Lines(text)


def top_imports(tree):
    """The import statements of the head of a module, before its first definition."""
    found = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
    return found


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def present(tree, want):
    """Does the top of the module import this already, unconditionally (or, for types, under `TYPE_CHECKING`)."""
    bodies = list(tree.body)
    if want.type_only:
        bodies += [item for node in tree.body if isinstance(node, ast.If) and is_type_checking(node.test) for item in node.body]
    for node in bodies:
        if isinstance(node, ast.Import) and want.name is None:
            if any(alias.name == want.module and alias.asname == want.asname for alias in node.names):
                return True
        elif isinstance(node, ast.ImportFrom) and want.name is not None and spelled(node) == want.module:
            if any(alias.name == want.name and (alias.asname or alias.name) == (want.asname or want.name) for alias in node.names):
                return True
    return False


def spelled(node):
    return "." * node.level + (node.module or "")


def add_imports(text, wants):
    """The text with the imports it lacks. Names join a statement of the same module, whole lines go behind the last import of the head."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text[len(mark):]
    plain = [want for want in wants if not want.type_only and want.text is None]
    typed = [want for want in wants if want.type_only]
    blocks = [want for want in wants if want.text is not None]
    for want in dedupe(sorted(plain, key=order)):
        text = add_one(text, want)
    for want in dedupe(blocks):
        if want.text.strip() not in text:
            text = insert_line(text, want.text.rstrip("\r\n"))
    for want in dedupe(sorted(typed, key=order)):
        text = add_typed(text, want)
    return mark + text


def order(want):
    return (want.module != "__future__", want.module.startswith("."), want.module, want.name or "")


def dedupe(wants):
    seen = {}
    for want in wants:
        seen.setdefault(want.key, want)
    return list(seen.values())


def newline_of(text):
    return "\r\n" if "\r\n" in text else "\n"


def add_one(text, want):
    tree, lines = _tree(text)
    if present(tree, want):
        return text
    if want.name is not None:
        for node in top_imports(tree):
            if isinstance(node, ast.ImportFrom) and spelled(node) == want.module and node.names[0].name != "*":
                if want.asname and want.asname == want.name:
                    continue  # `name as name` says that it is meant for others; it stands alone
                return join_statement(text, lines, node, want)
    return insert_line(text, written(want), future=want.module == "__future__")


def join_statement(text, lines, node, want):
    """Puts a name into a `from` statement, in order where the names are in order."""
    start, end = lines.span(node)
    word = want.name + (" as %s" % want.asname if want.asname else "")
    names = [alias.name for alias in node.names]
    key = lambda name: (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)
    by_case, plain = sorted(names, key=key) == names, sorted(names, key=str.lower) == names
    index = len(names)
    if by_case or plain:
        rank = key if by_case else str.lower
        index = sum(1 for name in names if rank(name) < rank(want.name))
    many = node.end_lineno > node.lineno
    if index < len(names):
        at = lines.start(node.names[index])
        indent = re.search(r"[^\r\n]*\Z", text[:at]).group()
        glue = ", " if not many or indent.strip() else "," + newline_of(text) + indent
        return text[:at] + word + glue + text[at:]
    at = lines.end(node.names[-1])
    first = lines.start(node.names[-1])
    indent = re.search(r"[^\r\n]*\Z", text[:first]).group()
    if not many or indent.strip():
        return text[:at] + ", " + word + text[at:]
    tail = re.compile(r"\s*,[^\r\n]*").match(text, at, end)
    if tail:
        return text[:tail.end()] + newline_of(text) + indent + word + "," + text[tail.end():]
    rest = re.compile(r"[^\r\n]*").match(text, at, end)
    return text[:at] + "," + text[at:rest.end()] + newline_of(text) + indent + word + "," + text[rest.end():]


def insert_line(text, line, future=False):
    """A statement of its own behind the last import of the head; without one behind docstring, `__future__` and head comments."""
    tree, lines = _tree(text)
    end = newline_of(text)
    line = line.replace("\n", end) if end not in line else line
    head = top_imports(tree)
    futures = [node for node in head if section(node) == 0]
    rank = 0 if future else section_of_line(line)
    if rank is None:  # a block: behind all imports
        last, gap = (head or [None])[-1], ""
    else:
        lower = [node for node in head if section(node) <= rank and (section(node) or rank == 0)]
        last = (lower or [None])[-1]
        gap = end if last is not None and section(last) != rank else ""
        higher = [node for node in head if section(node) > rank]
        if last is None and higher and rank:
            at = lines.starts[higher[0].lineno - 1]
            return text[:at] + line + end + (end if section(higher[0]) != rank else "") + text[at:]
    if last is not None:
        following = next((node for node in tree.body if lines.start(node) > lines.end(last)), None)
        if following is not None and following.lineno == last.end_lineno:
            at = lines.end(last)
            return text[:at] + "; " + line + text[at:]
        at = line_end(text, lines, last.end_lineno)
        lead = "" if text[:at].endswith("\n") else end
        behind = end if gap and following is not None and isinstance(following, (ast.Import, ast.ImportFrom)) and text[at:].strip() and not BLANK_FIRST.match(text, at) else ""
        return text[:at] + lead + gap + line + end + behind + text[at:]
    before = tree.body[0] if tree.body and is_docstring(tree.body[0]) else None
    if not future and futures:
        before = futures[-1]
    if before is not None:
        at = line_end(text, lines, before.end_lineno)
        lead = end if text[:at].endswith("\n") else end * 2
    else:
        at, lead = head_comments(text), ""
        if at and not text[:at].endswith(end * 2):
            lead = end
    rest = text[at:]
    blank = len(re.match(r"(?:[ \t]*\r?\n)*", rest).group().splitlines())
    following = next((node for node in tree.body if lines.start(node) >= at), None)
    if following is None and not rest.strip():
        gap = ""
    elif isinstance(following, (ast.Import, ast.ImportFrom)):
        gap = "" if blank else end
    else:
        definition = isinstance(following, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        gap = end * max(0, (2 if definition else 1) - blank)
    return text[:at] + lead + line + end + gap + rest


BLANK_FIRST = re.compile(r"[ \t]*\r?\n")


def section(node):
    """Where a statement stands in the usual order: `__future__`, the standard library, other packages, neighbours."""
    if isinstance(node, ast.ImportFrom) and node.level:
        return 3
    name = node.names[0].name if isinstance(node, ast.Import) else node.module
    return 0 if name == "__future__" else 1 if name.split(".")[0] in STDLIB else 2


def section_of_line(line):
    try:
        node = ast.parse(line).body[0]
    except SyntaxError:
        return None
    return section(node) if isinstance(node, (ast.Import, ast.ImportFrom)) else None


def line_end(text, lines, number):
    return lines.starts[number] if number < len(lines.starts) else len(text)


def head_comments(text):
    """Offset behind the comments that open a file: interpreter line, encoding, licence."""
    at = 0
    for match in re.finditer(r"[ \t]*#[^\n]*\n|[ \t\r]*\n", text):
        if match.start() != at:
            break
        at = match.end()
    comments = re.match(r"(?:[ \t]*#[^\n]*\n)+", text)
    if not comments:
        return 0
    # A comment directly above code belongs to the code, the first line's `#!` apart.
    if at == comments.end() and not text.startswith("#!"):
        return 0
    return comments.end()


def add_typed(text, want):
    """An import under `if TYPE_CHECKING:`, which is made where there is none."""
    tree, lines = _tree(text)
    if present(tree, want):
        return text
    end = newline_of(text)
    for node in tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and node.body[0].lineno > node.lineno:
            last = [item for item in node.body if isinstance(item, (ast.Import, ast.ImportFrom))]
            item = last[-1] if last else node.body[0]
            at = line_end(text, lines, item.end_lineno) if last else lines.start(item) - node.body[0].col_offset
            lead = "" if text[:at].endswith("\n") else end
            return text[:at] + lead + " " * node.body[0].col_offset + written(want) + end + text[at:]
    from retarget import Want
    text = add_one(text, Want("typing", "TYPE_CHECKING"))
    return insert_line(text, "%sif TYPE_CHECKING:%s    %s" % (end, end, written(want)))


def drop_imports(text, names, path=""):
    """The text without the top imports that bind these local names; a block under `TYPE_CHECKING` that is emptied goes too."""
    if not names:
        return text
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text[len(mark):]
    tree, lines = _tree(text)
    edits, rows = [], []
    for node in tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse:
            inner = [item for item in node.body if isinstance(item, (ast.Import, ast.ImportFrom))]
            gone = [item for item in inner if all(local(item, alias) in names for alias in item.names)]
            if len(gone) == len(node.body):
                rows.append(whole_lines(text, lines, node)[:2])
                continue
            for item in inner:
                edits += drop_from(text, lines, item, names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            edits += drop_from(text, lines, node, names)
    rows += [edit[:2] for edit in edits if not edit[2] and whole_row(text, edit) and edit[0] in lines.starts and any(edit[0] == lines.starts[n.lineno - 1] for n in tree.body)]
    edits = [edit for edit in edits if edit[:2] not in rows]
    return mark + applied(text, edits + cuts(text, rows), path)


def whole_row(text, edit):
    return text[edit[0]:edit[1]].endswith("\n")


def local(node, alias):
    return alias.asname or (alias.name.split(".")[0] if isinstance(node, ast.Import) else alias.name)


def whole_lines(text, lines, node):
    start = lines.starts[node.lineno - 1]
    end = line_end(text, lines, node.end_lineno)
    return (start, end, "")


def drop_from(text, lines, node, names):
    left = [alias for alias in node.names if local(node, alias) not in names]
    if len(left) == len(node.names):
        return []
    start, end = lines.span(node)
    line_start, stop = lines.starts[node.lineno - 1], line_end(text, lines, node.end_lineno)
    if not left:
        if text[line_start:start].strip():
            return [(text.rindex(";", line_start, start), end, "")]
        behind = re.compile(r"\s*;\s*").match(text, end, stop)
        return [(start, behind.end(), "")] if behind else [(line_start, stop, "")]
    edits = []
    for index, alias in enumerate(node.names):
        if alias in left:
            continue
        first, last = lines.span(alias)
        row = text.rfind("\n", 0, first) + 1
        row_end = text.find("\n", last) + 1
        if row > start and row_end and re.match(r"\s*,?\s*(#[^\n]*)?\n\Z", text[last:row_end]) and not text[row:first].strip():
            edits.append((row, row_end, ""))  # a line of its own, with its remark
        elif any(other in left for other in node.names[index + 1:]):
            edits.append((first, lines.start(node.names[index + 1]), ""))
        else:
            previous = max(i for i, other in enumerate(node.names[:index]) if other in left)
            edits.append((lines.end(node.names[previous]), last, ""))
            break
    return edits


def dedupe_statements(before, after):
    """The text without imports that stand twice at its top and did not before."""
    tree, lines = _tree(after.lstrip("\ufeff"))
    known = [ast.dump(node) for node in parse(before.lstrip("\ufeff")).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    seen, rows = set(), []
    text = after.lstrip("\ufeff")
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        key = ast.dump(node)
        if key in seen and known.count(key) < 2 and text[lines.starts[node.lineno - 1]:lines.start(node)].strip() == "":
            rows.append(whole_lines(text, lines, node)[:2])
        seen.add(key)
    return after[: len(after) - len(text)] + applied(text, cuts(text, rows))


def without_idle_guard(before, after):
    """The text without an import of `TYPE_CHECKING` that has lost its last use."""
    if "TYPE_CHECKING" not in after or not guard_used(before) or guard_used(after):
        return after
    return drop_imports(after, {"TYPE_CHECKING"})


def guard_used(text):
    tree = parse(text.lstrip("\ufeff"))
    return any(isinstance(node, ast.Name) and node.id == "TYPE_CHECKING" and isinstance(node.ctx, ast.Load) for node in ast.walk(tree))

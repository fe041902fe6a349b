"""The module in a reply: the function, what it uses, and nothing else."""

import ast
import re
import textwrap

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$", re.M)
CODE = re.compile(r"^(from\s+[\w.]+\s+import\s|import\s+[\w.]+(\s+as\s+\w+)?(\s*,.*)?$|(async\s+)?def\s+\w+\s*\(|class\s+\w+\s*[:(]|@\w|[A-Za-z_]\w*\s*(:[^=]+)?=[^=])")
OTHER = re.compile(r"^(?:[)\]}'\"#@]|from\s|import\s|(async\s+)?def\s|class\s|[A-Za-z_]\w*\s*(:[^=]+)?=[^=])")


def extract(text, form, name, stub, preamble):
    """The module as text, or `None` where the reply has no such function. It need not parse: then it ends where prose begins."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    source = continued(text, stub, name) if form == "completion" else replied(text, name, stub)
    if source is None:
        return None
    tree = parsed(source)
    if tree is None:
        source = trimmed(source, name)
        tree = parsed(source)
    if tree is None:
        return with_preamble(source, preamble, None).strip("\n") + "\n"
    if not any(name in binds(node) for node in tree.body):
        return None
    return kept(with_preamble(source, preamble, tree), name, preamble)


def continued(text, stub, name):
    """What follows the stub, indented as a body where its first line lost that."""
    fence = FENCE.search(text)
    if fence:
        text = text[: fence.start()]
    if re.search(r"^(async\s+)?def\s+%s\s*\(" % re.escape(name), text, re.M):
        return text  # the model began anew
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return None
    if not lines[first][:1].isspace() and not (first == 0 and lines[0].lstrip().startswith("#")):
        lines[first] = "    " + lines[first]
    body = "\n".join(lines)
    return stub + ("" if body.startswith("\n") else "\n") + body


def replied(text, name, stub):
    """The block that defines the function, with the blocks before it that only prepare; else the code between the prose."""
    blocks = fenced(text)
    defines = re.compile(r"^[ \t]*(?:(?:async\s+)?def\s+%s\s*\(|%s\s*(?::[^=]+)?=[^=])" % (re.escape(name), re.escape(name)), re.M)
    holding = [at for at, block in enumerate(blocks) if defines.search(block)]
    if holding:
        at = next((at for at in holding if not empty(blocks[at], name)), holding[0])
        before = [block for block in blocks[:at] if prepares(block)]
        return "\n".join(textwrap.dedent(block).strip("\n") for block in before + [blocks[at]])
    if not blocks and defines.search(text):
        return unfenced(text, name)
    for block in blocks or [text]:
        whole = stub + "\n" + textwrap.indent(textwrap.dedent(block).strip("\n"), "    ")
        tree = parsed(whole)
        if tree is not None and name in binds(tree.body[-1]) and returns(tree.body[-1]):
            return whole
    return None


def returns(node):
    """Does the function itself return something, apart from functions inside it?"""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Return, ast.Yield)):
            return True
        if not isinstance(child, FUNCTIONS + (ast.ClassDef, ast.Lambda)) and returns(child):
            return True
    return False


def fenced(text):
    """The contents of fenced blocks; one that is not closed goes to the end."""
    blocks, opened = [], None
    for match in FENCE.finditer(text):
        if opened is None:
            opened = match
        elif match.group(1)[0] == opened.group(1)[0]:
            blocks.append(text[opened.end(): match.start()])
            opened = match if match.group(2) else None  # one with a language begins a block, also where the last was not closed
    if opened is not None:
        blocks.append(text[opened.end():])
    return [block for block in blocks if block.strip()]


def empty(block, name):
    """Does the block hold the head alone?"""
    tree = parsed(textwrap.dedent(block))
    found = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == name] if tree else []
    return bool(found) and all(hollow(statement) for statement in found[-1].body)


def hollow(statement):
    return isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def prepares(block):
    """Imports, constants and definitions, without a call of anything."""
    tree = parsed(textwrap.dedent(block))
    return tree is not None and bool(tree.body) and all(isinstance(node, FUNCTIONS + (ast.Import, ast.ImportFrom, ast.ClassDef, ast.Assign, ast.AnnAssign)) for node in tree.body)


def unfenced(text, name):
    lines = textwrap.dedent(text).split("\n")
    start = next((at for at, line in enumerate(lines) if CODE.match(line)), None)
    if start is None:
        indented = re.search(r"^([ \t]+)(?:async\s+)?def\s+%s\s*\(" % re.escape(name), text, re.M)
        if indented is None:
            return None
        lines = [line[len(indented.group(1)):] if line.startswith(indented.group(1)) else line for line in text.split("\n")]
        start = next(at for at, line in enumerate(lines) if CODE.match(line))
    return "\n".join(lines[start:])


def trimmed(source, name):
    """Without what stands behind the function and is no code: the longest beginning that parses, else up to the first line of prose."""
    lines = source.split("\n")
    define = next((at for at, line in enumerate(lines) if re.match(r"(async\s+)?def\s+%s\s*\(|%s\s*=" % (re.escape(name), re.escape(name)), line)), None)
    if define is None:
        return source
    ends = [at for at in range(define + 1, len(lines)) if lines[at][:1].strip() and not lines[at].startswith((")", "]", "}"))]
    end = len(lines)
    while end is not None:
        try:
            ast.parse("\n".join(lines[:end]))
            return "\n".join(lines[:end])
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            wrong = min(end, getattr(error, "lineno", None) or end)  # nothing that ends behind this line parses
            end = next((at for at in reversed(ends) if at < end and at <= wrong), None)
    stray = next((at for at in ends if not OTHER.match(lines[at])), len(lines))
    return "\n".join(lines[:stray])


def parsed(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def with_preamble(source, preamble, tree):
    """The statements of the preamble that the source does not have, then the source."""
    before = parsed(preamble)
    if before is None or not preamble.strip():
        return source
    own = set().union(*[binds(node) for node in tree.body]) if tree else loosely_bound(source)
    imports = set(ast.dump(node) for node in tree.body) if tree else set()
    missing = [node for node in before.body if not (binds(node) and binds(node) <= own) and ast.dump(node) not in imports]
    if not missing:
        return source
    if len(missing) == len(before.body):
        return preamble.strip("\n") + "\n\n\n" + source.lstrip("\n")
    lines = preamble.split("\n")
    return "\n".join("\n".join(lines[start_of(node) - 1: node.end_lineno]) for node in missing) + "\n\n\n" + source.lstrip("\n")


def loosely_bound(source):
    """Names that a text which does not parse seems to bind at top level."""
    found = set()
    for line in source.split("\n"):
        match = re.match(r"(?:async\s+)?def\s+(\w+)|class\s+(\w+)|(\w+)\s*=[^=]|(?:from\s+\S+\s+)?import\s+(.*)", line)
        if match:
            found.update(re.findall(r"\w+", next(group for group in match.groups() if group is not None)))
    return found


def kept(source, name, preamble):
    """Only what the function needs, with the comments above it; the preamble stays as it is."""
    tree = ast.parse(source)
    parts = needed(tree, name, preamble)
    lines = source.split("\n")
    if len({node.lineno for node in tree.body}) < len(tree.body):  # two statements in one line
        return "\n\n".join(ast.unparse(node) for node in parts) + "\n"
    pieces, last = [], None
    for node in sorted(parts, key=lambda node: (not is_future(node), node.lineno)):
        start = start_of(node)
        while start > 1 and lines[start - 2].startswith("#"):
            start -= 1
        text = "\n".join(lines[start - 1: node.end_lineno]).rstrip()
        if last is not None:
            pieces.append("\n\n\n" if not (simple(last) and simple(node)) else "\n" if is_import(last) == is_import(node) else "\n\n")
        pieces.append(text)
        last = node
    return "".join(pieces) + "\n"


def needed(tree, name, preamble):
    """The statements that the function reaches."""
    wanted, chosen = {name}, set()
    given = {ast.dump(node) for node in (parsed(preamble) or ast.Module([], [])).body}
    bodies, bound = list(enumerate(tree.body)), [binds(node) for node in tree.body]
    last = max((at for at, node in bodies if name in bound[at] and isinstance(node, FUNCTIONS)), default=None)
    while True:
        before = len(chosen)
        variables = {word for at in chosen if isinstance(tree.body[at], (ast.Assign, ast.AnnAssign)) for word in bound[at]}
        for at, node in bodies:
            if at in chosen or (isinstance(node, FUNCTIONS) and name in bound[at] and at != last):
                continue
            if ast.dump(node) in given or is_star(node) and (last is None or at < last) or is_future(node) or bound[at] & wanted and part(node, name) or fills(node, variables, name):
                chosen.add(at)
                wanted |= read(node)
        if len(chosen) == before:
            return [tree.body[at] for at in sorted(chosen)]


def part(node, name):
    """A definition, an import, or an assignment that is not made of a call of the function."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return name in binds(node) or not calls(node, name)
    return isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Import, ast.ImportFrom, ast.Try)) or (isinstance(node, (ast.If, ast.For, ast.While, ast.With)) and not is_guard(node) and not shows(node, name))


def fills(node, variables, name):
    """Does a statement change a variable that the function uses, or set up the interpreter for it?"""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "sys.setrecursionlimit":
        return True
    if isinstance(node, FUNCTIONS + (ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assert)) or is_guard(node) or shows(node, name):
        return False
    return bool(variables & {item.id for item in ast.walk(node) if isinstance(item, ast.Name)})


def shows(node, name):
    return calls(node, name) or calls(node, "print") or calls(node, "input") or any(isinstance(item, ast.Assert) for item in ast.walk(node))


def calls(node, name):
    return any(isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == name for item in ast.walk(node))


def is_guard(node):
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def is_future(node):
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def is_star(node):
    return isinstance(node, ast.ImportFrom) and not node.level and any(alias.name == "*" for alias in node.names)


def simple(node):
    return not isinstance(node, FUNCTIONS + (ast.ClassDef,))


def is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom))


def start_of(node):
    return min([node.lineno] + [decorator.lineno for decorator in getattr(node, "decorator_list", [])])


def read(node):
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)} | strings(node)


def strings(node):
    """Names in annotations that are written as texts."""
    return {word for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str) and len(item.value) < 80 for word in re.findall(r"[A-Za-z_]\w*", item.value)}


def binds(node):
    """Names that a statement at top level binds."""
    if isinstance(node, FUNCTIONS + (ast.ClassDef,)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    bound = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Name) and isinstance(item.ctx, (ast.Store, ast.Del)):
            bound.add(item.id)
        elif isinstance(item, FUNCTIONS + (ast.ClassDef, ast.Import, ast.ImportFrom)) and item is not node:
            bound |= binds(item)
        elif isinstance(item, (ast.Subscript, ast.Attribute)) and isinstance(item.ctx, ast.Store) and isinstance(item.value, ast.Name):
            bound.add(item.value.id)
    return bound

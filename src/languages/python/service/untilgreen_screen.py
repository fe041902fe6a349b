"""What a text says against a candidate before it runs.

The sandbox is the wall. This keeps candidates apart that would look at their tests, their process or their neighbours instead of computing.
"""

import ast

from untilgreen_known import FROM, MODULES, free_names

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BARRED = set(
    "os subprocess socket ctypes inspect gc signal threading multiprocessing builtins importlib pytest _pytest unittest doctest hypothesis shutil pathlib tempfile glob io pickle"
    " marshal code codeop pdb bdb faulthandler resource fcntl mmap select selectors concurrent http ftplib smtplib ssl sqlite3 atexit traceback runpy pkgutil zipimport imp site"
    " sysconfig tracemalloc posix nt pty tty termios webbrowser posixpath dis linecache tokenize trace cProfile profile pluggy urllib requests fileinput dbm shelve _thread _posixsubprocess".split()
)
SAFE_OF_OS = {"join", "basename", "dirname", "split", "splitext", "normpath", "isabs", "commonprefix", "relpath", "sep"}
BARRED_OF_SYS = {"_getframe", "_current_frames", "modules", "settrace", "setprofile", "exit", "stdout", "stderr", "stdin", "__stdout__", "path", "meta_path", "path_hooks", "exc_info", "addaudithook", "excepthook", "argv", "displayhook"}
BARRED_CALLS = {"exec", "compile", "open", "input", "globals", "breakpoint", "__import__", "exit", "quit"}
BARRED_ATTRIBUTES = {
    "__subclasses__", "__globals__", "__builtins__", "__code__", "__closure__", "__self__", "__loader__", "__spec__", "__import__", "__mro__", "__bases__", "__getattribute__",
    "f_back", "f_globals", "f_locals", "f_builtins", "tb_frame", "tb_next", "gi_frame", "cr_frame", "ag_frame", "__traceback__", "__reduce__", "__reduce_ex__",
}
# With these a text could be put together that nobody has read.
BUILDERS = {"chr", "bytes", "bytearray", "getattr", "setattr", "vars", "locals", "globals", "decode", "fromhex", "format_map", "__class__", "__dict__"}


def screen(source, name, parameters, is_async, preamble):
    """The first problem, or `None`."""
    try:
        tree = ast.parse(source)
        compile(source, "candidate", "exec", dont_inherit=True)
    except IndentationError as error:
        return problem("indentation", "%s: %s" % (type(error).__name__, error.msg), error.lineno)
    except (SyntaxError, ValueError) as error:
        return problem("syntax", "SyntaxError: %s" % (getattr(error, "msg", None) or error), getattr(error, "lineno", None))
    except (RecursionError, MemoryError):
        return problem("syntax", "It is nested too deeply to be read.")
    return shape(tree, name, parameters, is_async) or effects(tree, given(preamble)) or names(tree)


def problem(kind, message, line=None):
    return {"class": kind, "message": message[:200], **({"line": line} if line else {})}


def shape(tree, name, parameters, is_async):
    """Is there such a function, and can it be called as the signature says?"""
    found = [node for node in tree.body if isinstance(node, FUNCTIONS) and node.name == name]
    if not found:
        if any(isinstance(node, (ast.Assign, ast.AnnAssign)) and name in {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)} for node in tree.body):
            return None
        others = [node.name for node in tree.body if isinstance(node, FUNCTIONS)]
        return problem("no_function", "It defines no function `%s`%s." % (name, ", only %s" % ", ".join("`%s`" % other for other in others[:3]) if others else ""))
    node = found[-1]
    if all(isinstance(item, ast.Pass) or (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)) for item in node.body):
        return problem("no_function", "The function `%s` has no body." % name, node.lineno)
    if isinstance(node, ast.AsyncFunctionDef) != is_async:
        return problem("signature", "`%s` is to be %s." % (name, "async" if is_async else "a plain function, not async"), node.lineno)
    args = node.args
    takes = [item.arg for item in args.posonlyargs + args.args]
    plain = [item for item in parameters if not item.get("rest") and not item.get("keywordOnly")]
    least, most = len(takes) - len(args.defaults), len(takes) if args.vararg is None else 10**6
    needed = len([item for item in plain if not item["optional"]])
    if least > needed or most < len(plain):
        return problem("signature", "`%s` takes %s, and is to take %s." % (name, count(least, most), count(needed, len(plain))), node.lineno)
    known = set(takes) | {item.arg for item in args.kwonlyargs}
    for item in parameters:
        if item.get("keywordOnly") and item["name"] not in known and args.kwarg is None:
            return problem("signature", "`%s` has no parameter `%s`." % (name, item["name"]), node.lineno)
        if item.get("rest") == "list" and args.vararg is None:
            return problem("signature", "`%s` does not take any number of arguments." % name, node.lineno)
    strange = [item.arg for item, default in zip(args.kwonlyargs, args.kw_defaults) if default is None and item.arg not in {one["name"] for one in parameters}]
    if strange:
        return problem("signature", "`%s` cannot be called without `%s`." % (name, strange[0]), node.lineno)
    return None


def count(least, most):
    shown = str(least) if least == most else "%d or more" % least if most >= 10**6 else "%d to %d" % (least, most)
    return "%s argument%s" % (shown, "" if shown == "1" else "s")


def given(preamble):
    """Modules that the user's own lines import."""
    try:
        return {module for node in ast.walk(ast.parse(preamble)) for module in modules(node)}
    except SyntaxError:
        return set()


def modules(node):
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def effects(tree, allowed):
    """What no pure function needs."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases.update({(alias.asname or alias.name).split(".")[0]: alias.name.split(".")[0] for alias in node.names})
    paths_only = only_paths(tree)
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        found = imports(node, allowed, paths_only) or looks(node, aliases, allowed, own) or writes(node, aliases) or equals_all(node)
        if found:
            return problem("side_effect", found, getattr(node, "lineno", None))
    return evaluates(tree)


def imports(node, allowed, paths_only):
    for module in modules(node) & BARRED - allowed:
        if module == "os" and paths_only:
            continue
        if module in ("io", "urllib", "concurrent") and harmless(node):
            continue
        return "It imports `%s`." % module
    if isinstance(node, ast.ImportFrom) and modules(node).isdisjoint(allowed):
        inner = [alias.name for alias in node.names if is_inner(alias.name) and (node.module or "") + "." + alias.name != "urllib.parse"]
        if inner:
            return "It reaches into `%s.%s`." % (node.module, inner[0])
    if isinstance(node, ast.ImportFrom) and node.module == "sys" and "sys" not in allowed:
        barred = [alias.name for alias in node.names if alias.name in BARRED_OF_SYS]
        return "It uses `sys.%s`." % barred[0] if barred else None
    if isinstance(node, ast.ImportFrom) and node.level:
        return "It imports from its own package."
    return None


def is_inner(name):
    """What a module keeps for itself: `random._os`, `statistics.sys`, `enum._auto_null`."""
    return name in BARRED or name == "sys" or (name.startswith("_") and not name.startswith("__"))


def harmless(node):
    """`io.StringIO`, `urllib.parse`: parts of such modules that only compute."""
    if isinstance(node, ast.ImportFrom):
        return (node.module == "io" and all(alias.name in ("StringIO", "BytesIO") for alias in node.names)) or node.module == "urllib.parse" or (node.module == "urllib" and all(alias.name == "parse" for alias in node.names))
    return all(alias.name in ("io", "urllib.parse") for alias in node.names)


def only_paths(tree):
    """Is `os` used for taking paths apart and nothing else?"""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "os.path"):
            names = {alias.name for alias in node.names}
            if not (names <= SAFE_OF_OS if node.module == "os.path" else names <= {"sep", "linesep"}):
                return False
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "os" and alias.asname for alias in node.names):
            return False
    inside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and path_part(node)}
    return all(id(node) in inside for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "os")


def path_part(node):
    """The inner attribute of `os.path.join`, or `os.sep`."""
    return node.attr in ("sep", "linesep", "path")


def looks(node, aliases, allowed, own):
    """Frames, loaded modules, streams, files."""
    if isinstance(node, ast.Attribute):
        if node.attr in BARRED_ATTRIBUTES:
            return "It looks into `%s`." % node.attr
        if isinstance(node.value, ast.Name) and aliases.get(node.value.id) == "sys" and node.attr in BARRED_OF_SYS and "sys" not in allowed:
            return "It uses `sys.%s`." % node.attr
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id in aliases and aliases[root.id] not in allowed and is_inner(node.attr):
            return "It reaches into `%s`." % ast.unparse(node)
        if isinstance(node.value, ast.Attribute) and isinstance(node.value.value, ast.Name) and node.value.value.id == "os" and node.attr not in SAFE_OF_OS:
            return "It uses `os.%s.%s`." % (node.value.attr, node.attr)
        if isinstance(node.value, ast.Name) and aliases.get(node.value.id) == "io" and node.attr not in ("StringIO", "BytesIO"):
            return "It uses `io.%s`." % node.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "setattr", "delattr") and len(node.args) > 1:
        word = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
        if not isinstance(word, str) or word.startswith("_"):
            return "It uses `%s` with a name that cannot be read." % node.func.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and BARRED_ATTRIBUTES & set(node.value.split(".")):
        return "It names `%s`." % node.value[:60]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and (node.id in BARRED_CALLS - own or node.id in ("__builtins__", "__loader__", "__spec__")):
        return "It uses `%s`." % node.id
    return None


def writes(node, aliases):
    """Another value for an attribute of a module, or of a builtin."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
        target = node.value
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name) and (target.id in aliases or target.id in ("__builtins__", "str", "int", "list", "dict", "object", "type", "set", "tuple", "float", "bool")):
            return "It writes to `%s`." % ast.unparse(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr") and node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in aliases:
        return "It writes to `%s`." % node.args[0].id
    return None


def equals_all(node):
    """An object that is equal to others without a look at them would meet every assert."""
    if isinstance(node, FUNCTIONS) and node.name in ("__eq__", "__ne__") and len(node.args.args) == 2:
        other = node.args.args[1].arg
        if not any(isinstance(item, ast.Name) and item.id == other for item in ast.walk(node)):
            return "Its `%s` does not look at the other object." % node.name
    if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id in ("__eq__", "__ne__") for target in node.targets):
        return "It makes an `__eq__` of something else."
    return None


def evaluates(tree):
    """`eval` of an expression is a way to compute one; with texts that name more than numbers it is a way around this page."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "eval"]
    if not calls:
        return None
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, FUNCTIONS + (ast.Module, ast.ClassDef))}
    built = any((isinstance(node, ast.Name) and node.id in BUILDERS) or (isinstance(node, ast.Attribute) and node.attr in BUILDERS) for node in ast.walk(tree))
    if built or any(word in text for text in texts if text not in docs for word in ("_", "import", "exec", "open", "os", "sys")):
        return problem("side_effect", "It uses `eval` with more than an expression.", calls[0].lineno)
    return None


def names(tree):
    """Well-known names without their import: the first thing that would fail."""
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)):
        return None
    missing = sorted(name for name in free_names(tree) if name in FROM or name in MODULES)
    if not missing:
        return None
    line = next(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == missing[0])
    return problem("name", "NameError: name '%s' is not defined" % missing[0], line)

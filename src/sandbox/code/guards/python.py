"""Runs a snippet that is to do without some modules and attributes.

Started inside the sandbox as `python3 python.py main.py ARGS…`. What is blocked stands in UNTILGREEN_GUARD. First the snippet is
parsed: a blocked name that its text shows keeps it from running at all. Then it runs under an import hook and with the attributes
replaced, for names that only show themselves at run time. Only what the snippet itself does is judged: a library that imports a blocked
module for its own ends may do so. None of this is a wall, a snippet that wants to can step over it; the wall is the sandbox.
"""
import ast
import builtins
import functools
import importlib
import json
import os
import sys
import types

HERE = os.getcwd()
GUARD = os.path.abspath(__file__)
SETTINGS = json.loads(os.environ["UNTILGREEN_GUARD"])
BLOCKED = SETTINGS["blocked"]
REPORT = os.path.join(HERE, SETTINGS["report"])

_open, _print, _compile, _exec, _getframe = open, print, compile, exec, sys._getframe


class BlockedImport(ImportError):
    """A module or attribute that this snippet is told to do without."""


def blocked_name(path):
    """The blocked name that `path` is, or lies below."""
    return next((name for name in BLOCKED if path == name or path.startswith(name + ".")), None)


def message(name, line):
    return f"{name} is blocked here (line {line}); do without it."


def report(name, line):
    """The first name met is the one that is told."""
    try:
        with _open(REPORT, "x") as file:
            json.dump({"name": name, "line": line}, file)
    except FileExistsError:
        pass


# The text of the snippet.

class Bindings(ast.NodeVisitor):
    """What each name of the snippet stands for; a name bound to two things stands for none."""

    def __init__(self):
        self.paths = {}

    def bind(self, name, path=None):
        self.paths.setdefault(name, set()).add(path)

    def path_of(self, name):
        paths = self.paths.get(name)
        if paths is None:
            return f"builtins.{name}"
        return next(iter(paths)) if len(paths) == 1 else None

    def visit_Import(self, node):
        for alias in node.names:
            self.bind(alias.asname or alias.name.split(".")[0], alias.name if alias.asname else alias.name.split(".")[0])

    def visit_ImportFrom(self, node):
        for alias in node.names:
            self.bind(alias.asname or alias.name, f"{node.module}.{alias.name}" if node.module and not node.level else None)

    def visit_Name(self, node):
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            self.bind(node.id)

    def visit_arg(self, node):
        self.bind(node.arg)

    def visit_FunctionDef(self, node):
        self.bind(node.name)
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Assign(self, node):
        path = path_of(node.value, self)
        for target in node.targets:
            if isinstance(target, ast.Name) and path and not path.startswith("builtins."):
                self.bind(target.id, path)
            else:
                self.visit(target)
        self.visit(node.value)


def constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def path_of(node, bindings):
    """The dotted path of a module or attribute that an expression names, or None."""
    if isinstance(node, ast.Name):
        return bindings.path_of(node.id)
    if isinstance(node, ast.Attribute):
        inner = path_of(node.value, bindings)
        return inner and f"{inner}.{node.attr}"
    if isinstance(node, ast.NamedExpr):
        return path_of(node.value, bindings)
    if isinstance(node, ast.Subscript):
        key, inner = constant(node.slice), path_of(node.value, bindings)
        if key and isinstance(node.value, ast.Call) and path_of(node.value.func, bindings) == "builtins.vars" and node.value.args:
            inner = path_of(node.value.args[0], bindings)
            return inner and f"{inner}.{key}"
        if key and inner == "sys.modules":
            return key
        return f"{inner[:-len('.__dict__')]}.{key}" if key and inner and inner.endswith(".__dict__") else None
    if isinstance(node, ast.Call) and node.args:
        called, first = path_of(node.func, bindings), constant(node.args[0])
        if called in ("importlib.import_module", "importlib.__import__", "builtins.__import__") and first:
            # `__import__('a.b')` gives `a`, yet it has imported `a.b`: both are found by the visit below.
            return first.split(".")[0] if called.endswith("__import__") else first
        if called == "builtins.getattr" and len(node.args) > 1 and constant(node.args[1]):
            inner = path_of(node.args[0], bindings)
            return inner and f"{inner}.{constant(node.args[1])}"
    return None


def in_text(tree):
    """The first blocked name that the text shows, with its line."""
    bindings = Bindings()
    bindings.visit(tree)
    found = []

    def look(path, node):
        name = path and blocked_name(path)
        if name:
            found.append((node.lineno, node.col_offset, name))

    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                look(alias.name, node)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            look(node.module, node)
            for alias in node.names:
                look(f"{node.module}.{alias.name}", node)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            look(path_of(node, bindings), node)
            if isinstance(node, ast.Call) and node.args and path_of(node.func, bindings) == "builtins.__import__":
                look(constant(node.args[0]), node)
    return min(found, default=None)


# The run of the snippet.

def is_own(file):
    return file.startswith(HERE + os.sep) or (file.startswith("<") and not file.startswith("<frozen"))


def asking_line(frame):
    """Line of the main file that the frame stands in or was called from; otherwise of the file that asked."""
    line = frame.f_lineno
    while frame and frame.f_code.co_filename != MAIN:
        frame = frame.f_back
    return frame.f_lineno if frame else line


def refuse(name, frame):
    line = asking_line(frame)
    report(name, line)
    raise BlockedImport(message(name, line))


def caller():
    """The snippet's frame on whose behalf something is called; None while a module is being loaded."""
    frame = _getframe(2)
    while frame:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return None
        if is_own(file):
            return frame
        frame = frame.f_back
    return None


def watch_imports():
    real_import, real_import_module = builtins.__import__, importlib.import_module

    def check(path, frame):
        name = blocked_name(path)
        if name and is_own(frame.f_code.co_filename):
            refuse(name, frame)

    @functools.wraps(real_import)
    def guarded_import(name, globals=None, locals=None, fromlist=(), level=0):
        frame = _getframe(1)
        if level == 0 and isinstance(name, str):
            check(name, frame)
            for item in fromlist or ():
                check(f"{name}.{item}", frame)
        module = real_import(name, globals, locals, fromlist, level)
        replace_attributes()
        return module

    @functools.wraps(real_import_module)
    def guarded_import_module(name, package=None):
        if isinstance(name, str):
            check(name, _getframe(1))
        module = real_import_module(name, package)
        replace_attributes()
        return module

    builtins.__import__ = importlib.__import__ = guarded_import
    importlib.import_module = guarded_import_module


waiting = [name for name in BLOCKED if "." in name]


def replace_attributes():
    for name in list(waiting):
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            module = sys.modules.get(".".join(parts[:cut]))
            if module is None:
                continue
            holder = module
            for part in parts[cut:-1]:
                holder = getattr(holder, part, None)
            real = getattr(holder, parts[-1], None)
            if real is None:
                break
            waiting.remove(name)
            if callable(real):
                replace(holder, parts[-1], real, name)
            break


def replace(holder, attribute, real, name):
    stand_in = stand_in_for(real, name)
    try:
        setattr(holder, attribute, stand_in)
    except (AttributeError, TypeError):
        return  # an attribute of a class written in C: the text alone is judged
    # `os.system` is `posix.system`: the module it comes from gives out the same thing.
    home = sys.modules.get(getattr(real, "__module__", None) or "")
    if home is not None and getattr(home, attribute, None) is real:
        setattr(home, attribute, stand_in)


def stand_in_for(real, name):
    if isinstance(real, type):
        def refusing_init(self, *args, **kwargs):
            frame = caller()
            if frame:
                refuse(name, frame)
            real.__init__(self, *args, **kwargs)

        try:
            # A class still, so that others may derive from it and ask `isinstance`.
            return type(real)(real.__name__, (real,), {"__init__": refusing_init, "__module__": real.__module__, "__qualname__": real.__qualname__})
        except TypeError:
            pass  # a class that nobody may derive from

    @functools.wraps(real)
    def refusing(*args, **kwargs):
        frame = caller()
        if frame:
            refuse(name, frame)
        return real(*args, **kwargs)

    return refusing


def without_guard(trace):
    """The traceback of the snippet alone."""
    if trace is None:
        return None
    rest = without_guard(trace.tb_next)
    own = trace.tb_frame.f_code.co_filename == GUARD
    return rest if own else types.TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def main():
    with _open(MAIN, "rb") as file:
        source = file.read()
    try:
        tree = ast.parse(source, MAIN)
        code = _compile(source, MAIN, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        sys.excepthook(type(error), error.with_traceback(None), None)
        return 1
    found = in_text(tree)
    if found:
        line, _, name = found
        report(name, line)
        _print(f"BlockedImport: {message(name, line)}", file=sys.stderr)
        return 1
    module = types.ModuleType("__main__")
    module.__file__ = MAIN
    module.__builtins__ = builtins
    sys.modules["__main__"] = module
    sys.argv = sys.argv[1:]
    sys.path[0] = HERE
    replace_attributes()
    watch_imports()
    try:
        _exec(code, module.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        trace = without_guard(error.__traceback__)
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


MAIN = os.path.join(HERE, sys.argv[1])
if __name__ == "__main__":
    sys.exit(main())

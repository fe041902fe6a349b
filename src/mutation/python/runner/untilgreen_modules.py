"""The project's modules, imported anew in each fork with one of them changed; all others are shared with the parent."""

import importlib
import importlib.machinery
import os
import sys

CODES = {}  # path → code of unchanged modules of the project, compiled once
CHANGED = {}  # real path → bytes of the changed module


def install():
    plain = importlib.machinery.SourceFileLoader.get_code

    def get_code(self, fullname):
        path = os.path.realpath(self.get_filename(fullname))
        if path in CHANGED:
            return compile(CHANGED[path], self.get_filename(fullname), "exec", dont_inherit=True)
        if path in CODES:
            return CODES[path]
        return plain(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code


def within(path, root):
    return bool(path) and os.path.realpath(path).startswith(root + os.sep)


def loaded(root):
    """Names of modules that are loaded: those of the project with their paths, and all others."""
    own, other = {}, []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if within(path, root) and os.sep + "site-packages" + os.sep not in path:
            own[name] = os.path.realpath(path)
        else:
            other.append(name)
    return own, other


def preload(root, own, other):
    """Takes over what a first import of the project needed: foreign modules are imported here once, its own only compiled."""
    for name in other:
        if name in sys.modules or name == "__main__":
            continue
        try:
            importlib.import_module(name)
        except BaseException:  # it will fail or not in the fork, where it counts
            continue
    mine, _ = loaded(root)
    for name in mine:
        del sys.modules[name]
    for path in set(own.values()):
        if path.endswith(".py"):
            try:
                with open(path, "rb") as file:
                    CODES[path] = compile(file.read(), path, "exec", dont_inherit=True)
            except (OSError, SyntaxError, ValueError):
                continue


def executable_lines(source):
    """Lines inside functions that a tracer may report; what runs with the import is covered by any test."""
    lines, pending = set(), [compile(source, "module", "exec", dont_inherit=True)]
    while pending:
        code = pending.pop()
        if code.co_flags & 0x1:  # of a function, not of a module or class
            starts = {line for _, _, line in code.co_lines() if line} if hasattr(code, "co_lines") else {code.co_firstlineno}
            lines |= starts - {code.co_firstlineno}
        pending += [item for item in code.co_consts if hasattr(item, "co_code")]
    return sorted(line for line in lines if line > 0)


def changed(data, mutant):
    """The bytes of a module with the change put in."""
    mark = b"\xef\xbb\xbf"
    head = len(mark) if data.startswith(mark) else 0
    return data[: head + mutant["begin"]] + mutant["text"].encode() + data[head + mutant["end"]:]


def same_code(one, other):
    """Are two programs the same code: a mutant of which that holds is proven to change nothing."""
    if one.co_code != other.co_code or one.co_names != other.co_names or one.co_varnames != other.co_varnames or len(one.co_consts) != len(other.co_consts):
        return False
    if getattr(one, "co_exceptiontable", None) != getattr(other, "co_exceptiontable", None):
        return False
    for a, b in zip(one.co_consts, other.co_consts):
        if hasattr(a, "co_code") != hasattr(b, "co_code"):
            return False
        if hasattr(a, "co_code"):
            if not same_code(a, b):
                return False
        elif type(a) is not type(b) or repr(a) != repr(b):
            return False
    return True

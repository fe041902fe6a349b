"""Puts a mutant into functions that are already there: everybody who imported them sees the change, and nothing is imported again."""

import gc
import types

import untilgreen_modules as modules

OPTIMIZED = 0x1  # set for functions, not for bodies of modules and classes


class Patcher:
    """For one module that is imported. Made once in the parent; `put_in` is called in forks."""

    def __init__(self, file):
        self.file = file
        with open(file, "rb") as handle:
            self.present = handle.read()
        self.old = compile(self.present, file, "exec", dont_inherit=True)
        self.live = {}
        import os

        same = {}
        for item in gc.get_objects():
            if type(item) is types.FunctionType:
                name = item.__code__.co_filename
                if name not in same:
                    same[name] = os.path.realpath(name) == file
                if same[name]:
                    self.live.setdefault((item.__code__.co_name, item.__code__.co_firstlineno), []).append(item)
        gc.collect()
        gc.freeze()

    def put_in(self, data):
        """`done`, `same` (proven to be the same program), `invalid`, or `import`: only a new import shows the change."""
        try:
            new = compile(data, self.file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return "invalid"
        if modules.same_code(self.old, new):
            return "same"
        changed = []
        if not differing(self.old, new, changed):
            return "import"
        for one, other in changed:
            functions = self.live.get((one.co_name, one.co_firstlineno), [])
            if not functions:
                return "import"
            for function in functions:
                if len(function.__code__.co_freevars) != len(other.co_freevars):
                    return "import"
                function.__code__ = other
        return "done"


def differing(one, other, changed):
    """Pairs of functions that differ; False where a module's or a class's own body does."""
    inner, others = children(one), children(other)
    shell = own(one) == own(other) and len(inner) == len(others)
    if shell:
        return all(differing(a, b, changed) for a, b in zip(inner, others))
    if not one.co_flags & OPTIMIZED:
        return False
    changed.append((one, other))
    return True


def children(code):
    return [item for item in code.co_consts if hasattr(item, "co_code")]


def own(code):
    return (code.co_code, code.co_names, code.co_varnames, getattr(code, "co_exceptiontable", None), [(type(item).__name__, repr(item)) for item in code.co_consts if not hasattr(item, "co_code")])

"""The top of a module as blocks that can be moved: statements with the comments above them, what they bind and what they use."""

import ast
import re
from bisect import bisect_right

from refusal import Refusal
from retarget import is_type_checking

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPOUND = (ast.If, ast.Try, getattr(ast, "TryStar", ast.Try), ast.For, ast.While, ast.With)


class Block:
    """`binds`: names of the module's top; `uses`: those that it reads, at whatever time; `now`: while it is executed; `rebinds`: by `global`; `tied`: whose object it changes in place."""

    def __init__(self, index, node, start, end):
        self.index, self.node, self.start, self.end = index, node, start, end
        self.binds, self.uses, self.now, self.rebinds, self.tied, self.loads = set(), set(), set(), set(), set(), set()

    @property
    def is_import(self):
        return isinstance(self.node, (ast.Import, ast.ImportFrom))

    @property
    def is_definition(self):
        return isinstance(self.node, DEFINITIONS)

    @property
    def is_main(self):
        test = self.node.test if isinstance(self.node, ast.If) else None
        return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"

    @property
    def is_typing(self):
        return isinstance(self.node, ast.If) and is_type_checking(self.node.test)

    @property
    def is_docstring(self):
        value = getattr(self.node, "value", None)
        return self.index == 0 and isinstance(self.node, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str)

    @property
    def is_exports(self):
        targets = getattr(self.node, "targets", None) or [getattr(self.node, "target", None)]
        return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)

    @property
    def only_imports(self):
        """A conditional statement that does nothing but import, or give what is imported another value."""
        return isinstance(self.node, COMPOUND) and any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.walk(self.node)) and not any(
            isinstance(n, DEFINITIONS + (ast.Expr,)) for n in ast.walk(self.node))


class Blocks:
    def __init__(self, file):
        self.file, self.scopes = file, file.scopes
        self.lazy = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" and any(a.name == "annotations" for a in n.names) for n in file.tree.body)
        self.all = [Block(index, node, *self._extent(index, node)) for index, node in enumerate(file.tree.body)]
        self._fill()
        self.by_name = {}
        for block in self.all:
            for name in block.binds:
                self.by_name.setdefault(name, []).append(block)
        self.state = set().union(*(block.rebinds for block in self.all)) if self.all else set()

    def _extent(self, index, node):
        """From the comments directly above to the end of the line, with comments that are indented behind a body."""
        file = self.file
        first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
        bound = self.file.tree.body[index - 1].end_lineno if index else 0
        while first - 1 > bound and file.line(first - 1).startswith("#") and not re.match(r"#(!|.*coding[:=])", file.line(first - 1) if first <= 3 else ""):
            first -= 1
        last = node.end_lineno
        if isinstance(node, DEFINITIONS + COMPOUND):
            at = last + 1
            while at <= file.line_count and (re.match(r"[ \t]+#", file.line(at)) or (not file.line(at).strip() and at < file.line_count)):
                if file.line(at).strip():
                    last = at
                at += 1
        return file.line_start(first) + (file.mark if first == 1 else 0), file.line_end(last)

    def _fill(self):
        starts = [self.file.start(block.node) if not getattr(block.node, "decorator_list", None) else self.file.start(block.node.decorator_list[0]) - 1 for block in self.all]
        module = self.scopes.module
        for found in self.scopes.occurrences:
            if found.start < 0:
                place = self.file.start(found.node) if hasattr(found.node, "lineno") else None
                if place is None:
                    continue
            else:
                place = found.start + self.file.mark
            index = bisect_right(starts, place) - 1
            if index < 0:
                continue
            block = self.all[index]
            if found.owner is None:
                if found.role == "load":
                    block.loads.add(found.name)
                continue
            if found.owner is not module:
                continue
            deferred = in_function(found.scope)
            if found.role == "load":
                block.uses.add(found.name)
                if not deferred and not found.quoted and not (self.lazy and in_annotation(found.node)):
                    block.now.add(found.name)
            elif found.role in ("global",):
                block.uses.add(found.name)
            elif deferred or found.role == "del":
                (block.rebinds if deferred else block.tied).add(found.name)
                block.uses.add(found.name)
            else:
                block.binds.add(found.name)
        for block in self.all:
            block.tied |= tied_names(block.node) & set(module.bindings)
            if isinstance(block.node, ast.AugAssign) and isinstance(block.node.target, ast.Name):
                block.uses.add(block.node.target.id)
                block.now.add(block.node.target.id)

    def now_closure(self, names):
        """Names that executing what uses `names` may read: functions and classes are followed into their bodies."""
        found, waiting = set(), list(names)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            for block in self.by_name.get(name, ()):
                if block.is_definition:
                    waiting.extend(block.uses)
        return found

    def alone_on_its_lines(self, block):
        before = self.file.text[self.file.line_start(block.node.lineno): self.file.start(block.node)]
        after = self.file.text[self.file.end(block.node): self.file.line_end(block.node.end_lineno)].strip()
        return not before.strip("\ufeff \t") and (not after or after.startswith("#"))

    def symbol_blocks(self, name):
        """The statements that make a name what it is. Refuses what is not declared here or cannot be taken out."""
        blocks = self.by_name.get(name)
        path = self.file.path
        if not blocks:
            raise Refusal("not_found", "%s declares no %s at its top." % (path, name), {"path": path, "symbol": name})
        if all(block.is_import for block in blocks):
            raise Refusal("not_found", "%s only imports %s, line %d." % (path, name, blocks[0].node.lineno), {"path": path, "symbol": name}, "Move it from the module that declares it.")
        found = blocks + [block for block in self.all if name in block.tied and block not in blocks]
        for block in found:
            if block.is_main or block.is_typing or block.is_import:
                raise Refusal("unsupported", "%s is bound in line %d of %s in a form that is not moved." % (name, block.node.lineno, path), {"path": path, "line": block.node.lineno})
            if not self.alone_on_its_lines(block):
                raise Refusal("unsupported", "Line %d of %s holds several statements." % (block.node.lineno, path), {"path": path, "line": block.node.lineno}, "Put them on lines of their own.")
        return found


def in_function(scope):
    while scope is not None and scope.kind != "module":
        if scope.kind in ("function", "lambda"):
            return True
        scope = scope.parent
    return False


def in_annotation(node):
    while node is not None:
        parent = getattr(node, "parent", None)
        if isinstance(parent, (ast.arg, ast.AnnAssign)) and getattr(parent, "annotation", None) is node:
            return True
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)) and parent.returns is node:
            return True
        node = parent
    return False


def tied_names(node):
    """`X.a = …`, `X[k] = …`, `X += …`, `X.method(…)` as a whole statement: they belong to X."""
    targets = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        targets = [node.value.func]
    found = set()
    for target in targets:
        if isinstance(target, ast.Name) and isinstance(node, ast.AugAssign):
            found.add(target.id)
        base = target
        while isinstance(base, (ast.Attribute, ast.Subscript)):
            base = base.value
        if base is not target and isinstance(base, ast.Name):
            found.add(base.id)
    return found

"""Puts the content of modules into one. Two at a time; what the first pair gives is what the next is computed from."""

import ast
import builtins

from blocks import Blocks
from doctests import examples
from exports import adding, exported
from graph import imported_now, leads_to
from importing import add_imports
from move_module import move_module
from placing import insertion
from plan import Plan
from refusal import Refusal
from retarget import Retarget
from rewrite import Rewrite
from strings import rewrite_strings
from supply import Supply
from text import applied, cuts

PLACES = {"__file__", "__path__", "__spec__", "__package__", "__loader__", "__doc__"}
# Calls whose result serves two modules as well as one.
SHAREABLE = {"compile", "getLogger", "TypeVar", "ParamSpec", "NewType", "namedtuple", "frozenset", "object"}


def merge_modules(project, operation):
    sources, into = list(dict.fromkeys(operation["from"])), operation["into"]
    for path in sources:
        project.parsed(path)
    if not into.endswith(".py"):
        raise Refusal("unsupported", "%s is no Python module." % into, {"path": into}, "Give the path of a .py file.")
    others = [path for path in sources if path != into]
    if not others:
        raise Refusal("not_found", "There is nothing to merge into %s." % into, {"path": into})
    for path in others + [into]:
        if path.rpartition("/")[2] == "__init__.py" and path != into:
            raise Refusal("unsupported", "%s is what makes its folder a package." % path, {"path": path}, "Merge its modules, or move them first.")
    current, steps = project, []
    if into not in project.paths:
        first = others.pop(0)
        result = move_module(current, {"kind": "move_module", "from": first, "to": into})
        steps.append(result)
        current = current.with_edits(result["edits"])
        if not others:
            raise Refusal("unsupported", "One module alone cannot be merged.", {"path": first}, "Move it.")
    for path in _ordered(current, others):
        result = Merge(current, path, into).result()
        steps.append(result)
        current = current.with_edits(result["edits"])
    edits = current.edits_since(project)
    if operation.get("keepOld"):
        edits = [edit for edit in edits if not (edit["kind"] == "delete" and edit["path"] in sources)]
        for edit in edits:
            if edit["kind"] == "moved" and edit["from"] in sources:
                edit.update(kind="write", text=current.file(edit["path"]).text)
                edit.pop("from")
        edits += [{"kind": "write", "path": path, "text": _handing_on(project, current, path, into)} for path in sources if path != into]
    notes = [note for step in steps for note in step["notes"]]
    unique = [note for index, note in enumerate(notes) if note not in notes[:index]]
    return {"edits": sorted(edits, key=lambda edit: edit["path"]), "notes": unique,
            "summary": "Merged %s into %s: %d files." % (", ".join(path for path in sources if path != into), into, len(edits))}


def _ordered(project, paths):
    """The order given, where no module needs another of them while it is loaded."""
    left, found = list(paths), []
    while left:
        free = next((path for path in left if not (imported_now(project, path) & (set(left) - {path}))), left[0])
        left.remove(free)
        found.append(free)
    return found


def _handing_on(project, current, path, into):
    name = current.module_of(into)
    bindings = project.parsed(path).scopes.module.bindings
    names = sorted(item for item in bindings if not (item.startswith("__") and item.endswith("__")) and any(b.role != "import" for b in bindings[item]))
    lines = ['"""Merged into %s; kept for those who import it from here."""' % name, ""]
    return "\n".join(lines + ["from %s import %s as %s" % (name, item, item) for item in names]) + "\n"


class Whole:
    """A module that moves with all that it holds, as `Supply` and `insertion` see a selection."""

    def __init__(self, project, source, target):
        self.project, self.source = project, source
        self.blocks_of = Blocks(project.parsed(source))
        self.target = target
        bindings = self.blocks_of.scopes.module.bindings
        self.home = {name: target for name in bindings if any(b.role != "import" for b in bindings[name]) and not self.is_import(name) and name not in ("__all__", "TYPE_CHECKING")}
        self.dropped = set()  # indices of blocks that the target has already

    def kept(self, block):
        return not (block.is_import or block.binds == {"TYPE_CHECKING"} or block.is_docstring or block.is_exports or block.index in self.dropped or self.plain_typing(block) or block.only_imports)

    @staticmethod
    def plain_typing(block):
        return block.is_typing and not block.node.orelse and all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in block.node.body)

    def moving(self, target):
        return [block for block in self.blocks_of.all if self.kept(block)]

    def used_by(self, blocks):
        return set().union(*(block.uses for block in blocks)) if blocks else set()

    def is_import(self, name):
        owners = self.blocks_of.by_name.get(name, ())
        return bool(owners) and all(block.is_import or self.plain_typing(block) or block.only_imports for block in owners)


class Merge:
    def __init__(self, project, source, target):
        self.project, self.source, self.target = project, source, target
        self.file, self.base = project.parsed(source), Blocks(project.parsed(target))
        self.whole = Whole(project, source, target)
        self.plan = Plan(project, modules={source: target}, gone=[source])
        self.plan.after = type(self.plan.after)(frozenset(project.paths - {source}))

    def result(self):
        self._check()
        rewrite = Rewrite(self.plan)
        rewrite.references(skip={self.source, self.target})
        view = Retarget(self.plan, self.file, lambda offset: self.target)
        view.regions = [(block.start, block.end) for block in self.whole.moving(self.target)]
        view.run()
        wants = Supply(self.plan, self.whole, self.target, self.base, view).gather() + [want for _, want in view.wants]
        body = self._body(view)
        edits, more = rewrite.of_file(self.base.file, lambda offset: self.target)
        edits += self._exports()
        if body:
            at, lead, tail = insertion(self.base, self.whole, self.target) if self.whole.moving(self.target) else (len(self.base.file.text), "\n\n", "")
            newline = self.base.file.newline
            edits.append((at, at, lead.replace("\n", newline) + body.replace("\n", newline) + tail.replace("\n", newline)))
        text = add_imports(applied(self.base.file.text, edits, self.target), wants + [want for _, want in more])
        rewrite.edits.write(self.target, text)
        rewrite.edits.delete(self.source)
        return rewrite.result("Merged %s into %s" % (self.source, self.target))

    def _body(self, view):
        """The old text without imports, docstring and what the target has already; remarks that stand alone stay."""
        regions = [(block.start, block.end) for block in self.whole.blocks_of.all if not self.whole.kept(block)]
        edits = list(view.edits)
        for example in examples(self.file):
            edits += Retarget(self.plan, self.file, lambda offset: self.target, example.scopes, example.prompt).run().edits
        edits += rewrite_strings(self.plan, self.file, self.target, lambda *_: None)
        edits = [edit for edit in edits if not any(start <= edit[0] < end for start, end in regions)]
        head = self.file.mark
        first = next((block for block in self.whole.blocks_of.all), None)
        lead = [(head, first.start)] if first is not None and first.start > head else []  # licence and interpreter line
        text = applied(self.file.text, edits + cuts(self.file.text, lead + regions), self.source)
        text = text[head:].replace("\r\n", "\n").strip("\n")
        note = next((block for block in self.whole.blocks_of.all if block.is_docstring), None)
        if note is not None:
            self.project.note("kept", self.source, 1, "Its docstring did not go along: %s" % note.node.value.value.strip().splitlines()[0][:150] if note.node.value.value.strip() else "")
        return text + "\n" if text.strip() else ""

    def _exports(self):
        mine = exported(self.file.tree)
        theirs = exported(self.base.file.tree)
        if theirs is None:
            if mine is not None:
                self.project.note("kept", self.source, 1, "%s has no __all__; that of %s is gone." % (self.target, self.source))
            return []
        return adding(self.base.file, sorted(mine or {name for name in self.whole.home if not name.startswith("_")} if mine is not None or self._star_imported() else ()))

    def _star_imported(self):
        stem = (self.project.module_of(self.source) or "").rpartition(".")[2]
        for path in self.project.containing(stem):
            file = self.project.file(path)
            for node in file.scopes.module.stars if file.tree is not None else ():
                module = self.project.resolve_import(path, node)
                found = self.project.modules.find(module, path) if module else None
                if found and found[0] == self.source:
                    return True
        return False

    # what stands in the way

    def _check(self):
        mine, base = self.whole.blocks_of, self.base
        if any(b.is_main for b in mine.all) and any(b.is_main for b in base.all):
            raise Refusal("unsupported", "%s and %s both have a part that runs as a script (`if __name__ == \"__main__\"`)." % (self.source, self.target),
                          {"paths": [self.source, self.target]}, "Move one of the two into a module of its own first.")
        self._clashes(mine, base)
        self._places(mine)
        self._circles()
        for file in (self.file, base.file):
            for node in file.scopes.module.stars:
                module = self.project.resolve_import(file.path, node)
                if not module or self.project.modules.find(module, file.path) is None:
                    raise Refusal("dynamic_use", "%s, line %d, imports * from a module outside the project." % (file.path, node.lineno), {"path": file.path, "line": node.lineno})
        stars = [node for node in self.file.scopes.module.stars]
        if stars:
            raise Refusal("dynamic_use", "%s, line %d, imports *: which names that brings along cannot be told apart." % (self.source, stars[0].lineno), {"path": self.source, "line": stars[0].lineno})

    def _clashes(self, mine, base):
        theirs = base.scopes.module.bindings
        loads = set().union(*(block.loads for block in base.all), set())
        for name in sorted(self.whole.home):
            if name in loads and hasattr(builtins, name):
                raise Refusal("name_clash", "%s uses the built-in %s, which %s declares." % (self.target, name, self.source), {"path": self.target, "name": name})
            if name not in theirs or self._is_mine(name, theirs[name]):
                continue
            if self._same(name):
                for block in mine.by_name[name]:
                    self.whole.dropped.add(block.index)
                    self.project.note("also", self.source, block.node.lineno, "%s is the same in %s and stands there once." % (name, self.target))
                continue
            line = theirs[name][0].node.lineno if theirs[name] else 1
            raise Refusal("name_clash", "%s and %s both have a %s (line %d)." % (self.source, self.target, name, line), {"path": self.target, "line": line, "name": name},
                          "Rename one of the two first.")
        used = set().union(*(block.loads for block in mine.all), set())
        for name in sorted(used & set(theirs)):
            if hasattr(builtins, name):
                raise Refusal("name_clash", "%s uses the built-in %s, which %s declares." % (self.source, name, self.target), {"path": self.source, "name": name})
        for name in sorted(theirs):
            if name in mine.by_name and self.whole.is_import(name) and any(b.role != "import" for b in theirs[name]):
                bindings = mine.scopes.module.bindings[name]
                if not all(b.role == "import" and self._leads(b, self.source) == (self.target, name) for b in bindings):
                    raise Refusal("name_clash", "%s imports another %s than %s declares." % (self.source, name, self.target), {"path": self.source, "name": name})

    def _leads(self, occurrence, path):
        statement = occurrence.node.parent
        if not isinstance(statement, ast.ImportFrom):
            return None
        module = self.project.resolve_import(path, statement)
        found = self.project.modules.find(module, path) if module else None
        return (found[0], occurrence.node.name) if found else None

    def _is_mine(self, name, bindings):
        """Does the target only import the name from this very module."""
        return bool(bindings) and all(b.role == "import" and self._leads(b, self.target) == (self.source, name) for b in bindings)

    def _same(self, name):
        mine, theirs = self.whole.blocks_of.by_name[name], self.base.by_name.get(name, [])
        if len(mine) != 1 or len(theirs) != 1 or name in self.whole.blocks_of.state or name in self.base.state:
            return False
        if ast.dump(mine[0].node) != ast.dump(theirs[0].node):
            return False
        if len(mine[0].binds) != 1:
            return False
        return mine[0].is_definition or shareable(getattr(mine[0].node, "value", None))

    def _places(self, mine):
        folder = lambda path: path.rpartition("/")[0]
        for block in mine.all:
            bad = sorted((block.loads | block.uses) & PLACES)
            if bad and (bad != ["__file__"] or folder(self.source) != folder(self.target)):
                raise Refusal("behaviour", "%s in line %d ff. of %s would mean another module." % (bad[0], block.node.lineno, self.source), {"path": self.source, "line": block.node.lineno})
            if "globals" in block.loads:
                raise Refusal("dynamic_use", "Line %d ff. of %s uses globals()." % (block.node.lineno, self.source), {"path": self.source, "line": block.node.lineno})
            if isinstance(block.node, ast.Expr) and not block.is_docstring:
                self.project.note("also", self.source, block.node.lineno, "It runs when a module is loaded: now when %s is." % self.target)

    def _circles(self):
        pair = {self.source, self.target}
        for start in sorted(pair):
            for path in sorted(imported_now(self.project, start) - pair):
                for goal in sorted(pair):
                    if leads_to(self.project, path, goal, without=pair) and not leads_to(self.project, path, start, without=pair):
                        raise Refusal("import_cycle", "%s imports %s, which imports %s: merged, they would import each other." % (start, path, goal), {"path": path})


def shareable(value):
    if isinstance(value, (ast.Constant, ast.Name, ast.Attribute, ast.Lambda)):
        return True
    if isinstance(value, ast.Tuple):
        return all(shareable(item) for item in value.elts)
    if isinstance(value, (ast.BinOp, ast.UnaryOp, ast.JoinedStr, ast.Subscript)):
        return not any(isinstance(n, (ast.List, ast.Dict, ast.Set, ast.Call)) for n in ast.walk(value))
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in SHAREABLE and called != "object"
    return False

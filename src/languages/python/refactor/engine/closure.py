"""What must go along when symbols leave a module: their own statements, private helpers, and whatever would otherwise make a circle of imports."""

import ast

from blocks import Blocks
from exports import exported
from graph import leads_to
from refusal import Refusal

# Names that mean another thing in another module.
PLACES = {"__file__", "__path__", "__spec__", "__package__", "__loader__"}


class Selection:
    """`home` maps each name that moves to the path it moves to; `blocks` the statements. `imports_back`: names that what stays still uses."""

    def __init__(self, project, source, wanted, keep):
        self.project, self.source = project, source
        self.file = project.parsed(source)
        self.blocks_of = Blocks(self.file)
        self.home, self.blocks, self.keep = {}, {}, keep
        self.requested = list(wanted)
        for name, target in wanted.items():
            self.add(name, target)
        while self._settle():
            pass
        self._state()

    def add(self, name, target, why=None):
        if self.home.get(name, target) != target:
            raise Refusal("unsupported", "%s cannot go to %s and %s." % (name, self.home[name], target), {"path": self.source, "symbol": name})
        if name in self.home:
            return
        self.home[name] = target
        for block in self.blocks_of.symbol_blocks(name):
            known = self.blocks.get(block.index)
            if known is not None and known != target:
                raise Refusal("unsupported", "Line %d of %s belongs to several of the names that move apart." % (block.node.lineno, self.source),
                              {"path": self.source, "line": block.node.lineno})
            self.blocks[block.index] = target
            for other in sorted(block.binds - {name}):
                if other not in self.home:
                    self.add(other, target, "It is bound by the same statement as %s." % name)
        if why:
            self.project.note("also", self.source, self.blocks_of.by_name[name][0].node.lineno, "%s goes along to %s: %s" % (name, target, why))

    # names

    def moving(self, target):
        return [block for block in self.blocks_of.all if self.blocks.get(block.index) == target]

    def staying(self):
        return [block for block in self.blocks_of.all if block.index not in self.blocks]

    def used_by(self, blocks):
        return set().union(*(block.uses for block in blocks)) if blocks else set()

    def is_import(self, name):
        return all(block.is_import or block.is_typing or block.only_imports for block in self.blocks_of.by_name.get(name, ())) and name in self.blocks_of.by_name

    def needs(self, target):
        """Names declared by the old module, or moved to another one, that the code moved to `target` uses."""
        used = self.used_by(self.moving(target))
        return {name for name in used if self.home.get(name) != target and name in self.blocks_of.by_name and not self.is_import(name)}

    def imports_back(self):
        """Names that move although what stays uses them."""
        used = self.used_by([block for block in self.staying() if not block.is_import])
        return {name for name in used if name in self.home} | {name for name in self.keep if name in self.home}

    def targets(self):
        return sorted(set(self.home.values()))

    def _settle(self):
        """One round; says whether something was added."""
        for target in self.targets():
            held = {name for name in self.needs(target) if name not in self.home}
            for name in sorted(held):
                if name.startswith("_") and not name.startswith("__") and not self._used_beside(name, target):
                    self.add(name, target, "nothing else uses it.")
                    return True
                if name in self.blocks_of.state and self._all_users_move(name, target):
                    self.add(name, target, "functions assign it with `global`.")
                    return True
            if held and self._circle(target):
                for name in sorted(held):
                    if not name.startswith("_") and self._known_outside(name):
                        raise Refusal("import_cycle", "%s and %s would import each other over %s." % (self.source, target, name),
                                      {"path": self.source, "target": target, "symbols": sorted(held)}, "Move %s too, or choose another module." % name)
                    self.add(name, target, "importing it from %s would make a circle." % self.source)
                return True
        return False

    def _all_users_move(self, name, target):
        return all(self.blocks.get(block.index) == target for block in self.blocks_of.all if name in block.uses and name not in block.binds)

    def _used_beside(self, name, target):
        others = [block for block in self.blocks_of.all if self.blocks.get(block.index) != target and name not in block.binds]
        if name in self.used_by(others):
            return True
        stem = (self.project.module_of(self.source) or self.source).rpartition(".")[2]
        return any(path != self.source for path in self.project.containing(name, stem))

    def _known_outside(self, name):
        """Does another module name it, so that it may be looked for where it is."""
        stem = (self.project.module_of(self.source) or self.source).rpartition(".")[2]
        exports = exported(self.file.tree)
        return name in (exports or ()) or any(path != self.source for path in self.project.containing(name, stem))

    def _circle(self, target):
        """Would `target`, once it imports from the old module, be imported by it."""
        back = self.imports_back()
        if any(self.home[name] == target for name in back):
            return True
        if any(self.home[name] != target and any(self.home.get(need) == target for need in self.needs(self.home[name])) for name in back):
            return True
        return target in self.project.paths and leads_to(self.project, self.source, target)

    def _state(self):
        """A name that functions assign with `global` is one variable only where all that uses it stands in one module."""
        for name in sorted(self.blocks_of.state):
            users = [block for block in self.blocks_of.all if name in block.uses or name in block.binds]
            places = {self.blocks.get(block.index) for block in users}
            if len(places) > 1:
                stays = next(block for block in users if self.blocks.get(block.index) != self.home.get(name, self.targets()[0]))
                raise Refusal("behaviour", "Functions of %s assign %s with `global`; it cannot be shared by two modules (line %d uses it too)." % (self.source, name, stays.node.lineno),
                              {"path": self.source, "symbol": name, "line": stays.node.lineno}, "Move everything that uses it together.")
        for target in self.targets():
            for block in self.moving(target):
                self._place(block, target)

    def _place(self, block, target):
        bad = (block.loads | block.uses) & PLACES
        folder = lambda path: path.rpartition("/")[0]
        if bad and folder(target) != folder(self.source):
            raise Refusal("behaviour", "%s is used in line %d ff. of %s and would name another place." % (sorted(bad)[0], block.node.lineno, self.source),
                          {"path": self.source, "line": block.node.lineno})
        if bad - {"__path__", "__spec__", "__package__"} or "__name__" in block.loads:
            self.project.note("kept", self.source, block.node.lineno, "%s there now means %s." % (sorted(bad | (block.loads & {"__name__"}))[0], target))
        acting = [item for item in getattr(block.node, "decorator_list", ()) if called(item) not in HARMLESS]
        if acting and not any(self.home[name] == target for name in self.imports_back()):
            self.project.note("dynamic", self.source, block.node.lineno, "What @%s does happens when %s is imported, which %s does not do." % (called(acting[0]), target, self.source))
        if "globals" in block.loads:
            raise Refusal("dynamic_use", "Line %d ff. of %s uses globals()." % (block.node.lineno, self.source), {"path": self.source, "line": block.node.lineno})


# Decorators that change nothing but what they decorate.
HARMLESS = {
    "dataclass", "lru_cache", "cache", "wraps", "total_ordering", "contextmanager", "asynccontextmanager", "singledispatch", "overload", "final", "runtime_checkable", "unique", "deprecated",
    "no_type_check", "override", "fixture",
}


def called(decorator):
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")

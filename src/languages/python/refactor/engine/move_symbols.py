"""Moves symbols out of a module into others, existing or new ones; a split is the same with several targets."""

import ast
import builtins

from blocks import Blocks
from closure import Selection
from doctests import examples
from exports import adding, exported, without
from graph import leads_to
from importing import add_imports, drop_imports
from modules import IDENTIFIER, STDLIB, folder_of
from move_module import new_packages
from placing import insertion
from plan import Plan
from refusal import Refusal
from retarget import Retarget, Want
from rewrite import Rewrite
from strings import rewrite_strings
from supply import Supply, uses_relative
from text import applied, cuts


def move_symbols(project, operation):
    source, target = operation["from"], python_path(project, operation["to"])
    names = list(dict.fromkeys(operation["symbols"]))
    return Relocation(project, source, {name: target for name in names}, operation.get("keepOld", False)).result(
        "Moved %s from %s to %s" % (", ".join(names), source, target))


def split_module(project, operation):
    source, wanted = operation["path"], {}
    for part in operation["parts"]:
        for name in part["symbols"]:
            target = python_path(project, part["to"])
            if wanted.get(name, target) != target:
                raise Refusal("ambiguous", "%s is to go to %s and %s." % (name, wanted[name], target), {"symbol": name})
            wanted[name] = target
    wanted = {name: target for name, target in wanted.items() if target != source}
    return Relocation(project, source, wanted, operation.get("keepOld", False)).result("Split %s into %d modules" % (source, len(set(wanted.values())) + 1))


def python_path(project, path):
    if path.endswith(".py"):
        return path
    if path.rstrip("/") + "/__init__.py" in project.paths:
        return path.rstrip("/") + "/__init__.py"
    raise Refusal("unsupported", "%s is no Python module." % path, {"path": path}, "Give the path of a .py file.")


class Relocation:
    def __init__(self, project, source, wanted, keep_old):
        self.project, self.source, self.keep_old = project, source, keep_old
        self.file = project.parsed(source)
        if not wanted:
            raise Refusal("not_found", "No symbols are named.", {"path": source})
        self._check_targets(wanted)
        self.exports = exported(self.file.tree)
        keep = set(wanted) if keep_old else set()
        if self.file.is_package and self.exports:
            keep |= self.exports  # the package's own namespace is what others import
        self.selection = Selection(project, source, wanted, keep)
        self.home = self.selection.home
        if keep_old:
            self.selection.keep |= {name for name in self.home if not name.startswith("_")}
        self.back = self.selection.imports_back()
        self.added = new_packages(project, {"": target for target in self.selection.targets() if target not in project.paths})
        new = [target for target in self.selection.targets() if target not in project.paths]
        for target in new:
            self.added += [path for path in new_packages(project, {"": target}) if path not in self.added]
        self.plan = Plan(project, symbols={(source, name): (target, name) for name, target in self.home.items()}, added=self.added + new)
        self.rewrite = Rewrite(self.plan)
        self.rewrite.symbol_in_string = self.in_string
        self.rewrite.watched = self.selection.used_by([block for target in self.selection.targets() for block in self.selection.moving(target)])
        self.targets = {target: Blocks(project.parsed(target)) if target in project.paths else None for target in self.selection.targets()}

    def _check_targets(self, wanted):
        for target in sorted(set(wanted.values())):
            if target == self.source:
                raise Refusal("unsupported", "%s stands in %s already." % (next(iter(wanted)), target), {"path": target})
            if target in self.project.paths:
                self.project.parsed(target)
                continue
            stem = target.rpartition("/")[2][: -len(".py")]
            if not IDENTIFIER.match(stem):
                raise Refusal("unsupported", "%s is no name that can be imported." % stem, {"path": target})
            if "." not in (self.project.modules.name_of(target) or "") and stem in STDLIB:
                raise Refusal("name_clash", "%s would hide the module %s of Python itself." % (target, stem), {"path": target}, "Choose another name.")
            if target[: -len(".py")] + "/__init__.py" in self.project.paths:
                raise Refusal("name_clash", "%s and the package %s would be one module." % (target, target[: -len(".py")]), {"path": target})

    # the whole

    def result(self, what):
        for target, blocks in self.targets.items():
            self._check_clashes(target, blocks)
        self._check_circles()
        self.rewrite.references(skip={self.source} | {target for target in self.targets if self.targets[target] is not None})
        taken = set()
        source_edits = []
        for target, blocks in self.targets.items():
            taken |= self._target(target, blocks)
        source_edits += self._source(taken)
        for path in self.added:
            self.rewrite.edits.write(path, "")
            self.project.note("also", path, 1, "A new package: an empty __init__.py, so that the module is found as the others are.")
        self._stars()
        return self.rewrite.result(what)

    def _check_clashes(self, target, blocks):
        moving = sorted(name for name, home in self.home.items() if home == target)
        if target.rpartition("/")[2] == "__init__.py":
            for name in moving:
                if self.project.path_of("%s.%s" % (self.project.module_of(target), name), target):
                    raise Refusal("name_clash", "%s has a submodule %s." % (target, name), {"path": target, "name": name})
        if blocks is None:
            return
        loads = set().union(*(block.loads for block in blocks.all)) if blocks.all else set()
        for name in moving:
            for occurrence in blocks.scopes.module.bindings.get(name, ()):
                if occurrence.role == "import":
                    statement = occurrence.node.parent
                    module = self.project.resolve_import(target, statement) if isinstance(statement, ast.ImportFrom) else None
                    if module and occurrence.node.name == name and self.origin(module, name, target) == (self.source, name):
                        continue
                line = occurrence.node.lineno
                raise Refusal("name_clash", "%s declares %s already, line %d." % (target, name, line), {"path": target, "line": line, "name": name}, "Rename one of the two first.")
            if name in loads and hasattr(builtins, name):
                raise Refusal("name_clash", "%s uses the built-in %s, which the moved one would hide." % (target, name), {"path": target, "name": name})

    def origin(self, module, name, view):
        found = self.project.modules.find(module, view)
        return (found[0], name) if found else None

    def _check_circles(self):
        for target in self.targets:
            needs = {name for name in self.selection.needs(target) if name not in self.home}
            others = {self.home[name] for name in self.selection.needs(target) if name in self.home}
            for other in others:
                if any(self.home.get(name) == target for name in self.selection.needs(other)):
                    raise Refusal("import_cycle", "What goes to %s and %s needs each other." % (target, other), {"path": self.source}, "Let them go to one module.")
                if other in self.project.paths and leads_to(self.project, other, target):
                    raise Refusal("import_cycle", "%s imports %s, which would import it back." % (other, target), {"path": other})
            back = any(self.home[name] == target for name in self.back)
            if back and target in self.project.paths and self._still_imports(target):
                raise Refusal("import_cycle", "%s would import %s, which needs %s." % (self.source, target, self.source), {"path": self.source, "target": target},
                              "Move along what %s uses of %s, or choose another module." % (target, self.source))
            if needs and (back or (target in self.project.paths and leads_to(self.project, self.source, target))):
                raise Refusal("import_cycle", "%s and %s would import each other over %s." % (self.source, target, ", ".join(sorted(needs))), {"path": self.source, "symbols": sorted(needs)})

    def _still_imports(self, target):
        """Does an existing target, after the move, import the old module at its top, by whatever way."""
        from graph import imported_now
        direct = imported_now(self.project, target)
        if self.source in direct and self._uses_rest(target):
            return True
        return any(path == self.source or leads_to(self.project, path, self.source) for path in direct - {self.source, folder_of(target) + "/__init__.py"})

    def _uses_rest(self, target):
        """Does it import something of the old module that stays there."""
        file = self.project.parsed(target)
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ImportFrom):
                module = self.project.resolve_import(target, node)
                found = self.project.modules.find(module, target) if module else None
                if found and found[0] == self.source and any(alias.name not in self.home for alias in node.names):
                    return True
            elif isinstance(node, ast.Import) and any((self.project.modules.find(alias.name, target) or [None])[0] == self.source for alias in node.names):
                return True
        return False

    # the new modules

    def _target(self, target, blocks):
        view = Retarget(self.plan, self.file, lambda offset: target)
        moving = self.selection.moving(target)
        view.regions = [(block.start, block.end) for block in moving]
        view.run()
        inner = list(view.edits) + self._doctests(target, view.regions)
        inner += rewrite_strings(self.plan, self.file, target, self.in_string)
        supply = Supply(self.plan, self.selection, target, blocks, view)
        wants = supply.gather()
        wants += [want for offset, want in view.wants if any(start <= offset < end for start, end in view.regions)]
        pieces = [self._piece(block, inner) for block in moving]
        if blocks is None:
            text = self._join([(block, piece) for block, piece in zip(moving, pieces)])
            self.rewrite.edits.write(target, add_imports(text, wants))
            return supply.taken
        file = blocks.file
        edits, more = self.rewrite.of_file(file, lambda offset: target)
        if self.exports:
            edits += adding(file, sorted(name for name, home in self.home.items() if home == target and name in self.exports))
        self.rewrite.record(target, edits)
        at, lead, tail = insertion(blocks, self.selection, target)
        body = self._join(list(zip(moving, pieces))).replace("\n", file.newline)
        text = applied(file.text, edits + [(at, at, lead.replace("\n", file.newline) + body + tail.replace("\n", file.newline))], target)
        self.rewrite.edits.write(target, add_imports(text, wants + [want for _, want in more]))
        return supply.taken

    def _piece(self, block, edits):
        text = self.file.text[block.start:block.end]
        mine = [(start - block.start, end - block.start, new) for start, end, new in edits if block.start <= start and end <= block.end]
        self.rewrite.places += len(mine)
        return applied(text, mine, self.source).replace("\r\n", "\n").strip("\n") + "\n"

    def _join(self, items):
        """The moved statements one after the other: neighbours keep their distance, definitions stand two lines apart."""
        text, previous = "", None
        for block, piece in items:
            if previous is not None:
                adjacent = block.index == previous.index + 1
                if adjacent:
                    gap = self.file.text[previous.end:block.start].count("\n")
                else:
                    gap = 2 if block.is_definition or previous.is_definition else 0 if not piece.startswith("#") else 1
                text += "\n" * gap
            text += piece
            previous = block
        return text

    def _doctests(self, target, regions):
        edits = []
        for example in examples(self.file):
            if any(start <= example.line_start < end for start, end in regions):
                unit = Retarget(self.plan, self.file, lambda offset: target, example.scopes, example.prompt)
                edits += unit.run().edits
                edits += self._doctest_names(example, target)
        return edits

    def _doctest_names(self, example, view):
        """Examples use the names of their module; those that are no longer there are imported in the example."""
        from verify import KNOWN
        names = sorted({o.name for o in example.scopes.occurrences if o.role == "load" and o.owner is None and o.name not in KNOWN})
        edits = []
        for name in names:
            home = self.home.get(name, self.source)
            if name not in self.selection.blocks_of.by_name or home == view or (view == self.source and (name in self.back or home == self.source)):
                continue
            if self.selection.is_import(name):
                continue
            used = self.selection.used_by(self.selection.moving(view)) if view != self.source else set()
            if name in used:
                continue
            edits.append((example.line_start, example.line_start, "%sfrom %s import %s%s" % (example.prompt, self.plan.after.name_of(home), name, self.file.newline)))
        return edits

    # the old module

    def _source(self, taken):
        stay = Retarget(self.plan, self.file, lambda offset: self.source)
        gone = [(block.start, block.end) for block in self.selection.blocks_of.all if block.index in self.selection.blocks]
        outside = lambda start: not any(first <= start < last for first, last in gone)
        stay.run()
        edits = list(stay.edits)
        for example in examples(self.file):
            if outside(example.line_start):
                edits += Retarget(self.plan, self.file, lambda offset: self.source, example.scopes, example.prompt).run().edits
                edits += self._doctest_names(example, self.source)
        edits += rewrite_strings(self.plan, self.file, self.source, self.in_string)
        edits = [edit for edit in edits if outside(edit[0])]
        if self.exports:
            edits += without(self.file, {name for name in self.home if name in self.exports and name not in self.back})
        self.rewrite.record(self.source, edits + [(start, end, "") for start, end in gone])
        edits += cuts(self.file.text, gone)
        text = applied(self.file.text, edits, self.source)
        text = drop_imports(text, self._unused(taken), self.source)
        relative = uses_relative(self.project, self.source)
        wants = [want for offset, want in stay.wants if outside(offset)]
        used = self.selection.used_by([block for block in self.selection.staying() if not block.is_import])
        for name in sorted(self.back):
            module = self.plan.after.spell(self.source, self.home[name], relative=relative)
            plain = name in used or (self.exports and name in self.exports)
            wants.append(Want(module, name, None if plain else name))
        text = add_imports(text, wants)
        if not text.strip("\ufeff \r\n"):
            text = ""
        self.rewrite.edits.write(self.source, text)
        return []

    def _unused(self, taken):
        """Imports that only the moved code used, and nobody takes from here."""
        if self.file.is_package:
            return set()
        used = self.selection.used_by([block for block in self.selection.staying() if not block.is_import and not block.is_typing])
        used |= self._used_in_doctests()
        free = {name for name in taken if name not in used and name not in (self.exports or ())}
        return {name for name in free if not self._imported_from_here(name)}

    def _used_in_doctests(self):
        gone = [(block.start, block.end) for block in self.selection.blocks_of.all if block.index in self.selection.blocks]
        return {o.name for example in examples(self.file) if not any(a <= example.line_start < b for a, b in gone) for o in example.scopes.occurrences if o.owner is None}

    def _imported_from_here(self, name):
        stem = (self.project.module_of(self.source) or "").rpartition(".")[2]
        for path in self.project.containing(name, stem):
            if path == self.source or path in self.targets:
                continue
            file = self.project.file(path)
            if file.tree is None:
                return True
            for node in ast.walk(file.tree):
                if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
                    module = self.project.resolve_import(path, node)
                    found = self.project.modules.find(module, path) if module else None
                    if found and found[0] == self.source:
                        return True
                elif isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.value, (ast.Name, ast.Attribute)):
                    last = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                    if last == stem:
                        return True
        return False

    # strings

    def in_string(self, path, name, file=None, node=None, patch=False):
        """Where a string `module.name` leads after the move. What is patched must be the name that the code under test looks up."""
        if path != self.source:
            return None
        moved_users = {home for name_home in [self.home] for home in set(name_home.values()) if name in self.selection.used_by(
            [block for block in self.selection.moving(home) if name not in block.binds])}
        stays = name in self.selection.used_by([block for block in self.selection.staying() if not block.is_import])
        if not patch:
            return (self.home[name], name) if name in self.home else None
        if name in self.home and not stays:
            return self.home[name], name
        if not moved_users:
            return None
        if stays or len(moved_users) > 1:
            line = node.lineno if node is not None else 1
            raise Refusal("behaviour", "%s, line %d, patches %s of %s, which code in both modules would look up." % (file.path, line, name, self.source),
                          {"path": file.path, "line": line, "name": name}, "Patch each place, then move.")
        return next(iter(moved_users)), name

    def _stars(self):
        """Modules that have a moved name by `from m import *` import it by name."""
        names = {name for name in self.home if not name.startswith("_") and name not in self.back and (self.exports is None or name in self.exports)}
        stem = (self.project.module_of(self.source) or "").rpartition(".")[2]
        if not names:
            return
        for path in self.project.containing(stem):
            file = self.project.file(path)
            if file.tree is None or path in self.targets or path == self.source:
                continue
            for node in file.scopes.module.stars:
                module = self.project.resolve_import(path, node)
                found = self.project.modules.find(module, path) if module else None
                if not found or found[0] != self.source:
                    continue
                wanted = {name for name in names if name not in file.scopes.module.bindings and self._star_used(file, name)}
                if not wanted:
                    continue
                text = self.rewrite.edits.text_after(path)
                wants = [Want(self.plan.after.spell(path, self.home[name], relative=node.level > 0), name, name if file.is_package and name not in self._loads(file) else None) for name in sorted(wanted)]
                self.rewrite.edits.write(path, add_imports(text, wants))

    def _loads(self, file):
        return {o.name for o in file.scopes.occurrences if o.role == "load" and o.owner is None} | (exported(file.tree) or set())

    def _star_used(self, file, name):
        if name in self._loads(file) or file.is_package:
            return True
        stem = (self.project.module_of(file.path) or "").rpartition(".")[2]
        return any(path != file.path for path in self.project.containing(name, stem))

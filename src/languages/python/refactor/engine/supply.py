"""The imports that moved code needs in its new module."""

import ast
import re

from refusal import Refusal
from retarget import Want
from text import applied


class Binding:
    """How the top of a file imports a name: `key` says what it is, wherever it is spelled; `context` is top, typing or block."""

    def __init__(self, key, alias, statement, context, block):
        self.key, self.alias, self.statement, self.context, self.block = key, alias, statement, context, block


def import_bindings(project, blocks, name):
    """The imports that bind a name at the top of a module."""
    found = []
    for block in blocks.by_name.get(name, ()):
        context = "top" if block.is_import else "typing" if block.is_typing else "block"
        for occurrence in blocks.scopes.module.bindings.get(name, ()):
            if occurrence.role != "import":
                continue
            statement = occurrence.node.parent
            place = blocks.file.start(statement)
            if block.start <= place < block.end:
                found.append(Binding(key_of(project, blocks.file.path, statement, occurrence.node), occurrence.node, statement, context, block))
    return found


def key_of(project, path, statement, alias):
    """What an import names: `(module, name)` with the module's path where it is of the project."""
    if isinstance(statement, ast.Import):
        dotted = alias.name if alias.asname else alias.name.split(".")[0]
        module = project.modules.find(dotted, path)
        return (module[0] if module else dotted, None)
    source = project.modules.absolute(path, statement.level, statement.module) or "." * statement.level + (statement.module or "")
    whole = project.modules.find("%s.%s" % (source, alias.name), path) if source else None
    module = project.modules.find(source, path) if source else None
    if whole and (module is None or module[0].endswith(("/", "/__init__.py"))):
        return (whole[0], None)
    return (module[0] if module else source, alias.name)


class Supply:
    """Wants of one target module. `unit` is the source file seen from the target."""

    def __init__(self, plan, selection, target, target_blocks, unit):
        self.plan, self.selection, self.target, self.unit = plan, selection, target, unit
        self.project, self.source = plan.project, selection.source
        self.blocks, self.target_blocks = selection.blocks_of, target_blocks
        self.wants, self.taken = [], set()  # `taken`: names imported by the old module that the moved code uses
        moving = selection.moving(target)
        self.used = selection.used_by(moving)
        self.relative = uses_relative(self.project, target if target_blocks is not None else self.source)

    def gather(self, extra=()):
        self._futures()
        waiting, seen = sorted(self.used | set(extra)), set()
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            if name == "TYPE_CHECKING" and name in self.blocks.by_name:  # `TYPE_CHECKING = False` serves as well as the import
                self.taken.add(name)
                if self.target_blocks is None or name not in self.target_blocks.scopes.module.bindings:
                    self.wants.append(Want("typing", name))
                continue
            if self.selection.home.get(name) == self.target or name not in self.blocks.by_name:
                continue
            if self.selection.is_import(name):
                waiting += self._imported(name)
            else:
                self._declared(name)
        self._stars()
        return self.wants

    def _declared(self, name):
        home = self.selection.home.get(name, self.source)
        if self._there(name, (home, name), (self.source, name)):
            return
        spelled = self.plan.after.spell(self.target, home, relative=self.relative)
        if spelled is None:
            raise Refusal("unsupported", "%s cannot be imported by a name." % home, {"path": home})
        self.wants.append(Want(spelled, name))

    def _there(self, name, *keys):
        """Does the target have the name already, as the same thing. Another thing of that name is refused."""
        if self.target_blocks is None:
            return False
        bindings = self.target_blocks.scopes.module.bindings.get(name)
        if not bindings:
            if name in set().union(*(block.loads for block in self.target_blocks.all), set()):
                raise Refusal("name_clash", "%s uses a built-in %s, which the moved code's import would hide." % (self.target, name), {"path": self.target, "name": name})
            return False
        found = import_bindings(self.project, self.target_blocks, name)
        if (self.target, name) in keys and not found:
            return True
        if found and len(found) == len(bindings) and all(item.key in keys for item in found):
            return all(item.context != "typing" for item in found) or "typing"
        raise Refusal("name_clash", "%s means something else in %s than in %s." % (name, self.target, self.source), {"path": self.target, "name": name},
                      "Rename one of the two first.")

    def _imported(self, name):
        """Wants for a name that the old module imports; names that a copied statement needs besides."""
        found = import_bindings(self.project, self.blocks, name)
        if not found:  # declared for types alone
            if self._there(name, (self.source, name)) is False:
                self.wants.append(Want(self.plan.after.spell(self.target, self.source, relative=self.relative), name, None, True))
            return []
        self.taken.add(name)
        inner = [item for item in found if item.context == "block"]
        if inner:
            return self._block(name, inner[0].block)
        more = []
        for item in found:
            if item.key == (self.target, None) or item.key[0] == self.target and item.key[1] is not None:
                continue  # it is at home here
            there = self._there(name, item.key)
            if there is True or (there == "typing" and item.context == "typing"):
                continue
            self._copy(item)
        return more

    def _copy(self, item):
        typed = item.context == "typing"
        if isinstance(item.statement, ast.Import):
            names = [alias for alias in item.statement.names if alias is item.alias]
            for alias in names:
                self.wants.append(Want(alias.name, None, alias.asname, typed))
            return
        module = self._module(item.statement)
        self.wants.append(Want(module, item.alias.name, item.alias.asname, typed))

    def _module(self, statement):
        own = "." * statement.level + (statement.module or "")
        if not statement.level:
            return own
        source = self.plan.before.absolute(self.source, statement.level, statement.module)
        found = self.plan.before.find(source, self.source) if source else None
        if found:
            return self.plan.after.spell(self.target, self.plan.path(found[0]), relative=self.relative or self.target_blocks is None, root=found[1]) or own
        return self.unit.respelled_unknown(self.target, source)

    def _block(self, name, block):
        """A conditional import is copied as it stands."""
        if self.target_blocks is not None and name in self.target_blocks.scopes.module.bindings:
            mine = [self._text(self.target_blocks, item) for item in self.target_blocks.by_name.get(name, ())]
            if self._text(self.blocks, block) in mine:
                return []
            there = import_bindings(self.project, self.target_blocks, name)
            keys = {item.key for item in import_bindings(self.project, self.blocks, name)}
            if there and all(item.key in keys and item.context == "top" for item in there):
                return []
            raise Refusal("name_clash", "%s binds %s in another way than %s." % (self.target, name, self.source), {"path": self.target, "name": name})
        for other in sorted(block.binds - {name}):
            if self.target_blocks is not None and other in self.target_blocks.scopes.module.bindings:
                raise Refusal("name_clash", "%s binds %s already." % (self.target, other), {"path": self.target, "name": other})
        edits = [(start - block.start, end - block.start, new) for start, end, new in self.unit.edits if block.start <= start and end <= block.end]
        text = applied(self.blocks.file.text[block.start:block.end], edits, self.source)
        self.wants.append(Want("", None, None, False, text.replace("\r\n", "\n").rstrip("\n")))
        self.taken |= block.binds
        return sorted(block.uses)

    def _text(self, blocks, block):
        return re.sub(r"\s+", " ", blocks.file.text[block.start:block.end]).strip()

    def _futures(self):
        annotated = any(self._has_annotations(block.node) for block in self.selection.moving(self.target))
        if self.target_blocks is None:
            for node in self.blocks.file.tree.body:
                if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                    self.wants += [Want("__future__", alias.name) for alias in node.names]
        elif self.blocks.lazy and not self.target_blocks.lazy and annotated:
            self.wants.append(Want("__future__", "annotations"))
            self.project.note("also", self.target, 1, "from __future__ import annotations came with the moved code: annotations there are no longer evaluated.")
        elif not self.blocks.lazy and self.target_blocks.lazy and annotated:
            self.project.note("kept", self.target, 1, "Annotations of the moved code are no longer evaluated: the module imports annotations from __future__.")

    @staticmethod
    def _has_annotations(node):
        return any(isinstance(n, ast.AnnAssign) or getattr(n, "returns", None) is not None or (isinstance(n, ast.arg) and n.annotation is not None) for n in ast.walk(node))

    def _stars(self):
        """Names that only `from m import *` can give the old module."""
        from verify import KNOWN
        missing = {name for block in self.selection.moving(self.target) for name in block.loads if name not in KNOWN}
        stars = self.blocks.scopes.module.stars
        if not missing or not stars:
            return
        for name in sorted(missing):
            owners = []
            for node in stars:
                source = self.plan.before.absolute(self.source, node.level, node.module)
                found = self.plan.before.find(source, self.source) if source else None
                if found and not found[0].endswith("/") and name in self.project.parsed(found[0]).scopes.module.bindings:
                    owners.append((node, found))
            if len(owners) != 1:
                raise Refusal("dynamic_use", "Where %s in %s comes from cannot be known: `import *`." % (name, self.source), {"path": self.source, "name": name})
            if owners[0][1][0] != self.target:
                self.wants.append(Want(self._module(owners[0][0]), name))


def uses_relative(project, path):
    """Does a module import its neighbours by dots; where it imports none, do most modules beside it."""
    own = _relative(project, path)
    if own is not None:
        return own
    folder = path.rpartition("/")[0]
    votes = [_relative(project, other) for other in project.python if other.rpartition("/")[0] == folder][:40]
    return votes.count(True) > votes.count(False)


def _relative(project, path):
    """True for dots, False for full names of the own package, None for neither."""
    if path not in project.paths or project.file(path).tree is None:
        return None
    top, found = (project.module_of(path) or "").split(".")[0], None
    for node in ast.walk(project.file(path).tree):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                return True
            if node.module and node.module.split(".")[0] == top:
                found = False
    return found

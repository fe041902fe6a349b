"""Rewrites, in one file, whatever points to something that moves: imports in every form and attribute chains. Strings are `strings`' part."""

import ast

from chains import chains_of, bound_modules
from refusal import Refusal
from statements import Statements
from text import cuts


class Want:
    """An import that the top of a file needs: `import module as asname`, or `from module import name as asname`."""

    def __init__(self, module, name=None, asname=None, type_only=False, text=None):
        self.module, self.name, self.asname, self.type_only, self.text = module, name, asname, type_only, text

    @property
    def key(self):
        return (self.module, self.name, self.asname, self.text)

    @property
    def local(self):
        return self.asname or self.name or self.module.split(".")[0]


class Retarget(Statements):
    """Edits of one unit of code: a file, or the doctests of one docstring (`prompt` then begins every further line).

    `view(offset)` is the path, after the move, of the file in which that place will stand. Gathered: `edits` as `(start, end, text)` in the
    file's text, `wants` as `(offset, Want)` for the top of the file, `unbound` as local names whose import went with all its uses.
    """

    def __init__(self, plan, file, view, scopes=None, prompt=""):
        self.plan, self.file, self.view, self.prompt = plan, file, view, prompt
        self.path = file.path
        self.scopes = scopes or file.scopes
        self.edits, self.wants = [], []
        self.deleted = []  # whole statements
        self.renames = {}  # (scope, local name) -> new local name
        self.regions = None  # where alone a refusal counts: spans, or None for everywhere
        self.touched = {}  # id of an `import a.b` alias -> chains through it that were rewritten, and those that were not

    # places

    def span(self, node):
        start, end = self.scopes.lines.span(node)
        return start + self.file.mark, end + self.file.mark

    def replace(self, start, end, text):
        if self.file.text[start:end] != text:
            self.edits.append((start, end, text))

    def folds(self, target, view):
        """Is the target the very file in which the code stands: then no import is needed. Examples import their own module."""
        return target == view and not self.prompt

    def counts(self, node):
        """Does a place lie in the code that this unit is about."""
        if self.regions is None:
            return True
        start = self.span(node)[0]
        return any(first <= start < last for first, last in self.regions)

    def run(self):
        statements = [node for node in ast.walk(self.scopes.tree) if isinstance(node, (ast.Import, ast.ImportFrom)) and hasattr(node, "parent")]
        chains = list(chains_of(self.plan, self.path, self.scopes))
        for statement in statements:
            if isinstance(statement, ast.Import):
                self.plain_import(statement)
            else:
                self.from_import(statement)
        for chain in chains:
            self.chain(chain)
        self.drop_unused(chains)
        for (scope, name), new in self.renames.items():
            self.rename(scope, name, new)
        self.delete_statements()
        return self

    # `import a.b as c`

    def plain_import(self, node):
        for alias in node.names:
            found = self.plan.before.find(alias.name, self.path)
            if found is None:
                continue
            start = self.span(alias)[0]
            view = self.view(start)
            target = self.plan.path(found[0])
            if self.folds(target, view) and found[0] != self.path:
                if self.counts(node):
                    self.fold_plain(alias, node, found[0])
                continue
            if found[0] not in self.plan.modules:
                continue
            new = self.plan.after.spell(view, target, root=found[1])
            if new is None:
                raise Refusal("unsupported", "%s cannot be imported by a name." % target, {"path": target})
            old_local, new_local = alias.name.split(".")[0], new.split(".")[0]
            if not alias.asname and "." not in alias.name and "." in new:
                # `import helpers` bound the module itself; `import pkg.helpers` would bind the package.
                self.replace(*self.span(alias), text="%s as %s" % (new, alias.name))
                continue
            if not alias.asname and "." not in new and "." not in alias.name and old_local != new_local:
                self.follow_name(alias, old_local, new_local)
                new = new if (alias.scope, old_local) in self.renames else "%s as %s" % (new, old_local)
            elif not alias.asname and old_local != new_local:
                self.guard_local(new_local, node)
            self.replace(start, start + len(alias.name), new)

    def guard_local(self, name, node):
        """A dotted import binds its first part: nothing else in the file may have that name."""
        for occurrence in self.scopes.by_name.get(name, ()):
            if occurrence.binds and occurrence.role != "import":
                raise Refusal("name_clash", "%s, line %d, would import %s, a name that the file uses for something else." % (self.path, node.lineno, name),
                              {"path": self.path, "line": node.lineno, "name": name})

    def follow_name(self, alias, old, new):
        """A module that is imported by its own name takes the new one, where nothing else is called so."""
        bindings = alias.scope.bindings.get(old, ())
        opaque = any(old in getattr(node, "value", "") for node in self.scopes.opaque if isinstance(node.value, str))
        if new not in self.scopes.by_name and all(b.role == "import" for b in bindings) and not opaque:
            if self.file.is_package and alias.scope.kind == "module":
                return  # others may find the old name in the package
            self.renames[(alias.scope, old)] = new

    def rename(self, scope, name, new):
        for occurrence in self.scopes.of(name, scope):
            if occurrence.role == "import":
                continue
            if occurrence.start < 0:
                raise Refusal("unsupported", "A use of %s in %s is spelled in another way." % (name, self.path), {"path": self.path})
            self.replace(occurrence.start + self.file.mark, occurrence.end + self.file.mark, new)

    # `from a import b as c`

    def from_import(self, node):
        source = self.plan.before.absolute(self.path, node.level, node.module)
        if source is None or source == "__future__":
            return
        start, end = self.span(node)
        view = self.view(start)
        found = self.plan.before.find(source, self.path)
        groups = {}
        for alias in node.names:
            module, name, changed = self.destination(node, alias, source, found, view)
            groups.setdefault(module, []).append((alias, name, changed))
        own_spelling = "." * node.level + (node.module or "")
        if list(groups) == [own_spelling] and not any(changed for _, _, changed in groups[own_spelling]):
            return
        if len(groups) == 1 and None not in groups and not any(changed for items in groups.values() for _, _, changed in items):
            self.respell(node, next(iter(groups)))
            return
        self.split(node, groups, own_spelling)

    def destination(self, node, alias, source, found, view):
        """`(module as spelled, name with alias as written or None to drop it, changed)` of one imported name."""
        after, plan = self.plan.after, self.plan
        local = alias.asname or alias.name
        same = "." * node.level + (node.module or "")
        if found is None:
            if node.level and self.path != view:
                here = after.absolute(view, node.level, node.module)
                if here and after.find(here, view):
                    return same, alias.name, False  # written for the new place already
                return self.respelled_unknown(view, source) or same, alias.name, False
            return same, alias.name, False
        path, root = found
        inner = plan.submodule(path, source, alias.name, self.path) if alias.name != "*" else None
        if inner:
            target = plan.path(inner[0])
            if inner[0] not in plan.modules and not (self.folds(target, view) and inner[0] != self.path):
                return self.spelled_parent(node, view, path, root, same), alias.name, False
            if self.folds(target, view) and inner[0] != self.path:
                self.fold_module(alias, local, node)
                return None, None, True
            full = after.spell(view, target, relative=node.level > 0, root=root)
            parent, _, last = self.parent_and_last(view, target, full)
            if parent is None:  # no longer in a package: `import last`
                if last != alias.name and not alias.asname:
                    self.follow_name(alias, local, last)
                return "", last, True
            changed = last != alias.name
            if changed and not alias.asname:
                self.follow_name(alias, local, last)
            return parent, last, changed
        symbol = plan.symbol(path, alias.name)
        if symbol:
            target, name = symbol
            if self.folds(target, view):
                self.fold_symbol(alias, local, name, node)
                return None, None, True
            return after.spell(view, target, relative=node.level > 0, root=root) or same, name, name != alias.name
        if self.folds(plan.path(path), view) and path != self.path:
            if alias.name == "*":
                return None, None, True
            self.fold_symbol(alias, local, alias.name, node)
            return None, None, True
        return self.spelled_parent(node, view, path, root, same), alias.name, False

    def spelled_parent(self, node, view, path, root, same):
        """The spelling of the module itself, changed only where it or the importing file moved."""
        target = self.plan.path(path)
        if target == path and (not node.level or view == self.path):
            return same
        new = self.plan.after.spell(view, target, relative=node.level > 0, root=root)
        if new is None:
            raise Refusal("unsupported", "%s cannot be imported by a name." % target, {"path": target})
        return new

    def respelled_unknown(self, view, source):
        """A relative import of something that is not there (built, generated): the same absolute name, seen from the new place."""
        package = self.plan.after.package_of_view(view)
        if package and package.split(".")[0] == source.split(".")[0]:
            from modules import relative_name
            return relative_name(package, source)
        return source

    def parent_and_last(self, view, target, full):
        """`from parent import last` for a module whose full spelling is given."""
        if full is None:
            raise Refusal("unsupported", "%s cannot be imported by a name." % target, {"path": target})
        dots = len(full) - len(full.lstrip("."))
        rest = full[dots:]
        if not rest:  # `..` names the package itself
            name = self.plan.after.name_of(target)
            return (name.rpartition(".")[0] or None), None, name.rpartition(".")[2]
        head, _, last = rest.rpartition(".")
        parent = "." * dots + head
        return (parent or None), None, last

    def fold_symbol(self, alias, local, name, node):
        """The imported name now lives in this very file: the import goes, its uses mean the name itself."""
        scope = alias.scope
        for occurrence in self.scopes.of(local, scope):
            if occurrence.role == "import" or not self.counts(occurrence.node):
                continue
            owner = occurrence.scope.owner(name)
            if local != name and owner is not None and owner.kind != "module":
                raise Refusal("name_clash", "%s means something else in %s, line %d." % (name, self.path, occurrence.node.lineno), {"path": self.path, "name": name})
        others = [b for b in scope.bindings.get(local, ()) if b.node is not alias and b.role != "import"]
        if others and scope.kind == "module" and self.counts(node):
            raise Refusal("name_clash", "%s declares %s besides importing it." % (self.path, local), {"path": self.path, "name": local})
        if local != name:
            self.renames[(scope, local)] = name

    def fold_module(self, alias, local, node):
        """The imported module becomes part of this file: `module.name` means `name`; the bare module cannot be meant any longer."""
        for occurrence in self.scopes.of(local, alias.scope):
            parent = getattr(occurrence.node, "parent", None)
            if occurrence.role == "import" or not self.counts(occurrence.node):
                continue
            if not isinstance(parent, ast.Attribute):
                raise Refusal("unsupported", "%s, line %d, uses the module %s itself." % (self.path, occurrence.node.lineno, local),
                              {"path": self.path, "line": occurrence.node.lineno})

    def fold_plain(self, alias, node, path):
        """`import a.b` of what becomes part of this file: the import goes; every use must lead to a name of it."""
        local = alias.asname or alias.name.split(".")[0]
        others = 0
        for chain in chains_of(self.plan, self.path, self.scopes):
            if chain.occurrence.name != local or chain.occurrence.owner is not alias.scope or not self.counts(chain.occurrence.node):
                continue
            if chain.module.path != path:
                others += 1
            elif chain.attribute is None:
                raise Refusal("unsupported", "%s, line %d, uses the module %s itself." % (self.path, chain.occurrence.node.lineno, alias.name),
                              {"path": self.path, "line": chain.occurrence.node.lineno})
        if others and not alias.asname:
            start = self.span(alias)[0]
            self.replace(start, start + len(alias.name), local)
        else:
            self.remove_alias(node, alias)

    # `module.name`

    def chain(self, chain):
        plan = self.plan
        record = self.touched.setdefault(id(chain.bound.alias), [chain.bound, 0, 0])
        symbol = plan.symbol(chain.module.path, chain.attribute.attr) if chain.attribute is not None else None
        start = self.span(chain.occurrence.node)[0] if not chain.occurrence.quoted else chain.occurrence.start + self.file.mark
        view = self.view(start)
        if symbol:
            record[1] += 1
            self.point(chain, start, self.span(chain.attribute)[1], view, symbol[0], symbol[1])
            return
        record[2] += 1
        target = plan.path(chain.module.path)
        if self.folds(target, view) and chain.module.path != self.path and chain.attribute is not None:
            self.bare(chain, chain.attribute.attr)
            self.replace(start, self.span(chain.attribute)[1], chain.attribute.attr)
            return
        if not any(step.path in plan.modules for step in chain.steps):
            return
        if chain.bound.top and not self.keeps_name(chain):
            if chain.module.path in plan.modules:
                new = plan.after.spell(view, target, root=chain.bound.root)
                self.replace(start, self.span(chain.module.node)[1], new)
                if new.split(".")[0] != chain.bound.dotted and chain.bound.path not in plan.modules:
                    self.wants.append((start, Want(new)))
            return
        expected = plan.path(chain.steps[0].path)
        for before, step in zip(chain.steps, chain.steps[1:]):
            expected = plan.path(step.path)
            if not inside(plan.path(before.path), expected, step.node.attr):
                self.replace(start, self.span(chain.module.node)[1], self.local_module(chain, start, view, target))
                return

    def keeps_name(self, chain):
        """Does `import a` (not `import a.b`) bind the name, so that its use follows by itself: as it was, or by the new name."""
        scope, name = chain.bound.alias.scope, chain.occurrence.name
        if chain.bound.path not in self.plan.modules:
            return False
        return any(isinstance(b.node, ast.alias) and b.node.name == name and isinstance(b.node.parent, ast.Import) for b in scope.bindings[name])

    def point(self, chain, start, end, view, target, name):
        """Makes `module.name` mean the name in its new module."""
        plan = self.plan
        if self.folds(target, view):
            self.bare(chain, name)
            self.replace(start, end, name)
            return
        if chain.bound.top:
            new = plan.after.spell(view, target, root=chain.bound.root)
            self.guard_local(new.split(".")[0], chain.bound.statement)
            self.replace(start, end, "%s.%s" % (new, name))
            self.want(chain, start, Want(new))
            return
        self.replace(start, end, "%s.%s" % (self.local_module(chain, start, view, target), name))

    def bare(self, chain, name):
        """`module.name` turns into `name`: at that place nothing nearer may have the name."""
        scope = chain.occurrence.scope
        owner = scope.owner(name) if self.counts(chain.occurrence.node) else None
        if owner is not None and owner.kind != "module":
            raise Refusal("name_clash", "%s means something else in %s, line %d." % (name, self.path, chain.occurrence.node.lineno),
                          {"path": self.path, "line": chain.occurrence.node.lineno, "name": name})

    def local_module(self, chain, start, view, target):
        """The name by which a file has the target module; imported beside the old one where it has none yet."""
        statement = chain.bound.statement
        relative = isinstance(statement, ast.ImportFrom) and statement.level > 0
        for name, bindings in chain.bound.alias.scope.bindings.items():
            if bindings and all(b.role == "import" for b in bindings):
                for bound in bound_modules(self.plan, self.path, chain.bound.alias.scope, name):
                    if not bound.top and self.plan.path(bound.path) == target and len(bindings) == 1:
                        return name
        full = self.plan.after.spell(view, target, relative=relative, root=chain.bound.root)
        parent, _, last = self.parent_and_last(view, target, full)
        local = next(name for name in (last, last + "_module", last + "_module_") if name not in self.scopes.by_name)
        asname = local if local != last else None
        self.want(chain, start, Want(parent, last, asname) if parent else Want(last, None, asname))
        return local

    def want(self, chain, start, want):
        """At the top of the file, or beside the import in the function that had it."""
        scope, statement = chain.bound.alias.scope, chain.bound.statement
        if scope.kind == "module" and not self.prompt:
            self.wants.append((start, want))
            return
        line = written(want)
        at = self.span(statement)[1]
        begin = self.span(statement)[0]
        indent = self.file.text[self.file.text.rfind("\n", 0, begin) + 1: begin]
        row = begin - len(indent)
        if self.prompt or not indent.strip():
            self.edits.append((row, row, (self.prompt or indent) + line + self.file.newline))
        else:
            self.edits.append((at, at, "; " + line))

    def drop_unused(self, chains):
        """An import whose every use was rewritten to another module goes."""
        for bound, rewritten, left in self.touched.values():
            if not rewritten or bound.path in self.plan.modules:
                continue
            scope, local = bound.alias.scope, bound.alias.asname or bound.alias.name.split(".")[0]
            if self.file.is_package and scope.kind == "module":
                continue
            if bound.top:
                # Any other use of the package may need what this import loads.
                full = bound.alias.name
                mine = [c for c in chains if c.bound.top and c.occurrence.name == local]
                if any(self.plan.symbol(c.module.path, c.attribute.attr if c.attribute is not None else "") is None and (c.module.dotted + ".").startswith(full + ".") for c in mine):
                    continue
                if len(self.scopes.of(local, scope)) - len(scope.bindings[local]) != len(mine):
                    continue
            elif left or len(self.scopes.of(local, scope)) - len(scope.bindings[local]) != rewritten:
                continue
            self.remove_alias(bound.statement, bound.alias)

    def remove_alias(self, statement, alias):
        if len(statement.names) == 1:
            self.deleted.append(statement)
            return
        index = statement.names.index(alias)
        start, end = self.span(alias)
        if index + 1 < len(statement.names):
            self.edits.append((start, self.span(statement.names[index + 1])[0], ""))
        else:
            self.edits.append((self.span(statement.names[index - 1])[1], end, ""))

    def delete_statements(self):
        """Takes whole statements out; a block that would be empty keeps `pass`, and `if TYPE_CHECKING:` goes with its last line."""
        gone = [statement for statement in dict.fromkeys(self.deleted) if self.counts(statement)]
        rows = []
        for statement in gone:
            parent = statement.parent
            block = next((body for _, body in ast.iter_fields(parent) if isinstance(body, list) and statement in body), [])
            left = [item for item in block if item not in gone]
            target = statement
            if not left and block and not isinstance(parent, ast.Module):
                if isinstance(parent, ast.If) and is_type_checking(parent.test) and not parent.orelse and isinstance(parent.parent, ast.Module):
                    target = parent
                elif statement is block[-1]:
                    self.edits.append((*self.span(statement), "pass"))
                    continue
            self.cut(target, rows if isinstance(target.parent, ast.Module) and not self.prompt else None)
        self.edits += cuts(self.file.text, rows)

    def cut(self, node, rows=None):
        start, end = self.span(node)
        text = self.file.text
        line_start = text.rfind("\n", 0, start) + 1
        line_end = self.file.line_end(self.file.line_of(end))
        before, after = text[line_start:start], text[end:line_end].strip()
        if self.prompt:
            self.edits.append((line_start, line_end, ""))
        elif before.strip():
            self.edits.append((text.rindex(";", line_start, start), end, ""))
        elif after.startswith(";"):
            following = text.index(";", end) + 1
            while text[following] in " \t":
                following += 1
            self.edits.append((start, following, ""))
        elif rows is not None:
            rows.append((line_start + (self.file.mark if line_start == 0 else 0), line_end))
        else:
            self.edits.append((line_start, line_end, ""))


def inside(parent, child, name):
    """Is the module `child` the submodule `name` of the package at `parent`."""
    folder = parent[:-1] if parent.endswith("/") else parent.rpartition("/")[0]
    return child in (folder + "/" + name + ".py", folder + "/" + name + "/__init__.py", folder + "/" + name + "/", folder + "/" + name + ".pyi")


def is_type_checking(test):
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING")


def written(want):
    if want.text is not None:
        return want.text
    alias = " as %s" % want.asname if want.asname else ""
    return "from %s import %s%s" % (want.module, want.name, alias) if want.name else "import %s%s" % (want.module, alias)

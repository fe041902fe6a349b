"""What goes where: the one description of a move from which every reference is rewritten."""

from modules import Modules


class Plan:
    """`symbols` maps `(path, name)` to `(path, name)`, `modules` maps paths (or `folder/` of a namespace package) to paths; new ones as they will be."""

    def __init__(self, project, symbols=None, modules=None, added=(), gone=()):
        self.project = project
        self.symbols = dict(symbols or {})
        self.modules = dict(modules or {})
        self.before = project.modules
        moved = {source for source in self.modules if not source.endswith("/")}
        targets = {target for target in self.modules.values() if not target.endswith("/")}
        self.after = Modules(frozenset((project.paths - moved - set(gone)) | targets | set(added)))
        self._exports = {}

    def path(self, path):
        """Where a module will be."""
        return self.modules.get(path, path)

    def symbol(self, path, name):
        """Where a name of a module will be: `(path, name)`; None where it stays with its module."""
        return self.symbols.get((path, name))

    def binds(self, path, name):
        """Does the top of a module bind a name other than by importing the submodule of that name."""
        if path.endswith("/"):
            return False
        file = self.project.file(path)
        if file.tree is None:
            return False
        for occurrence in file.scopes.module.bindings.get(name, ()):
            if occurrence.role != "import":
                return True
            alias, statement = occurrence.node, occurrence.node.parent
            if not hasattr(statement, "level"):  # `import x`
                if alias.asname or alias.name == name:
                    return True
                continue
            source = self.before.absolute(path, statement.level, statement.module)
            target = "%s.%s" % (source, alias.name) if source else alias.name
            found = self.before.find(target, path)
            own = self.before.find("%s.%s" % (self.before.name_of(path), name), path)
            if found is None or own is None or found[0] != own[0]:
                return True
        return False

    def submodule(self, path, dotted, name, view):
        """`(path, root)` of the submodule `name` of a package seen from a file; None where the name is something that the package binds."""
        if not (path.endswith("/") or path.rpartition("/")[2].startswith("__init__.")):
            return None
        if self.binds(path, name):
            return None
        return self.before.find("%s.%s" % (dotted, name), view)

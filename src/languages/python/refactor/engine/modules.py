"""Which file is which module: packages with and without `__init__.py`, `src`, test folders, and several roots in one project.

A root is a folder that stands on Python's path. The root of a file is the folder above its outermost package; a file in no package is
found from its own folder (a script, a test without `__init__.py`) and, as part of a namespace package, from the roots of the project.
"""

import re
import sys

IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")
STDLIB = frozenset(getattr(sys, "stdlib_module_names", sys.builtin_module_names))
SUFFIXES = (".py", ".pyi")


def folder_of(path):
    return path.rpartition("/")[0]


def join(folder, name):
    return folder + "/" + name if folder else name


class Modules:
    def __init__(self, paths):
        self.paths = paths
        self.packages = {folder_of(path) for path in paths if path.rpartition("/")[2] == "__init__.py"}
        self.folders = set()  # every folder that holds Python files, at whatever depth
        for path in paths:
            if path.endswith(SUFFIXES):
                folder = folder_of(path)
                while folder and folder not in self.folders:
                    self.folders.add(folder)
                    folder = folder_of(folder)
        self.packages.discard("")
        self.roots = self._roots()

    def _roots(self):
        """Folders on the path of a whole project: `src` and the root first, then what stands above packages and conftest files, the outermost first."""
        manifests = {folder_of(path) for path in self.paths if path.rpartition("/")[2] in ("pyproject.toml", "setup.py", "setup.cfg")}
        first = [folder for home in sorted(manifests | {""}) for folder in (join(home, "src"), home) if folder == "" or folder in self.folders]
        above = {self.base(join(package, "__init__.py")) for package in self.packages}
        tests = {folder_of(path) for path in self.paths if path.rpartition("/")[2] == "conftest.py"} - self.packages
        rest = sorted((above | tests) - set(first), key=lambda folder: (folder.count("/"), folder))
        ordered = [folder for folder in first if folder not in self.packages] + rest
        return list(dict.fromkeys(ordered))

    def base(self, path):
        """The folder above the outermost package of a file: what must be on the path for it to be imported by its name."""
        folder = folder_of(path)
        while folder and folder in self.packages:
            folder = folder_of(folder)
        return folder

    def name_of(self, path):
        """The dotted name of a file, from the root that it is most likely imported from; None where a part of it is no identifier."""
        base = self.base(path)
        if base == folder_of(path) and base:  # in no package: part of a namespace below a root, or alone in its folder
            for root in self.roots:
                if base == root or root == "" or base.startswith(root + "/"):
                    name = self.spelled(path, root)
                    if name is not None:
                        return name
        return self.spelled(path, base)

    def spelled(self, path, root):
        """The dotted name of a file seen from a root; None where it lies outside or a part is no identifier."""
        if root and not path.startswith(root + "/"):
            return None
        rest = path[len(root) + 1:] if root else path
        if rest.endswith("/"):
            parts = rest[:-1].split("/")
        else:
            stem = rest.rpartition(".")[0]
            parts = stem.split("/")
            if parts[-1] == "__init__":
                parts.pop()
        return ".".join(parts) if parts and all(IDENTIFIER.match(part) for part in parts) else None

    def names_of(self, path):
        """Every dotted name under which a file may be imported, its own first."""
        names = [self.name_of(path), self.spelled(path, self.base(path))]
        names += [self.spelled(path, root) for root in self.roots if self.base(path) == folder_of(path) or root == self.base(path)]
        return [name for name in dict.fromkeys(names) if name]

    def roots_for(self, path):
        """The roots that imports in a file are looked up from, its own first."""
        if path is None:
            return self.roots
        return list(dict.fromkeys([self.base(path)] + self.roots))

    def find(self, module, path=None):
        """`(path, root)` of a dotted name seen from a file: a module, a package's `__init__.py`, or `folder/` for a namespace package."""
        if not module:
            return None
        namespace = None
        inner = module.replace(".", "/")
        for number, root in enumerate(self.roots_for(path)):
            if number and module.partition(".")[0] in STDLIB:
                break
            stem = join(root, inner)
            for candidate in (stem + "/__init__.py", stem + ".py", stem + "/__init__.pyi", stem + ".pyi"):
                if candidate in self.paths:
                    return candidate, root
            if namespace is None and stem in self.folders:
                namespace = (stem + "/", root)
        return namespace

    def package_of(self, path):
        """The dotted package in which relative imports of a file start, seen from its base; '' for a file in no package."""
        name = self.spelled(path, self.base(path)) or ""
        return name if path.rpartition("/")[2] in ("__init__.py", "__init__.pyi") else name.rpartition(".")[0]

    def package_of_view(self, path):
        """As `package_of`, where a file in no `__init__.py` package counts as part of a namespace package below its root."""
        package = self.package_of(path)
        if not package and folder_of(path) and self.base(path) == folder_of(path):
            package = (self.name_of(path) or "").rpartition(".")[0]
        return package

    def absolute(self, path, level, module):
        """The dotted name behind a relative import; None where its dots lead out of the package."""
        if not level:
            return module or ""
        package = self.package_of_view(path)
        parts = package.split(".") if package else []
        if level > len(parts):
            return None
        parts = parts[: len(parts) - (level - 1)]
        return ".".join(parts + ([module] if module else []))

    def spell(self, view, target, relative=False, root=None):
        """How a file writes the module of another: with dots where `relative` and both are of one package, else from the root given or its own.

        `target` is a path, or `folder/` for a namespace package. None where it cannot be imported.
        """
        if relative:
            package, name = self.package_of_view(view), self.name_of(target)
            own = self.name_of(view)
            if package and name and own and own.split(".")[0] == name.split(".")[0] and self.base_root(view) == self.base_root(target):
                return relative_name(package, name)
        base = self.base(target)
        if root is not None and (root == base or (base == folder_of(target.rstrip("/")) and root == self.base_root(target))):
            return self.spelled(target, root)
        return self.name_of(target)

    def base_root(self, path):
        """The folder from which `name_of` spells a file."""
        name = self.name_of(path)
        if name is None:
            return self.base(path)
        bare = path[:-1] if path.endswith("/") else path.rpartition(".")[0]
        if bare.endswith("/__init__") and not path.endswith("/"):
            bare = bare[: -len("/__init__")]
        return bare[: len(bare) - len(name)].rstrip("/")


def relative_name(package, target):
    """`..c.d` for the module a.c.d seen from the package a.b."""
    mine, other = package.split("."), target.split(".")
    same = 0
    while same < min(len(mine), len(other)) and mine[same] == other[same]:
        same += 1
    return "." * (len(mine) - same + 1) + ".".join(other[same:])

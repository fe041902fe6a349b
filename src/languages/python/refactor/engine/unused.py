"""Remove unused: imports that nothing reads, and private declarations at the top of a module that nothing names anywhere."""

import ast
import re

from edits import Edits
from hierarchy import known
from importing import drop_imports
from inference import Types
from references import in_all, last_name, parsed, views
from scopes import DEFINITIONS, FUNCTIONS
from selection import begin, block_of

NOQA = re.compile(r"#\s*noqa(?!\s*:)|#\s*noqa\s*:[^#]*\bF401\b|#\s*(?:pylint|type|isort)\s*:", re.I)
NOQA_FILE = re.compile(r"^\s*#\s*(?:ruff|flake8)\s*:\s*noqa", re.M | re.I)
# With one of these a module may reach its names by computed strings.
COMPUTED = re.compile(r"\b(?:globals|locals|vars|eval|exec|__getattr__|modules)\b")


def remove_unused(project, operation):
    paths = [path for path in operation.get("paths") or project.python if path.endswith(".py")]
    work = Unused(project)
    files = [project.file(path) for path in paths]
    for file in files:
        if file.tree is None:
            project.note("kept", file.path, file.problem["line"], "It does not parse.")
    files = [file for file in files if file.tree is not None]
    if operation.get("what") != "imports":
        while any([work.symbols(file) for file in files]):
            pass  # what only the removed ones used is unused now
    for file in files:
        work.imports(file)
    result = work.finish()
    names = sum(len(found) for found in work.gone.values()), sum(len(found) for found in work.dropped.values())
    summary = "Removed %d import%s and %d declaration%s in %d file%s." % (names[1], "s" * (names[1] != 1), names[0], "s" * (names[0] != 1), len(result), "s" * (len(result) != 1))
    return {"edits": result, "notes": project.notes, "summary": summary if result else "Nothing is unused."}


class Unused:
    def __init__(self, project):
        self.project, self.edits, self.types = project, Edits(project), Types(project)
        self.gone, self.dropped = {}, {}  # path -> spans of declarations; path -> local names of imports

    def removed(self, path, offset):
        return any(start <= offset < end for start, end in self.gone.get(path, ()))

    # declarations

    def symbols(self, file):
        """Marks what is unused in a file now; true where something was found."""
        if COMPUTED.search(file.text) or file.path.rpartition("/")[2] in ("conftest.py", "setup.py"):
            return False
        found = False
        exported = self._exported(file)
        for node in file.scopes.tree.body:
            name = self._name(file, node)
            if name is None or name.startswith("__") or name == "_" or (not name.startswith("_") and (exported is None or name in exported)):
                continue
            if name.startswith(("test", "Test", "pytest")) or len(file.scopes.module.bindings.get(name, ())) != 1:
                continue
            span = self._span(file, node)
            if not self.removed(file.path, span[0]) and self._unnamed(file, name, span):
                self.gone.setdefault(file.path, []).append(span)
                found = True
        return found

    def _name(self, file, node):
        """The name that a statement declares, where the statement does nothing else."""
        if isinstance(node, FUNCTIONS):
            return None if node.decorator_list or _calls(node.args) else node.name
        if isinstance(node, ast.ClassDef):
            plain = not node.decorator_list and not node.keywords and all(self._inert(file, base) for base in node.bases)
            return node.name if plain and not any(_calls(item) for item in node.body if not isinstance(item, FUNCTIONS)) and not any(
                isinstance(item, FUNCTIONS) and item.decorator_list for item in node.body) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and not _calls(node.value):
            return node.targets[0].id
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None and not _calls(node.value):
            return node.target.id
        return None

    def _inert(self, file, base):
        """Does deriving from a class do nothing: it is `object`, or an exception or plain class of the standard library."""
        values = self.types.of(views(file)[0], base) or ()
        found = known(next(iter(values))[1]) if len(values) == 1 and next(iter(values))[0] == "outside" else None
        return isinstance(found, type) and type(found) is type and "__init_subclass__" not in vars(found)

    def _span(self, file, node):
        first = file.line_of(begin(file, node))
        while first > 1 and re.match(r"#", file.line(first - 1)) and not re.match(r"#\s*(?:%%|region|---|===|!)", file.line(first - 1)):
            first -= 1
        start, end = max(file.line_start(first), file.mark), file.line_end(node.end_lineno)
        rest = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))+").match(file.text, end)
        return start, rest.end() if rest and rest.end() < len(file.text) and isinstance(node, DEFINITIONS) else end

    def _unnamed(self, file, name, span):
        """Does no text of the project name it: code, strings, comments, settings, documents."""
        word = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(name))
        for path in self.project.containing(name, among=sorted(self.project.paths)):
            text = file.text if path == file.path else self.project.data(path).decode("utf-8", "replace")
            for match in word.finditer(text):
                inside = path == file.path and span[0] <= match.start() < span[1]
                if not inside and not self.removed(path, match.start()):
                    return False
        start = file.line_start(file.line_of(span[0]))
        return not re.search(r"#\s*(?:noqa|pragma|type:|vulture)", file.text[start:span[1]].partition("\n")[0])

    def _exported(self, file):
        """The strings of `__all__`; None for a module without one."""
        if "__all__" not in file.scopes.module.bindings:
            return None
        return {node.value for node in views(file)[0].walk() if isinstance(node, ast.Constant) and isinstance(node.value, str) and in_all(node)}

    # imports

    def imports(self, file):
        name = file.path.rpartition("/")[2]
        if name in ("__init__.py", "conftest.py") or NOQA_FILE.search(file.text) or re.search(r"\b(?:globals|locals|eval|exec)\(", file.text):
            return
        for node in file.scopes.tree.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "module", None) == "__future__" or self.removed(file.path, file.start(node)):
                continue
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                if alias.name != "*" and self._unread(file, node, alias, local):
                    self.dropped.setdefault(file.path, set()).add(local)
        for node in views(file)[0].walk():
            if isinstance(node, (ast.Import, ast.ImportFrom)) and node.scope.kind == "function":
                self._inner(file, node)

    def _unread(self, file, node, alias, local):
        if alias.asname == alias.name or len(file.scopes.module.bindings.get(local, ())) != 1 or self._remarked(file, node, alias):
            return False
        for view in views(file):
            for item in view.scopes.by_name.get(local, ()):
                outer = item.owner is None if view.example else item.owner is file.scopes.module
                if outer and item.role != "import" and not self.removed(file.path, item.start + file.mark):
                    return False
                if item.role == "parameter" and not view.example:
                    return False  # an imported fixture is asked for by a parameter
        word = re.compile(r"(?<!\w)%s(?!\w)" % re.escape(local))
        if any(word.search(constant.value) for constant in file.scopes.opaque if isinstance(constant.value, str)) or re.search(r"#\s*type:.*(?<!\w)%s(?!\w)" % re.escape(local), file.text):
            return False
        if local in (self._exported(file) or ()) or self._imported_from(file, local):
            return False
        if self._acts(file, node, alias):
            self.project.note("kept", file.path, node.lineno, "Importing %s may do something." % alias.name)
            return False
        return True

    def _remarked(self, file, node, alias):
        lines = {node.lineno, node.end_lineno, alias.lineno}
        return any(NOQA.search(file.line(line)) for line in lines)

    def _imported_from(self, file, local):
        """Does another file take the name from this one."""
        for other in parsed(self.project, local)[0]:
            if other.path == file.path:
                continue
            for view in views(other):
                for node in view.walk():
                    if isinstance(node, ast.ImportFrom) and any(alias.name in (local, "*") for alias in node.names) and self.types.names.source(other.path, node) == file.path:
                        return True
                    if isinstance(node, ast.Attribute) and node.attr == local and file.path in self.types.names.modules(view, node.value)[0]:
                        return True
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"[.:]%s(?!\w)" % re.escape(local), node.value):
                        module = re.split(r"[.:]%s(?!\w)" % re.escape(local), node.value)[0]
                        if re.fullmatch(r"[\w.]+", module) and self.project.path_of(module, other.path) == file.path:
                            return True
        return any(self.types.names.source(other.path, star) == file.path for other in self._starred() for star in other.scopes.module.stars)

    def _starred(self):
        return [file for file in (self.project.file(path) for path in self.project.python if b"import *" in self.project.data(path)) if file.tree is not None]

    def _acts(self, file, node, alias):
        """Is a module of the project imported that does more than declare."""
        found = self.types.names.imported(file.path, alias)
        if isinstance(node, ast.Import) and "." in alias.name and not alias.asname:
            inner = self.project.path_of(alias.name, file.path)
            found = {("module", inner)} if inner else found
        modules = [value[1] for value in found if value[0] == "module"]
        if isinstance(node, ast.ImportFrom) and not modules:
            return False
        return any(path.endswith("/") or not _declares_only(self.project.file(path)) for path in modules)

    def _inner(self, file, node):
        """An import inside a function, of something from outside the project or of a name."""
        step = node.parent
        while step is not None and not isinstance(step, FUNCTIONS):
            if isinstance(step, ast.Try):
                return  # a probe
            step = getattr(step, "parent", None)
        alias = node.names[0]
        local = alias.asname or alias.name.split(".")[0]
        scope = node.scope
        if len(node.names) > 1 or alias.name == "*" or len(scope.bindings.get(local, ())) != 1 or self._remarked(file, node, alias) or isinstance(node, ast.Import):
            return
        if any(item.role != "import" for item in file.scopes.of(local, scope)) or self._acts(file, node, alias):
            return
        block, _ = block_of(node)
        start, end = file.line_start(node.lineno), file.line_end(node.end_lineno)
        if file.text[start:file.start(node)].strip() or file.text[file.end(node):end].strip() or len(block) == 1 or self.removed(file.path, start):
            return
        self.edits.replace(file.path, start, end, "")
        self.dropped.setdefault(file.path + "\0inner", set()).add((local, start))

    def finish(self):
        for path, spans in self.gone.items():
            for start, end in spans:
                self.edits.replace(path, start, end, "")
        for path, names in self.dropped.items():
            if "\0" not in path:
                self.edits.write(path, drop_imports(self.edits.text_after(path), names, path))
        return self.edits.result()


def _calls(node):
    return any(isinstance(item, (ast.Call, ast.Await, ast.NamedExpr)) for item in ast.walk(node))


def _declares_only(file):
    """Does loading a module only declare things."""
    if file.tree is None:
        return False
    for node in file.tree.body:
        if isinstance(node, DEFINITIONS):
            if node.decorator_list or (isinstance(node, ast.ClassDef) and (node.keywords or any(last_name(base) not in ("object", "Exception") for base in node.bases))):
                return False
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            if _calls(node):
                return False
        elif not (isinstance(node, ast.ImportFrom) and node.module == "__future__") and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return False
    return True

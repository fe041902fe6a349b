"""What a name at the top of a module is called everywhere in the project: imports in every form, re-exports, attributes of modules, strings, doctests.

`Bearers` follows one name from the module that declares it through all modules that pass it on under the same name.
"""

import ast
import re

from capture import captured
from doctests import examples
from positions import string_content

DOTTED = re.compile(r"[^\W\d]\w*(?:[.:][^\W\d]\w*)+\Z")
# Functions whose second argument names an attribute of the first.
BY_NAME = ("getattr", "hasattr", "setattr", "delattr", "object", "spy", "stub")


class View:
    """A text with scopes of its own: a file, or the examples of a docstring, whose unknown names are those of the file."""

    def __init__(self, file, scopes, example):
        self.file, self.scopes, self.example = file, scopes, example
        self.path = file.path
        self._nodes = None

    def span(self, node):
        start, end = self.scopes.lines.span(node)
        return start + self.file.mark, end + self.file.mark

    def attribute(self, node):
        """The span of the name behind the dot."""
        end = self.span(node)[1]
        return end - len(node.attr), end

    def string(self, node):
        """The span of the content of a plain string literal; None for others."""
        span = string_content(self.scopes.lines, node)
        return span and (span[0] + self.file.mark, span[1] + self.file.mark)

    def walk(self):
        """Every node, those of annotations in strings too."""
        if self._nodes is None:
            self._nodes = []
            for node in ast.walk(self.scopes.tree):
                if hasattr(node, "parent"):
                    self._nodes.append(node)
                    if isinstance(node, ast.Constant) and hasattr(node, "annotation"):
                        self._nodes += ast.walk(node.annotation)
        return self._nodes


def views(file):
    """The file and its doctests."""
    known = getattr(file, "views", None)
    if known is None:
        known = file.views = [View(file, file.scopes, False)] + [View(file, found.scopes, True) for found in examples(file)]
    return known


def parsed(project, word):
    """The files that hold a word and parse, and the paths of those that do not."""
    files = [project.file(path) for path in project.containing(word)]
    return [file for file in files if file.tree is not None], [file.path for file in files if file.tree is None]


class Names:
    """What names and chains of attributes denote: `("module", path)`, `("symbol", path, name)`, `("local", scope, name)`, `("outside", dotted)`."""

    def __init__(self, project):
        self.project = project
        self._known = {}

    def top(self, path, name):
        """What a name at the top of a module denotes, imports followed to their end. Empty: nothing binds it there."""
        key = (path, name)
        if key in self._known:
            return self._known[key]
        self._known[key] = frozenset()  # a circle of imports leads nowhere
        found = self._top(path, name)
        self._known[key] = found
        return found

    def _top(self, path, name):
        if path.endswith("/"):
            return self._submodule(path, name)
        file = self.project.file(path)
        if file.tree is None:
            return frozenset([("outside", name)])
        scope = file.scopes.module
        if scope.bindings.get(name):
            return self._bound(path, scope, name, ("symbol", path, name))
        for statement in scope.stars:
            source = self.source(path, statement)
            if source and not name.startswith("_"):
                found = self.top(source, name)
                if found:
                    return found
        return self._submodule(path, name)

    def _submodule(self, path, name):
        if not path.endswith(("/", "__init__.py", "__init__.pyi")):
            return frozenset()
        module = self.project.module_of(path)
        inner = self.project.path_of("%s.%s" % (module, name), path) if module else None
        return frozenset([("module", inner)] if inner else [])

    def source(self, path, statement):
        """The file that a `from` statement names; None for what is outside."""
        module = self.project.resolve_import(path, statement)
        return self.project.path_of(module, path) if module else None

    def _bound(self, path, scope, name, own):
        found = set()
        for occurrence in scope.bindings[name]:
            found |= self.imported(path, occurrence.node) if occurrence.role == "import" else {own}
        return frozenset(found)

    def imported(self, path, alias):
        """What an import alias binds."""
        statement = alias.parent
        if isinstance(statement, ast.Import):
            dotted = alias.name if alias.asname else alias.name.split(".")[0]
            module = self.project.path_of(dotted, path)
            return {("module", module)} if module else {("outside", dotted)}
        source = self.source(path, statement)
        if source is None:
            return {("outside", "%s.%s" % (statement.module or "", alias.name))}
        return set(self.top(source, alias.name)) or {("outside", alias.name)}

    def denotes(self, view, node):
        """What a Name or Attribute stands for; empty where that is not known."""
        if isinstance(node, ast.Name):
            occurrence = view.scopes.at(node)
            owner = occurrence.owner if occurrence else None
            if owner is None or (owner.kind == "module" and not view.example):
                return self.top(view.path, node.id) or frozenset([("builtin", node.id)])
            return self._bound(view.path, owner, node.id, ("local", owner, node.id))
        if isinstance(node, ast.Attribute):
            found = set()
            for value in self.denotes(view, node.value):
                if value[0] == "module":
                    found |= self.top(value[1], node.attr)
                elif value[0] == "outside":
                    found.add(("outside", "%s.%s" % (value[1], node.attr)))
                else:
                    return frozenset()
            return frozenset(found)
        return frozenset()

    def modules(self, view, node):
        """The modules of the project that an expression may stand for, and whether it can be nothing else."""
        found = self.denotes(view, node)
        modules = {value[1] for value in found if value[0] == "module"}
        return modules, len(modules) == len(found)


class Place:
    """One place that spells the symbol. `node`: the Name, Attribute, alias or Constant; `text`: what a rename writes there."""

    __slots__ = ("view", "start", "end", "kind", "node", "text")

    def __init__(self, view, span, kind, node, text):
        self.view, self.kind, self.node, self.text = view, kind, node, text
        self.start, self.end = span

    @property
    def line(self):
        return self.view.file.line_of(self.start)


class Bearers:
    """The references to the symbol `name` of `path`, and what they become when it is called `new` (None: they are only looked up)."""

    def __init__(self, project, path, name, new):
        self.project, self.path, self.name, self.new = project, path, name, new
        self.names = Names(project)
        self.files, self.broken = parsed(project, name)
        self.places, self.kept, self.mixed = [], [], []
        self._bears = {path: True}
        self._code = re.compile(r"[.]%s(?!\w)|(?<!\w)%s\(|import .*(?<!\w)%s(?!\w)" % ((re.escape(name),) * 3))  # code in a string, to be run elsewhere
        for file in self.files:
            for view in views(file):
                self._imports(view)
                self._loads(view)
                self._attributes(view)
                self._strings(view)

    def bears(self, path):
        """Does the top of a module bind the symbol under its own name, and nothing else under it."""
        if path in self._bears:
            return self._bears[path]
        self._bears[path] = False
        self._bears[path] = found = self._passes_on(path)
        return found

    def _passes_on(self, path):
        if path.endswith("/") or path not in self.project.paths:
            return False
        file = self.project.file(path)
        if file.tree is None:
            return False
        scope = file.scopes.module
        bindings = scope.bindings.get(self.name)
        if not bindings:
            return any(self._source_bears(path, statement) for statement in scope.stars) and not self.name.startswith("_")
        return self.renames(views(file)[0], scope)

    def _source_bears(self, path, statement):
        source = self.names.source(path, statement)
        return source is not None and self.bears(source)

    def is_import(self, view, occurrence):
        """Does a binding import the symbol by its name."""
        alias = occurrence.node
        return (occurrence.role == "import" and isinstance(alias.parent, ast.ImportFrom) and alias.name == self.name
                and self._source_bears(view.path, alias.parent))

    def renames(self, view, scope):
        """Can all that a scope calls `name` be called `new`: it is nothing but the symbol, and the new name is free."""
        bindings = scope.bindings.get(self.name, ())
        if not bindings or not all(self.is_import(view, occurrence) for occurrence in bindings):
            return False
        return self.new is None or captured(view.scopes, scope, view.scopes.of(self.name, scope), self.new) is None

    def _put(self, view, span, kind, node, text=None):
        self.places.append(Place(view, span, kind, node, (self.new or self.name) if text is None else text))

    def _occurrence(self, view, occurrence, kind, text=None):
        if occurrence.start < 0:
            self.mixed.append(Place(view, view.span(occurrence.node), kind, occurrence.node, ""))
            return
        self._put(view, (occurrence.start + view.file.mark, occurrence.end + view.file.mark), kind, occurrence.node, text)

    def _imports(self, view):
        for node in view.walk():
            if not isinstance(node, ast.ImportFrom) or not any(alias.name == self.name for alias in node.names) or not self._source_bears(view.path, node):
                continue
            for alias in node.names:
                if alias.name != self.name:
                    continue
                start = view.span(alias)[0]
                span = (start, start + len(self.name))
                if alias.asname not in (None, self.name):
                    self._put(view, span, "import", alias)
                    continue
                scope = alias.scope
                if self.renames(view, scope):
                    self._put(view, span, "import", alias)
                    for occurrence in view.scopes.of(self.name, scope):
                        if occurrence.node is not alias:
                            self._occurrence(view, occurrence, "name")
                    if alias.asname:
                        self._put(view, (view.span(alias)[1] - len(self.name), view.span(alias)[1]), "import", alias)
                elif alias.asname:
                    self._put(view, span, "import", alias)
                else:
                    self.kept.append(Place(view, span, "import", alias, ""))
                    self._put(view, span, "import", alias, "%s as %s" % (self.new, self.name))

    def _loads(self, view):
        if view.path == self.path and not view.example:
            for occurrence in view.scopes.of(self.name, view.scopes.module):
                alias = occurrence.node
                if occurrence.role == "import" and not alias.asname:
                    self._occurrence(view, occurrence, "name", "%s as %s" % (self.name, self.new))
                else:
                    self._occurrence(view, occurrence, "name")
        elif view.example or view.scopes.module.stars:
            for occurrence in view.scopes.by_name.get(self.name, ()):
                stars = view.scopes.module.stars if view.example else ()
                if occurrence.owner is None and (self.bears(view.path) or any(self._source_bears(view.path, star) for star in stars)):
                    self._occurrence(view, occurrence, "name")

    def _attributes(self, view):
        for node in view.walk():
            if not isinstance(node, ast.Attribute) or node.attr != self.name:
                continue
            modules, sure = self.names.modules(view, node.value)
            bearing = [path for path in modules if self.bears(path)]
            if bearing and sure and len(bearing) == len(modules):
                self._put(view, view.attribute(node), "attribute", node)
            elif bearing:
                self.mixed.append(Place(view, view.attribute(node), "attribute", node, ""))

    def _strings(self, view):
        for node in view.walk():
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or self.name not in node.value:
                continue
            if isinstance(node.parent, ast.JoinedStr) or hasattr(node, "annotation"):
                continue
            at = self._in_string(view, node)
            span = view.string(node)
            if at is not None and span:
                self._put(view, (span[0] + at, span[0] + at + len(self.name)), "all" if in_all(node) else "string", node)
            elif at is not None or node.value == self.name or self._code.search(node.value) and not isinstance(node.parent, ast.Expr):
                self.kept.append(Place(view, view.span(node), "string", node, ""))

    def _in_string(self, view, node):
        """Where in the content of a string the symbol is named; None where it is not."""
        if node.value == self.name:
            if in_all(node) and self.bears(view.path):
                return 0
            call = node.parent
            if isinstance(call, ast.Call) and len(call.args) > 1 and call.args[1] is node and last_name(call.func) in BY_NAME:
                modules, sure = self.names.modules(view, call.args[0])
                if sure and modules and all(self.bears(path) for path in modules):
                    return 0
            return None
        return dotted_place(self.project, view.path, node.value, self.name, self.bears)


def dotted_place(project, path, text, name, bears):
    """Where `name` stands in `pkg.module.name` or `pkg.module:name.more`; None where the text does not lead to it."""
    if not DOTTED.match(text):
        return None
    parts = re.split(r"[.:]", text)
    for count in range(len(parts) - 1, 0, -1):
        if parts[count] == name:
            module = project.path_of(".".join(parts[:count]), path)
            if module and bears(module):
                return len(".".join(parts[:count])) + 1
    return None


def last_name(node):
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def in_all(node):
    """Is a constant an element of `__all__`."""
    while isinstance(getattr(node, "parent", None), (ast.List, ast.Tuple, ast.Set, ast.BinOp, ast.Call, ast.Starred)):
        if isinstance(node.parent, ast.Call) and not (isinstance(node.parent.func, ast.Attribute) and last_name(node.parent.func.value) == "__all__"):
            return False
        node = node.parent
    parent = getattr(node, "parent", None)
    if isinstance(parent, ast.Expr):
        return isinstance(node, ast.Call)
    targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target] if isinstance(parent, (ast.AugAssign, ast.AnnAssign)) else []
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)

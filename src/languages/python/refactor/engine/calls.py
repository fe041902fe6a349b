"""Every use of a function in the project: its calls, and where it is passed on as a value."""

import ast

from inference import Types, decorators
from hierarchy import Family
from members import Uses
from references import last_name, parsed, views
from refusal import Refusal
from scopes import DEFINITIONS, FUNCTIONS

# These call what they are given with positions alone.
BY_POSITION = {"map", "filter", "sorted", "min", "max", "reduce", "Thread", "submit", "apply", "starmap"}


class Use:
    """`call` is the call, None for a value or a decorator; `given`: how many first arguments stand for `self`; `shift`: 1 in `partial(f, …)`."""

    __slots__ = ("view", "node", "call", "given", "shift", "kind")

    def __init__(self, view, node, call, kind, given=0, shift=0):
        self.view, self.node, self.call, self.kind, self.given, self.shift = view, node, call, kind, given, shift

    @property
    def line(self):
        return self.view.file.line_of(self.view.span(self.node)[0])

    def place(self):
        return {"path": self.view.path, "line": self.line}


class Function:
    """A function with all that must change along with its parameters: `definitions` as `(view, node)`, `uses`, and `unknown` places as Uses."""

    def __init__(self, project, found):
        self.project, self.found = project, found
        self.types = Types(project)
        self.definitions, self.uses, self.unknown = [], [], []
        if not isinstance(found.node, FUNCTIONS):
            if isinstance(found.node, ast.ClassDef):
                raise Refusal("unsupported", "%s is a class: name its __init__." % found.name, {"path": found.path, "line": found.line})
            raise Refusal("not_found", "%s is no function." % found.name, {"path": found.path})
        if found.member:
            self._method()
        else:
            self._plain()

    @property
    def bound(self):
        """Is the first parameter filled by Python."""
        return self.found.member and "staticmethod" not in decorators(self.found.node)

    def parameters(self, node):
        """The positional parameters that callers fill."""
        arguments = node.args.posonlyargs + node.args.args
        return arguments[1:] if self.bound else arguments

    # functions

    def _plain(self):
        found = self.found
        view = views(found.file)[0]
        for occurrence in found.scope.bindings[found.name]:
            if isinstance(occurrence.node, FUNCTIONS):
                self.definitions.append((view, occurrence.node))
            else:
                raise Refusal("dynamic_use", "%s, line %d, gives %s another value." % (found.path, occurrence.node.lineno, found.name), {"path": found.path, "line": occurrence.node.lineno})
        if found.scope.kind != "module":
            for occurrence in found.file.scopes.of(found.name, found.scope):
                if occurrence.role == "load":
                    self._use(view, occurrence.node)
            return
        target, names = frozenset([("symbol", found.path, found.name)]), self.types.names
        words, waiting, seen = set(), {found.name}, set()
        while waiting:
            word = waiting.pop()
            words.add(word)
            for file in parsed(self.project, word)[0]:
                for own in views(file):
                    for node in own.walk():
                        if isinstance(node, ast.alias) and node.name == word and node.asname and node.asname not in words:
                            if target <= names.imported(own.path, node):
                                waiting.add(node.asname)
                        spelled = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
                        if spelled != word or not isinstance(node.ctx, ast.Load) or node in seen:
                            continue
                        denoted = names.denotes(own, node)
                        if target <= denoted:
                            seen.add(node)
                            if len(denoted) > 1:
                                raise Refusal("dynamic_use", "%s, line %d: what %s means depends on what could be imported." % (own.path, node.lineno, word), {"path": own.path, "line": node.lineno})
                            self._use(own, node)

    def _use(self, view, node, given=0):
        parent = node.parent
        if isinstance(parent, ast.Call) and parent.func is node:
            self.uses.append(Use(view, node, parent, "call", given))
        elif isinstance(parent, ast.Call) and parent.args[:1] == [node] and last_name(parent.func) in ("partial", "partialmethod"):
            self.uses.append(Use(view, node, parent, "partial", given, 1))
        elif isinstance(parent, DEFINITIONS) and node in parent.decorator_list:
            self.uses.append(Use(view, node, None, "decorator", given))
        else:
            self.uses.append(Use(view, node, None, "value", given))

    # methods

    def _method(self):
        found, name = self.found, self.found.name
        if name == "__init__":
            family = Family(self.project, self.types, found.path, found.scope.node, name)
            self._constructor(family)
            return
        found_uses = Uses(self.project, found)
        found_uses.family.check_outside(name + "_")
        self.types = found_uses.types
        for path, node in sorted(found_uses.family.members, key=lambda item: (item[0], item[1].lineno)):
            self._define(path, node, name)
        for view, _, _, node in found_uses.certain:
            if isinstance(node, ast.Attribute):
                self._use(view, node, self._given(view, node))
            elif isinstance(node, ast.Constant):
                self.uses.append(Use(view, node, None, "string"))
        own = None
        if found_uses.unknown:
            own = found_uses.alone()
        for view, _, _, node in found_uses.unknown:
            if own is not None:
                self.unknown.append(Use(view, node, None, "unknown"))
            elif isinstance(node, ast.Attribute):
                self.project.note("also", view.path, node.lineno, "What .%s is called on is not known; only %s has it." % (name, found.scope.node.name))
                self._use(view, node)
        if self.unknown:
            raise Refusal("dynamic_use", "Whether %d uses of .%s mean %s cannot be known: %s." % (len(self.unknown), name, found.scope.node.name, own),
                          {"places": [use.place() for use in self.unknown]}, "Annotate what they are called on.")

    def _define(self, path, node, name):
        declared = self.types.declares(path, node, name)
        if not isinstance(declared, FUNCTIONS):
            raise Refusal("unsupported", "%s.%s in %s is no plain method." % (node.name, name, path), {"path": path, "line": node.lineno})
        scope = self.project.file(path).scopes.scope_of[node]
        for occurrence in scope.bindings[name]:
            if isinstance(occurrence.node, FUNCTIONS):
                self.definitions.append((views(self.project.file(path))[0], occurrence.node))

    def _given(self, view, node):
        values = self.types.of(view, node.value) or ()
        by_class = any(value[0] == "class" for value in values)
        return 1 if by_class and not set(decorators(self.found.node)) & {"classmethod", "staticmethod"} else 0

    def _constructor(self, family):
        """Calls of the class, and of subclasses without an `__init__` of their own; `super().__init__(…)`."""
        own = (self.found.path, self.found.scope.node)
        heirs = {item for item in family.classes if (self.types.member(item[0], item[1], "__init__") or (None, None))[1] is self.found.node}
        self.definitions = [(views(self.found.file)[0], self.found.node)]
        words, waiting = set(), {node.name for _, node in heirs} | {"cls", "__init__"}
        while waiting:
            word = waiting.pop()
            words.add(word)
            files = parsed(self.project, word)[0] if word not in ("cls", "__init__") else [self.project.file(path) for path in sorted({path for path, _ in family.classes})]
            for file in files:
                for view in views(file):
                    for node in view.walk():
                        if isinstance(node, ast.alias) and node.name == word and node.asname and node.asname not in words:
                            waiting.add(node.asname)
                        elif isinstance(node, ast.Name) and node.id == word and isinstance(node.ctx, ast.Load):
                            self._class_use(view, node, heirs)
                        elif isinstance(node, ast.Attribute) and node.attr == word and isinstance(node.ctx, ast.Load):
                            if word == "__init__":
                                self._init_use(view, node, own)
                            else:
                                self._class_use(view, node, heirs)

    def _class_use(self, view, node, heirs):
        values = self.types.of(view, node) or ()
        if not any(value[0] == "class" and (value[1], value[2]) in heirs for value in values):
            return
        parent = node.parent
        if isinstance(parent, ast.Call) and (parent.func is node or parent.args[:1] == [node] and last_name(parent.func) == "partial"):
            if len(values) > 1:
                raise Refusal("dynamic_use", "%s, line %d: which class is called is not known." % (view.path, node.lineno), {"path": view.path, "line": node.lineno})
            self._use(view, node)

    def _init_use(self, view, node, own):
        for value in self.types.of(view, node.value) or ():
            if value[0] in ("super", "class"):
                found = self.types.member(value[1], value[2], "__init__", after=value[0] == "super")
                if found and found[1] is self.found.node:
                    self._use(view, node, 1 if value[0] == "class" else 0)

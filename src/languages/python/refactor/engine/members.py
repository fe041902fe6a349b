"""Rename of what belongs to a class: methods with their overrides, attributes, fields, enum members."""

import ast
import re

from capture import captured
from common_names import COMMON
from declaration import definition
from hierarchy import Family
from inference import Types, decorators
from references import BY_NAME, last_name, parsed, views
from refusal import Refusal
from scopes import FUNCTIONS

DATACLASSES = {"dataclass", "attrs", "define", "frozen", "mutable", "attr", "s"}
PATTERN = re.compile(r"(\w+)\s*=\s*\Z")


class Uses:
    """The places that spell an attribute: `certain` ones as `(view, start, end, node)`, and those whose receiver is not known."""

    def __init__(self, project, found):
        self.project, self.found, self.name = project, found, found.name
        self.types = Types(project)
        self.family = Family(project, self.types, found.path, found.scope.node, found.name)
        self.files, self.broken = parsed(project, found.name)
        self.certain, self.unknown, self.strings = [], [], []
        for path, node in self.family.members:
            self._body(path, node)
        for file in self.files:
            for view in views(file):
                for node in view.walk():
                    self._look(view, node)

    def _body(self, path, node):
        """Names in the bodies of the classes themselves: `def f`, `f: int`, `@f.setter`."""
        view = views(self.project.file(path))[0]
        scope = view.scopes.scope_of[node]
        for occurrence in view.scopes.of(self.name, scope):
            if occurrence.role != "import" and occurrence.start >= 0:
                self.certain.append((view, occurrence.start + view.file.mark, occurrence.end + view.file.mark, occurrence.node))

    def _look(self, view, node):
        if isinstance(node, ast.Attribute) and node.attr == self.name:
            if self.belongs(view, node.value):
                self.certain.append((view, *view.attribute(node), node))
            elif self.types.of(view, node.value) is None:
                self.unknown.append((view, *view.attribute(node), node))
        elif isinstance(node, ast.Constant) and node.value == self.name and view.string(node):
            self._string(view, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and self.name in node.value and not hasattr(node, "annotation"):
            self._dotted(view, node)
        elif isinstance(node, ast.Call) and any(word.arg == self.name for word in node.keywords):
            self._keyword(view, node)
        elif type(node).__name__ == "MatchClass" and self.name in node.kwd_attrs and self.belongs(view, node.cls):
            pattern = node.kwd_patterns[node.kwd_attrs.index(self.name)]
            match = PATTERN.search(view.file.text[:view.span(pattern)[0]])
            self.certain.append((view, match.start(1), match.end(1), node))

    def belongs(self, view, node):
        """Is an expression surely of the family. Mixed with other things it counts as not known."""
        values = self.types.of(view, node)
        if not values:
            return False
        mine = [value for value in values if self.family.has(value)]
        others = [value for value in values if value not in mine and value != ("plain", "NoneType")]
        if mine and others:
            raise Refusal("dynamic_use", "%s, line %d: %s may or may not be the one of %s." % (view.path, node.lineno, self.name, self.found.scope.node.name),
                          {"path": view.path, "line": node.lineno})
        return bool(mine)

    def _string(self, view, node):
        span, parent = view.string(node), node.parent
        if isinstance(parent, ast.Call) and len(parent.args) > 1 and parent.args[1] is node and last_name(parent.func) in BY_NAME:
            if self.belongs(view, parent.args[0]):
                self.certain.append((view, *span, node))
            elif self.types.of(view, parent.args[0]) is None:
                self.unknown.append((view, *span, node))
        elif isinstance(parent, ast.Subscript) and any(value[0] == "class" for value in self.types.of(view, parent.value) or ()) and self.belongs(view, parent.value):
            self.certain.append((view, *span, node))  # `Color["RED"]`
        elif slots(node) and (view.path, slots(node)) in self.family.classes:
            self.certain.append((view, *span, node))
        elif isinstance(parent, ast.Call) and last_name(parent.func) in ("attrgetter", "methodcaller"):
            self.unknown.append((view, *span, node))
        else:
            self.strings.append((view, *span, node))

    def _dotted(self, view, node):
        """`pkg.module.Class.name`, and `Class.name` where a string names the class by its module."""
        match = re.fullmatch(r"((?:\w+\.)+)(\w+)\.%s((?:\.\w+)*)" % re.escape(self.name), node.value)
        module = match and self.project.path_of(match[1][:-1], view.path)
        span = view.string(node)
        if not module or not span:
            return
        for value in self.types.names.top(module, match[2]):
            if value[0] == "symbol":
                inner = definition(self.project.file(value[1]).scopes.module, value[2])
                if inner is not None and self.family.has(("class", value[1], inner)):
                    self.certain.append((view, span[0] + match.end(2) + 1, span[0] + match.end(2) + 1 + len(self.name), node))

    def _keyword(self, view, node):
        """`Point(x=1)` of a dataclass, `replace(point, x=1)`, `point._replace(x=1)`."""
        name = last_name(node.func)
        target = node.args[0] if name == "replace" and node.args else node.func.value if name == "_replace" and isinstance(node.func, ast.Attribute) else None
        if target is not None:
            mine = self.belongs(view, target)
        else:
            values = self.types.of(view, node.func) or ()
            mine = any(value[0] == "class" and self.family.has(value) and self._made_of_fields(value) for value in values)
        if mine:
            word = next(word for word in node.keywords if word.arg == self.name)
            start = view.span(word)[0]
            self.certain.append((view, start, start + len(self.name), node))

    def _made_of_fields(self, value):
        if self.types.member(value[1], value[2], "__init__") is not None:
            return False
        owners = self.types.mro(value[1], value[2])
        return any(set(decorators(node)) & DATACLASSES or any(base and base[1] == "typing.NamedTuple" for base in self.types.bases(path, node)) for path, node in owners)

    def alone(self):
        """Does nothing else in the project, and nothing common, have an attribute of this name."""
        if self.name in COMMON:
            return "builtin types have a %s too" % self.name
        for file in self.files:
            for occurrence in file.scopes.by_name.get(self.name, ()):
                scope = occurrence.scope
                if occurrence.binds and occurrence.role != "import" and scope.kind in ("class", "module") and (file.path, scope.node) not in self.family.members:
                    return "%s, line %d, has a %s too" % (file.path, getattr(occurrence.node, "lineno", 1), self.name)
            for node in views(file)[0].walk():
                if isinstance(node, ast.Attribute) and node.attr == self.name and isinstance(node.ctx, ast.Store) and not self.belongs(views(file)[0], node.value):
                    return "%s, line %d, sets a %s on something else" % (file.path, node.lineno, self.name)
        return None


def slots(node):
    """The class in whose `__slots__` or `__match_args__` a string stands."""
    inner = node.parent
    while isinstance(inner, (ast.List, ast.Tuple, ast.Set)):
        inner = inner.parent
    names = [last_name(target) for target in inner.targets] if isinstance(inner, ast.Assign) else []
    return inner.parent if set(names) & {"__slots__", "__match_args__"} else None


def rename_member(project, edits, found, new, keep):
    old, where = found.name, {"path": found.path, "line": found.line}
    uses = Uses(project, found)
    uses.family.check_outside(new)
    if old.startswith("__") and not old.endswith("__"):
        for path in project.containing("_%s%s" % (found.scope.node.name.lstrip("_"), old)):
            raise Refusal("dynamic_use", "%s uses %s by its mangled name." % (path, old), {"path": path}, "Use a method of the class there.")
    if keep and (found.node is None or old.startswith("__")):
        raise Refusal("unsupported", "Only a method can keep its old name beside the new one; %s is none." % old, where)
    _check_free(project, uses, new)
    _check_computed(project, uses, new)
    places = list(uses.certain)
    if uses.unknown:
        other = None if not old.startswith("__") else "the name is mangled"
        other = other or uses.alone()
        if other:
            raise Refusal("dynamic_use", "Whether %d use%s of .%s mean%s %s cannot be known: %s." % (
                len(uses.unknown), "" if len(uses.unknown) == 1 else "s", old, "s" if len(uses.unknown) == 1 else "", found.scope.node.name, other),
                dict(where, places=[{"path": view.path, "line": view.file.line_of(start)} for view, start, _, _ in uses.unknown]), "Annotate what they are called on.")
        for view, start, _, _ in uses.unknown:
            project.note("also", view.path, view.file.line_of(start), "What .%s is called on is not known; only %s has it." % (old, found.scope.node.name))
        places += uses.unknown
    for view, start, end, _ in places:
        edits.replace(view.path, start, end, new, expect=old)
    for path, node in sorted(uses.family.members, key=lambda item: (item[0], item[1].lineno)):
        if keep:
            _keep(project, edits, path, node, old, new)
        if node is not found.scope.node:
            project.note("also", path, node.lineno, "%s.%s goes with it." % (node.name, old))
    for view, start, _, node in uses.strings:
        project.note("string", view.path, view.file.line_of(start), "The string \"%s\" may name it." % old)
    for path in uses.broken:
        project.note("kept", path, 1, "It does not parse; %s in it stays." % old)


def _check_free(project, uses, new):
    for path, node in sorted(uses.family.classes, key=lambda item: (item[0], item[1].lineno)):
        for owner_path, owner in uses.types.mro(path, node):
            if uses.types.declares(owner_path, owner, new) is not None:
                raise Refusal("name_clash", "%s in %s has a %s already." % (owner.name, owner_path, new), {"path": owner_path, "line": owner.lineno, "name": new}, "Choose another name.")
        scopes = project.file(path).scopes
        scope = scopes.scope_of[node]
        if scope.bindings.get(uses.name):
            hindrance = captured(scopes, scope, scopes.of(uses.name, scope), new)
            if hindrance:
                raise Refusal("name_clash", "The body of %s uses another %s." % (node.name, new), {"path": path, "line": hindrance.node.lineno, "name": new})


def _check_computed(project, uses, new):
    """`getattr(self, f"visit_{name}")`: a renamed `visit_x` would no longer be found."""
    paths = {path for path, _ in uses.family.classes} | {file.path for file in uses.files}
    for path in sorted(paths):
        file = project.file(path)
        if "attr(" not in file.text and "methodcaller(" not in file.text:
            continue
        view = views(file)[0]
        for node in view.walk():
            if not isinstance(node, ast.Call) or last_name(node.func) not in ("getattr", "hasattr", "setattr", "delattr") or len(node.args) < 2:
                continue
            shape = pattern_of(node.args[1])
            if shape is None or isinstance(node.args[1], ast.Constant):
                continue
            values = uses.types.of(view, node.args[0])
            if values is not None and not any(uses.family.has(value) or (value[0] in ("instance", "class") and (value[1], value[2]) in uses.family.classes) for value in values):
                continue
            if shape == ".*":
                project.note("dynamic", path, node.lineno, "An attribute is looked up by a computed name.")
            elif re.fullmatch(shape, uses.name):
                raise Refusal("dynamic_use", "%s, line %d, looks up attributes like %s by a computed name." % (path, node.lineno, uses.name), {"path": path, "line": node.lineno})


def pattern_of(node):
    """What a computed string may look like, as a regular expression."""
    if isinstance(node, ast.Constant):
        return re.escape(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (pattern_of(node.left) or ".*") + (pattern_of(node.right) or ".*")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
        return ".*".join(re.escape(part) for part in re.split(r"%\(?\w*\)?[sdr]|%[sdr]", node.left.value))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format" and isinstance(node.func.value, ast.Constant):
        return ".*".join(re.escape(part) for part in re.split(r"\{[^}]*\}", str(node.func.value.value)))
    return ".*"


def _keep(project, edits, path, node, old, new):
    method = definition(project.file(path).scopes.scope_of[node], old)
    if not isinstance(method, FUNCTIONS):
        return
    file = project.file(path)
    at = file.line_end(method.end_lineno)
    lead = "" if file.text[:at].endswith(("\n", "\r")) else file.newline
    indent = re.match(r"[ \t]*", file.line(method.lineno)).group()
    edits.insert(path, at, "%s%s%s%s = %s%s" % (lead, file.newline, indent, old, new, file.newline))

"""Which scope every name of a module belongs to: Python's own rules, read from the tree, nothing executed.

Every place that spells a name is an `Occurrence`: names, declared functions and classes, parameters, import aliases, `except … as`, patterns,
`global`, type parameters, and names in annotations that are strings. Attributes and keyword arguments are not: they need types (`references`).
Each visited node gets `scope` (in which it is evaluated) and `parent`.
"""

import ast
import re

from positions import Lines, expression_at, parse, string_content

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = FUNCTIONS + (ast.ClassDef,)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# `Literal["x"]` holds values, not annotations; of `Annotated` only the first argument is one.
LITERAL = ("Literal",)


class Scope:
    """A module, class, function, lambda, comprehension, or the one that type parameters open around a definition."""

    def __init__(self, kind, node, parent):
        self.kind, self.node, self.parent = kind, node, parent
        self.bindings = {}  # name -> occurrences that bind it, in order of evaluation
        self.globals, self.nonlocals = set(), set()
        self.stars = []  # the `from m import *` statements

    @property
    def module(self):
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    @property
    def function(self):
        """The nearest scope that is none of a comprehension: where `:=` binds, and what a statement belongs to."""
        scope = self
        while scope.kind == "comprehension":
            scope = scope.parent
        return scope

    @property
    def qualname(self):
        """`Class.method` as a symbol spells it; empty for the module."""
        parts, scope = [], self
        while scope is not None:
            if scope.kind in ("class", "function"):
                parts.append(scope.node.name)
            scope = scope.parent
        return ".".join(reversed(parts))

    def owner(self, name):
        """The scope whose binding `name` means here; None for builtins and what nothing declares."""
        if name in self.globals:
            return self.module if name in self.module.bindings else None
        scope = self
        if name in self.nonlocals:
            scope = self.parent
            while scope is not None and (scope.kind in ("class", "module") or name not in scope.bindings):
                scope = scope.parent
            return scope
        while scope is not None:
            seen = scope.kind != "class" or scope is self or (self.kind == "typeparams" and self.parent is scope)
            if seen and name in scope.globals:
                return scope.module if name in scope.module.bindings else None
            if seen and name in scope.nonlocals and scope is not self:
                return scope.owner(name)
            if seen and name in scope.bindings:
                return scope
            scope = scope.parent
        return None


class Occurrence:
    """One place in the text that spells a name. `role`: what it does there; `owner`: the scope of the binding that it means."""

    __slots__ = ("name", "start", "end", "scope", "owner", "role", "node", "order", "quoted")

    def __init__(self, name, start, end, scope, role, node, order, quoted):
        self.name, self.start, self.end, self.scope, self.role, self.node = name, start, end, scope, role, node
        self.order, self.quoted, self.owner = order, quoted, None

    @property
    def binds(self):
        return self.role not in ("load", "global", "del")


class Scopes:
    """The scopes of one module; `text` has no byte order mark. Raises SyntaxError or ValueError where it does not parse."""

    def __init__(self, text, tree=None, lines=None):
        self.text = text
        self.lines = lines or Lines(text)
        self.tree = tree or parse(text, self.lines)
        self.occurrences = []
        self.opaque = []  # annotations in strings that cannot be read in place (escapes, pieces)
        self.scope_of = {}  # definition, lambda or comprehension -> the scope that it opens
        self._quoted = False
        self.module = self._open("module", self.tree, None)
        self._body(self.tree.body, self.module, self.tree)
        for found in self.occurrences:
            found.owner = self._owner(found)
        self.by_name = {}
        for found in self.occurrences:
            self.by_name.setdefault(found.name, []).append(found)

    def of(self, name, owner):
        """The occurrences of `name` that mean the binding in `owner`, in order of the text."""
        return sorted((o for o in self.by_name.get(name, ()) if o.owner is owner), key=lambda o: o.start)

    def at(self, node):
        """The occurrence that a Name, argument or definition is."""
        for found in self.by_name.get(getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None), ()):
            if found.node is node:
                return found
        return None

    def _owner(self, found):
        scope = found.scope
        if found.role == "load" and scope.kind == "class" and found.name in scope.bindings and found.name not in scope.globals:
            # A class body reads what stands outside until it has bound the name itself: `size = size`.
            if found.order < scope.bindings[found.name][0].order:
                return scope.parent.owner(found.name) if scope.parent.kind != "class" else scope.module.owner(found.name)
        return scope.owner(found.name)

    def _open(self, kind, node, parent):
        scope = Scope(kind, node, parent)
        self.scope_of[node] = scope
        return scope

    def _add(self, name, start, scope, role, node):
        """`start` None: the name is not spelled here in so many characters (`import a.b` binds a, spelled as a part)."""
        if start is not None and not self.text.startswith(name, start):
            start = None  # spelled with other characters that Python takes for the same (NFKC), or continued over lines
        found = Occurrence(name, start if start is not None else -1, start + len(name) if start is not None else -1, scope, role, node, len(self.occurrences), self._quoted)
        self.occurrences.append(found)
        if found.binds:
            home = scope
            if role == "walrus":
                home = scope.function
            if name in home.globals:
                home = home.module
            elif name in home.nonlocals:
                return found
            home.bindings.setdefault(name, []).append(found)
        return found

    def _body(self, statements, scope, parent):
        for statement in statements:
            self._declare(statement, scope)
        for statement in statements:
            self._visit(statement, scope, parent)

    def _declare(self, statement, scope):
        """`global` and `nonlocal` hold for the whole function, so they are read before anything is bound."""
        waiting = [statement]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Global):
                scope.globals.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                scope.nonlocals.update(node.names)
            elif not isinstance(node, DEFINITIONS) and isinstance(node, (ast.stmt, ast.ExceptHandler, getattr(ast, "match_case", ()))):
                waiting.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))

    def _visit(self, node, scope, parent):
        if node is None:
            return
        node.scope, node.parent = scope, parent
        method = getattr(self, "_" + type(node).__name__, None)
        if method is not None:
            method(node, scope)
        else:
            self._children(node, scope)

    def _children(self, node, scope):
        for child in ast.iter_child_nodes(node):
            self._visit(child, scope, node)

    def _each(self, nodes, scope, parent):
        for node in nodes:
            self._visit(node, scope, parent)

    # Names

    def _Name(self, node, scope):
        role = "load" if isinstance(node.ctx, ast.Load) else "del" if isinstance(node.ctx, ast.Del) else "store"
        if isinstance(node.parent, ast.NamedExpr) and node.parent.target is node:
            role = "walrus"
        self._add(node.id, self.lines.start(node), scope, role, node)
        if role == "del":  # `del x` makes x a name of this scope, as a binding does
            home = scope.module if node.id in scope.globals else scope
            if node.id not in scope.nonlocals:
                home.bindings.setdefault(node.id, []).append(self.occurrences[-1])

    def _Global(self, node, scope):
        at = self.lines.start(node)
        for name in node.names:
            at = re.compile(r"\b%s\b" % re.escape(name)).search(self.text, at).start()
            if isinstance(node, ast.Global):  # a module's name, even where only functions assign it
                self._add(name, at, scope, "global", node)
                scope.module.bindings.setdefault(name, [])
            else:
                self._add(name, at, scope, "global", node)

    _Nonlocal = _Global

    # Statements

    def _Assign(self, node, scope):
        self._visit(node.value, scope, node)
        self._each(node.targets, scope, node)

    def _AugAssign(self, node, scope):
        self._visit(node.value, scope, node)
        self._visit(node.target, scope, node)

    def _AnnAssign(self, node, scope):
        self._annotation(node.annotation, scope, node)
        self._visit(node.value, scope, node)
        self._visit(node.target, scope, node)

    def _NamedExpr(self, node, scope):
        self._visit(node.value, scope, node)
        self._visit(node.target, scope, node)

    def _For(self, node, scope):
        self._visit(node.iter, scope, node)
        self._visit(node.target, scope, node)
        self._each(node.body + node.orelse, scope, node)

    _AsyncFor = _For

    def _Import(self, node, scope):
        for alias in node.names:
            alias.scope, alias.parent = scope, node
            start, end = self.lines.span(alias)
            if alias.asname:
                self._add(alias.asname, end - len(alias.asname), scope, "import", alias)
            elif alias.name == "*":
                scope.stars.append(node)
            else:
                self._add(alias.name.split(".")[0], start, scope, "import", alias)

    _ImportFrom = _Import

    def _ExceptHandler(self, node, scope):
        self._visit(node.type, scope, node)
        if node.name:
            at = re.compile(r"\bas[\s\\]+").search(self.text, self.lines.end(node.type)).end()
            self._add(node.name, at, scope, "store", node)
        self._each(node.body, scope, node)

    def _MatchAs(self, node, scope):
        self._visit(node.pattern, scope, node)
        if node.name:
            self._add(node.name, self.lines.end(node) - len(node.name), scope, "store", node)

    def _MatchStar(self, node, scope):
        if node.name:
            self._add(node.name, self.lines.end(node) - len(node.name), scope, "store", node)

    def _MatchMapping(self, node, scope):
        self._children(node, scope)
        if node.rest:
            at = [m.start(1) for m in re.finditer(r"\*\*\s*(%s)\b" % re.escape(node.rest), self.text[:self.lines.end(node)])][-1]
            self._add(node.rest, at, scope, "store", node)

    # Definitions

    def _name_of(self, node, keyword, scope, role):
        match = re.compile(keyword + r"[\s\\]+").match(self.text, self.lines.start(node))
        return self._add(node.name, match.end() if match else None, scope, role, node)

    def _type_parameters(self, node, scope):
        if not getattr(node, "type_params", None):
            return scope
        inner = Scope("typeparams", node, scope)
        for parameter in node.type_params:
            parameter.scope, parameter.parent = inner, node
            stars = {"TypeVarTuple": 1, "ParamSpec": 2}.get(type(parameter).__name__, 0)
            self._add(parameter.name, self.lines.start(parameter) + stars, inner, "store", parameter)
            for field in ("bound", "default_value"):
                self._visit(getattr(parameter, field, None), inner, parameter)
        return inner

    def _FunctionDef(self, node, scope):
        self._each(node.decorator_list, scope, node)
        outer = self._type_parameters(node, scope)
        arguments = node.args
        arguments.scope, arguments.parent = outer, node
        self._each(arguments.defaults + [d for d in arguments.kw_defaults if d], scope, arguments)
        inner = self._open("function", node, outer)
        for statement in node.body:
            self._declare(statement, inner)
        for parameter in parameters(arguments):
            parameter.scope, parameter.parent = inner, arguments
            if parameter.annotation is not None:
                self._annotation(parameter.annotation, outer, parameter)
            self._add(parameter.arg, self.lines.start(parameter), inner, "parameter", parameter)
        if node.returns is not None:
            self._annotation(node.returns, outer, node)
        self._name_of(node, "def" if isinstance(node, ast.FunctionDef) else r"async[\s\\]+def", scope, "def")
        self._each(node.body, inner, node)

    _AsyncFunctionDef = _FunctionDef

    def _ClassDef(self, node, scope):
        self._each(node.decorator_list, scope, node)
        outer = self._type_parameters(node, scope)
        self._each(node.bases + node.keywords, outer, node)
        inner = self._open("class", node, outer)
        self._body(node.body, inner, node)
        self._name_of(node, "class", scope, "class")

    def _TypeAlias(self, node, scope):
        inner = self._type_parameters(node, scope)
        self._visit(node.value, inner, node)
        self._visit(node.name, scope, node)

    def _Lambda(self, node, scope):
        arguments = node.args
        arguments.scope, arguments.parent = scope, node
        self._each(arguments.defaults + [d for d in arguments.kw_defaults if d], scope, arguments)
        inner = self._open("lambda", node, scope)
        for parameter in parameters(arguments):
            parameter.scope, parameter.parent = inner, arguments
            self._add(parameter.arg, self.lines.start(parameter), inner, "parameter", parameter)
        self._visit(node.body, inner, node)

    def _ListComp(self, node, scope):
        inner = self._open("comprehension", node, scope)
        for position, part in enumerate(node.generators):
            part.scope, part.parent = inner, node
            self._visit(part.iter, scope if position == 0 else inner, part)
            self._visit(part.target, inner, part)
            self._each(part.ifs, inner, part)
        for field in ("elt", "key", "value"):
            self._visit(getattr(node, field, None), inner, node)

    _SetComp = _DictComp = _GeneratorExp = _ListComp

    # Annotations

    def _annotation(self, node, scope, parent):
        self._visit(node, scope, parent)
        waiting = [node]
        while waiting:
            part = waiting.pop()
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                self._string(part, scope)
            elif isinstance(part, ast.Subscript):
                name = getattr(part.value, "attr", None) or getattr(part.value, "id", None)
                if name == "Annotated" and isinstance(part.slice, ast.Tuple):
                    waiting.append(part.slice.elts[0])
                elif name not in LITERAL:
                    waiting.append(part.slice)
            elif not isinstance(part, (ast.Call, ast.Lambda)):
                waiting.extend(ast.iter_child_nodes(part))

    def _string(self, constant, scope):
        span = string_content(self.lines, constant)
        inner = expression_at(self.lines, *span) if span else None
        if inner is None:
            self.opaque.append(constant)
            return
        constant.annotation = inner
        before, self._quoted = self._quoted, True
        self._visit(inner, scope, constant)
        self._quoted = before


def parameters(arguments):
    """All parameters in the order in which they are written."""
    found = arguments.posonlyargs + arguments.args
    return found + ([arguments.vararg] if arguments.vararg else []) + arguments.kwonlyargs + ([arguments.kwarg] if arguments.kwarg else [])

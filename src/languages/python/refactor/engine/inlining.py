"""The body of a function in the place of one call: arguments evaluated once and in order, names that mean the same in both places."""

import ast
import builtins
import re

from inference import own_nodes
from refusal import Refusal
from retarget import Want
from scopes import COMPREHENSIONS, DEFINITIONS, parameters
from selection import block_of, frozen_lines, indent_of

ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.JoinedStr)
EFFECTS = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom)
LATER = COMPREHENSIONS + (ast.Lambda, ast.BoolOp, ast.IfExp)


class Body:
    """A function that can stand in the place of its calls: statements without jumps, at most one `return`, at the end."""

    def __init__(self, project, view, found):
        self.project, self.view, self.file, self.node = project, view, found.file, found.node
        self.scopes, self.name = view.scopes, found.name
        self.scope = self.scopes.scope_of[self.node]
        self.where = {"path": found.path, "line": found.line}
        self._check()
        body = self.node.body
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
            body = body[1:]
        self.result = body[-1].value if body and isinstance(body[-1], ast.Return) else None
        self.statements = body[:-1] if body and isinstance(body[-1], ast.Return) else body
        self.statements = [item for item in self.statements if not isinstance(item, ast.Pass)]
        self.names = {item.name for item in self.scopes.occurrences if item.owner is self.scope}
        self.parameters = [item.arg for item in parameters(self.node.args)]
        self.locals = self.names - set(self.parameters)

    def _check(self):
        node, arguments = self.node, self.node.args
        if isinstance(node, ast.AsyncFunctionDef):
            self.refuse("%s is asynchronous." % self.name)
        if node.decorator_list:
            self.refuse("A decorator changes what %s does." % self.name)
        if arguments.vararg or arguments.kwarg:
            self.refuse("%s takes any number of arguments." % self.name)
        if getattr(node, "type_params", None):
            self.refuse("%s has type parameters." % self.name)
        for default in arguments.defaults + [item for item in arguments.kw_defaults if item]:
            if not _constant(default):
                self.refuse("A default of %s is evaluated once, when it is defined." % self.name, "behaviour")
        for item in own_nodes(node):
            if isinstance(item, (ast.Yield, ast.YieldFrom)):
                self.refuse("%s is a generator." % self.name)
            if isinstance(item, ast.Return) and item is not node.body[-1]:
                self.refuse("%s returns in more than one place." % self.name)
            if isinstance(item, (ast.Global, ast.Nonlocal)) or isinstance(item, DEFINITIONS):
                self.refuse("%s holds a %s." % (self.name, type(item).__name__))
            if isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id in ("locals", "vars", "super", "eval", "exec", "globals"):
                self.refuse("%s calls %s()." % (self.name, item.func.id))

    def refuse(self, what, reason="unsupported"):
        raise Refusal(reason, what, self.where)

    def uses(self, name, root):
        """The occurrences of one of its names below a node, in order of evaluation."""
        inside = set(ast.walk(root))
        return sorted((item for item in self.scopes.by_name.get(name, ()) if item.owner is self.scope and item.node in inside), key=lambda item: item.order)

    def free(self):
        """The occurrences of names that come from outside."""
        for root in self.statements + ([self.result] if self.result is not None else []):
            inside = set(ast.walk(root))
            for item in self.scopes.occurrences:
                if item.node in inside and not _within(item.owner, self.scope) and item.role == "load":
                    yield item

    def rebound(self, name):
        return any(item.role != "load" and item.role != "parameter" for item in self.scopes.of(name, self.scope))


class Call:
    """One call and what takes its place."""

    def __init__(self, project, body, use, calls, names):
        self.project, self.body, self.use, self.calls, self.names = project, body, use, calls, names
        self.view, self.call = use.view, use.call
        self.wants = []
        self.arguments = self._arguments()
        self._free_names()

    def refuse(self, what, reason="behaviour"):
        raise Refusal(reason, "%s, line %d: %s" % (self.view.path, self.use.line, what), self.use.place())

    def _arguments(self):
        """The argument of each parameter: a node of the call, or the default, in order of evaluation."""
        body, call, arguments = self.body, self.call, self.body.node.args
        if any(isinstance(item, ast.Starred) for item in call.args) or any(word.arg is None for word in call.keywords):
            self.refuse("`*` or `**` gives arguments whose number is not known.", "dynamic_use")
        plain = [item.arg for item in arguments.posonlyargs + arguments.args]
        found = dict(zip(plain, call.args))
        if len(call.args) > len(plain):
            self.refuse("too many arguments.")
        for word in call.keywords:
            if word.arg not in body.parameters or word.arg in found:
                self.refuse("%s is no parameter that is left." % word.arg)
            found[word.arg] = word.value
        defaults = dict(zip(reversed(plain), reversed(arguments.defaults)))
        defaults.update({item.arg: default for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults) if default is not None})
        for name in body.parameters:
            if name not in found:
                if name not in defaults:
                    self.refuse("nothing is given for %s." % name)
                found[name] = defaults[name]
        return found

    def _free_names(self):
        """Every name that the body takes from outside must mean the same at the call; imports are added where it is another file."""
        here = self.use.node.scope
        same = self.view.path == self.body.view.path
        for item in self.body.free():
            owner = here.owner(item.name)
            if same and owner is item.owner:
                continue
            if item.owner is None and owner is None and (hasattr(builtins, item.name) or same):
                continue
            if item.owner is not None and item.owner.kind != "module":
                self.refuse("%s means something else there." % item.name, "name_clash")
            want = self._want(item) if not same and item.owner is not None else None
            if want is None:
                self.refuse("%s means something else there." % item.name, "name_clash")
            if owner is None and not self.view.scopes.module.stars and not any(other.owner is None for other in self.view.scopes.by_name.get(item.name, ())):
                if self.use.node.scope.owner(_root(self.use.node)) is None or self.use.node.scope.owner(_root(self.use.node)).kind != "module":
                    self.refuse("the function is imported inside a function, and %s with it would be imported at the top." % item.name, "import_cycle")
                self.wants.append(want)
            elif owner is None or owner.kind != "module" or self.names.top(self.view.path, item.name) != self.names.top(self.body.view.path, item.name) or not self.names.top(self.view.path, item.name):
                self.refuse("%s means something else there." % item.name, "name_clash")

    def _want(self, item):
        """The import that gives another file what a name at the top of the function's file means."""
        bindings = item.owner.bindings[item.name]
        if all(binding.role == "import" for binding in bindings):
            alias = bindings[0].node
            if len(bindings) > 1:
                return None
            if isinstance(alias.parent, ast.Import):
                return Want(alias.name, None, alias.asname)
            module = self.project.resolve_import(self.body.view.path, alias.parent)
            return Want(module, alias.name, alias.asname) if module else None
        module = self.project.module_of(self.body.view.path)
        return Want(module, item.name) if module else None

    # the text

    def put(self, edits):
        if any(call is not self.call and self.call in set(ast.walk(call)) for call in self.calls):
            if not self.body.statements:
                return  # written along with the call around it
            self.refuse("the call is an argument of another one.")
        if not self.body.statements and self.body.result is not None:
            text = self.expression()
            if text is not None:
                start, end = self.view.span(self.call)
                edits.replace(self.view.path, start, end, self._fitting(text, self.body.result, self.call.parent, self.call))
                return
        self._statements(edits)

    def expression(self):
        """The result with the arguments in it; None where that would evaluate them twice, not at all, or in another order."""
        body, given = self.body, []
        order = [node for node in _evaluated(body.result)]
        for name, node in self.arguments.items():
            uses = body.uses(name, body.result)
            if not self.simple(node):
                if len(uses) != 1 or self._conditional(uses[0].node):
                    return None
                given.append((order.index(uses[0].node), node))
            for item in uses:
                if self._caught(node, item.scope):
                    self.refuse("a name in an argument means something else inside the function.", "name_clash")
                if _in_fstring(item.node, body.result) and re.search(r"['\"\\#\n{}:!]", self.source(node)):
                    return None
        sequence = [node for name, node in self.arguments.items() if not self.simple(node)]
        if [node for _, node in sorted(given, key=lambda pair: pair[0])] != sorted(sequence, key=lambda node: self.view.span(node)):
            return None
        for place, node in given:
            if any(isinstance(item, EFFECTS) for item in order[:place]) and not _pure(node):
                return None
        if self.use.node.scope.kind == "class" and any(isinstance(item, COMPREHENSIONS + (ast.Lambda,)) for item in ast.walk(body.result)):
            self.refuse("names of the class would not be seen inside the expression.")
        return self._substituted(body.result, {name: node for name, node in self.arguments.items()})

    def simple(self, node):
        """May an argument be written in several places, or in none: a constant, or a name that always means the same."""
        return _constant(node) or (isinstance(node, ast.Name) and not self._changes(node.id))

    def source(self, node):
        """The text of an argument; calls of the same function in it are inlined too."""
        if node in set(self.body.node.args.defaults + self.body.node.args.kw_defaults):
            return self.body.file.segment(node)
        start, end = self.view.span(node)
        text, file = "", self.view.file.text
        inner = [call for call in ast.walk(node) if call in self.calls and self.view.span(call)[0] >= start]
        outermost = [call for call in inner if not any(call is not other and call in set(ast.walk(other)) for other in inner)]
        for call in sorted(outermost, key=lambda call: self.view.span(call)):
            nested = Call(self.project, self.body, self.calls[call], self.calls, self.names)
            found = nested.expression()
            if found is None:
                self.refuse("an argument is itself a call that needs statements of its own.")
            first, last = self.view.span(call)
            text, start = text + file[start:first] + nested._fitting(found, self.body.result, call.parent, call), last
        return text + file[start:end]

    def _substituted(self, root, values):
        """The text of a part of the body, arguments in the place of parameters."""
        file, mark = self.body.file, self.body.file.mark
        start, end = self.body.view.span(root)
        text, at = "", start
        places = [(item.start + mark, item.end + mark, item, name) for name in values for item in self.body.uses(name, root)]
        for first, last, item, name in sorted(places, key=lambda place: place[0]):
            text += file.text[at:first] + self._fitting(self.source(values[name]), values[name], item.node.parent, item.node)
            at = last
        return text + file.text[at:end]

    def _fitting(self, text, node, parent, replaced=None):
        """In parentheses unless nothing around it could take a part of it."""
        if isinstance(node, (ast.Tuple, ast.NamedExpr, ast.GeneratorExp, ast.Lambda, ast.Yield)):
            return text if text.startswith("(") and isinstance(node, ast.GeneratorExp) else "(%s)" % text
        if "\n" in text and not isinstance(parent, (ast.Call, ast.keyword)):
            return "(%s)" % text
        number = isinstance(node, ast.Constant) and isinstance(node.value, (int, float, complex))
        if isinstance(node, ATOMS) and not (number and isinstance(parent, ast.Attribute)):
            return text
        alone = isinstance(parent, (ast.Return, ast.Expr, ast.keyword, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.List, ast.Set))
        return text if alone or (isinstance(parent, ast.Call) and parent.func is not replaced) else "(%s)" % text

    def _conditional(self, node):
        while node is not self.body.result:
            parent = node.parent
            if isinstance(parent, LATER) and not (isinstance(parent, ast.BoolOp) and parent.values[0] is node) and not (isinstance(parent, ast.IfExp) and parent.test is node):
                return True
            if isinstance(parent, ast.comprehension):
                return True
            node = parent
        return False

    def _caught(self, node, scope):
        """Would a name of an argument be caught by a comprehension or lambda of the body."""
        names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
        while scope is not None and scope is not self.body.scope:
            if names & set(scope.bindings):
                return True
            scope = scope.parent
        return False

    def _statements(self, edits):
        """The statements before the one that holds the call, whose value is the result."""
        body, call, file = self.body, self.call, self.view.file
        statement = call.parent
        if self.view.example or not isinstance(statement, (ast.Expr, ast.Assign, ast.Return, ast.AnnAssign)) or statement.value is not call:
            self.refuse("the call stands inside an expression, and the body is more than one.")
        indent = indent_of(file, statement)
        end = file.line_end(statement.end_lineno)
        if indent is None or re.sub(r"#.*", "", file.text[file.end(statement):end]).strip():
            self.refuse("other code stands on the line of the call.", "unsupported")
        scope = self.use.node.scope
        values, lines = {}, []
        taken = {item.name for item in self.view.scopes.occurrences if _within(item.scope, scope)} | {item.name for item in body.free()}
        fresh = {}
        if scope.kind not in ("function",) and (body.locals or any(not self.simple(node) for node in self.arguments.values())):
            self.refuse("names of the body would become names of the %s." % scope.kind)
        for name in sorted(body.locals):
            fresh[name] = _free(name, taken)
        for name, node in sorted(self.arguments.items(), key=lambda pair: (0,) + self.view.span(pair[1]) if pair[1] in set(ast.walk(call)) else (1, 0, 0)):
            if self.simple(node) and not body.rebound(name) and not any(_in_fstring(item.node, None) and re.search(r"['\"\\#{}:!]", self.source(node)) or self._caught(node, item.scope) for item in body.scopes.of(name, body.scope) if item.role == "load"):
                values[name] = node
            else:
                fresh[name] = _free(name, taken)
                text = self.source(node)
                lines.append("%s%s = %s%s" % (indent, fresh[name], "(%s)" % text if "\n" in text else text, file.newline))
        lines += self._copied(indent, values, fresh)
        result = "None" if body.result is None else self._written(body.result, values, fresh)
        start, stop = self.view.span(call)
        if isinstance(statement, ast.Expr) and (body.result is None or not any(isinstance(item, EFFECTS) for item in ast.walk(body.result))):
            text = "".join(lines).rstrip("\r\n")
            first = file.line_start(statement.lineno)
            if text:
                edits.replace(self.view.path, first, stop, text)
            elif len(block_of(statement)[0]) == 1:
                edits.replace(self.view.path, start, stop, "pass")
            else:
                edits.replace(self.view.path, first, end, "")
            return
        edits.insert(self.view.path, file.line_start(statement.lineno), "".join(lines))
        node = body.result or self.call
        edits.replace(self.view.path, start, stop, self._fitting(result, node, statement) if body.result is not None else result)

    def _changes(self, name):
        """May the variable that is given change while the body runs: only one that is not local to the caller's function."""
        owner = self.use.node.scope.owner(name)
        return owner is not None and owner.kind != "function" and len(owner.bindings.get(name, ())) > 1

    def _places(self, root, values, fresh):
        mark = self.body.file.mark
        for name, node in values.items():
            for item in self.body.uses(name, root):
                yield item.start + mark, item.end + mark, self._fitting(self.source(node), node, item.node.parent, item.node)
        for name, new in fresh.items():
            for item in self.body.uses(name, root):
                if new != name and item.start >= 0:
                    text = new
                    if item.role == "import" and not item.node.asname:
                        text = "%s as %s" % (name, new)
                    yield item.start + mark, item.end + mark, text

    def _written(self, root, values, fresh):
        start, end = self.body.view.span(root)
        text, at = "", start
        for first, last, new in sorted(self._places(root, values, fresh)):
            text, at = text + self.body.file.text[at:first] + new, last
        return text + self.body.file.text[at:end]

    def _copied(self, indent, values, fresh):
        """The statements of the body, from the line of the first to the line of the last, remarks and all."""
        body, file = self.body, self.body.file
        if not body.statements:
            return []
        old = indent_of(file, body.statements[0])
        if old is None:
            self.refuse("the body stands on the line of its head.", "unsupported")
        first, last = body.statements[0].lineno, body.statements[-1].end_lineno
        while re.match(r"[ \t]*#", file.line(first - 1)):
            first -= 1
        frozen, lines = frozen_lines(file), []
        places = sorted(place for item in body.statements for place in self._places(item, values, fresh))
        for number in range(first, last + 1):
            start, end = file.line_start(number), file.line_end(number)
            text, at = "", start
            for left, right, new in places:
                if start <= left < end:
                    text, at = text + file.text[at:left] + new, right
            text += file.text[at:end]
            if number not in frozen and text.strip():
                text = indent + (text[len(old):] if text.startswith(old) else text.lstrip() if text.lstrip().startswith("#") else text)
            lines.append(text.rstrip("\r\n") + self.view.file.newline)
        return lines


def _constant(node):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        node = node.operand
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Tuple) and not node.elts)


def _pure(node):
    """Is the value the same whenever it is computed: arithmetic on names and constants."""
    return not any(isinstance(item, EFFECTS + (ast.Attribute, ast.Subscript, ast.Lambda) + COMPREHENSIONS) for item in ast.walk(node))


def _evaluated(node):
    """The nodes of an expression in the order in which they are done with."""
    for child in ast.iter_child_nodes(node):
        yield from _evaluated(child)
    yield node


def _in_fstring(node, root):
    while node is not root and node is not None and not isinstance(node, ast.stmt):
        if isinstance(node, ast.JoinedStr):
            return True
        node = getattr(node, "parent", None)
    return False


def _within(scope, outer):
    while scope is not None and scope is not outer:
        scope = scope.parent
    return scope is outer and outer is not None


def _free(name, taken):
    found, count = name, 1
    while found in taken:
        found, count = "%s_%d" % (name, count), count + 1
    taken.add(found)
    return found


def _root(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

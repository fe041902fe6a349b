"""Extract function: statements or an expression become a function; what they read becomes parameters, what they give is returned."""

import ast
import re

from declaration import check_new_name
from edits import Edits
from flow import LOOPS, TRIES, Flow
from hierarchy import Family, known
from inference import Types, decorators, own_nodes
from refusal import Refusal
from scopes import DEFINITIONS, FUNCTIONS
from selection import begin, block_of, frozen_lines, indent_of, reindented, select, unit

LOCAL = ("function", "lambda", "comprehension")


def extract_function(project, operation):
    file = project.parsed(operation["path"])
    name = operation["name"]
    check_new_name(name, "_")
    work = Extraction(project, file, select(file, operation), name)
    edits = Edits(project)
    work.carry_out(edits)
    return {"edits": edits.result(), "notes": project.notes, "summary": "Extracted %s from %s, line %d." % (name, file.path, file.line_of(work.chosen.start))}


class Extraction:
    def __init__(self, project, file, chosen, name):
        self.project, self.file, self.chosen, self.name = project, file, chosen, name
        self.scopes = file.scopes
        self.where = {"path": file.path, "line": file.line_of(chosen.start)}
        self.scope = chosen.first.scope
        self.function = self.scope.function
        self.inner = [node for item in chosen.nodes for node in ast.walk(item)]
        self.inside = set(self.inner)
        self.own = [node for item in chosen.nodes for node in ([item] if isinstance(item, DEFINITIONS) else [item] + list(_own(item)))]
        self.check_form()
        self.owners = self._owners()
        self.reads, self.results = self._reads(), []
        self.returns = any(isinstance(node, ast.Return) for node in self.own)
        if chosen.statements:
            self.check_jumps()
            self._flow()
        self.method = self._method()
        self.check_name()

    def refuse(self, what, reason="behaviour", next=None):
        raise Refusal(reason, what, self.where, next)

    # what cannot be taken out

    def check_form(self):
        chosen = self.chosen
        if self.function.kind == "class":
            self.refuse("The body of a class is no code that a function could run.", "unsupported")
        for node in self.own:
            if isinstance(node, (ast.Yield, ast.YieldFrom)):
                self.refuse("A yield belongs to the generator that it stands in.", "unsupported")
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                self.refuse("A %s statement holds for the whole function." % type(node).__name__.lower(), "unsupported")
            if isinstance(node, ast.Delete) and any(isinstance(target, ast.Name) for target in node.targets):
                self.refuse("A name is deleted in it.", "unsupported")
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                self.refuse("An import of __future__ must stay at the top.", "unsupported")
        for node in self.inner:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("locals", "vars", "eval", "exec", "dir") and not (node.func.id in ("vars", "dir") and node.args):
                self.refuse("%s() reads the names of the place where it stands." % node.func.id)
        if chosen.expression is not None:
            node, parent = chosen.expression, chosen.expression.parent
            if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or isinstance(node, (ast.Starred, ast.Slice)) or isinstance(parent, (ast.JoinedStr, ast.FormattedValue)):
                self.refuse("This is no expression that can stand alone.", "unsupported")
            step = node
            while isinstance(step, ast.expr) and not isinstance(step.parent, ast.stmt):
                step = step.parent
                if isinstance(step, ast.JoinedStr):
                    self.refuse("It stands inside an f-string.", "unsupported")
            if isinstance(parent, ast.Expr) and isinstance(node, ast.Constant) or isinstance(parent, ast.arg) or parent.__class__.__name__.startswith("Match"):
                self.refuse("This is no expression that is evaluated.", "unsupported")
            if isinstance(parent, ast.AnnAssign) and parent.annotation is node or isinstance(parent, FUNCTIONS) and parent.returns is node:
                self.refuse("This is an annotation.", "unsupported")
            if isinstance(parent, ast.AugAssign) and parent.target is node:
                self.refuse("This is assigned to.", "unsupported")
        else:
            for node in chosen.statements:
                if indent_of(self.file, node) is None and node is chosen.first:
                    self.refuse("Other code stands before it on the same line.", "unsupported")
            rest = self.file.text[self.file.end(chosen.statements[-1]):self.file.line_end(chosen.statements[-1].end_lineno)]
            if re.sub(r"#.*", "", rest).strip(" \t\r\n;"):
                self.refuse("Other code stands behind it on the same line.", "unsupported")
            if isinstance(chosen.first, ast.Expr) and isinstance(chosen.first.value, ast.Constant) and isinstance(chosen.first.value.value, str) and chosen.block[0] is chosen.first:
                self.refuse("A docstring belongs to what it describes.", "unsupported")
            if self.function.kind == "module" and any(isinstance(node, DEFINITIONS + (ast.Import, ast.ImportFrom)) for node in chosen.statements):
                self.refuse("Declarations at the top of a module belong to it.", "unsupported")

    def check_jumps(self):
        for node in self.own:
            if isinstance(node, (ast.Break, ast.Continue)):
                step = node.parent
                while not isinstance(step, LOOPS) and step in self.inside:
                    step = step.parent
                if step not in self.inside:
                    self.refuse("A %s leaves a loop outside." % type(node).__name__.lower())

    def _owners(self):
        """The scopes around the selection whose names a function elsewhere would not see."""
        owners, scope = set(), self.scope
        while scope is not None:
            if scope.kind in LOCAL and scope.node not in self.inside:
                owners.add(scope)
            elif scope.kind in ("class", "typeparams"):
                for occurrence in self._occurrences():
                    if occurrence.owner is scope:
                        self.refuse("%s belongs to %s." % (occurrence.name, "the body of the class" if scope.kind == "class" else "the type parameters"), "unsupported")
            elif scope.kind == "module" and self.function.kind == "module":
                owners.add(scope)
            scope = scope.parent
        return owners

    def _occurrences(self):
        mark = self.file.mark
        return [item for item in self.scopes.occurrences if item.start >= 0 and self.chosen.holds(item.start + mark)]

    # what goes in and out

    def _reads(self):
        flow = Flow(self.scopes, self.owners)
        if self.chosen.expression is not None:
            flow.read(self.chosen.expression, set())
            if flow.written:
                self.refuse("It gives a value to %s." % ", ".join(sorted(flow.written)))
            if self.function.kind == "module":
                return {name for name in flow.exposed if self.scope.owner(name) is not self.scopes.module}
            return flow.exposed
        self.end = flow.run(self.chosen.statements, set())
        self.written = flow.written
        if self.function.kind == "module":
            return flow.exposed & flow.written
        return flow.exposed

    def _flow(self):
        body = self.function.node.body if self.function.kind != "lambda" else []
        for owner in self.owners:
            for occurrence in self._occurrences():
                if occurrence.owner is owner and occurrence.binds and owner is not self.function:
                    self.refuse("%s belongs to a function around it." % occurrence.name, "unsupported")
        for scope in self.scopes.scope_of.values():
            shared = (scope.nonlocals | (scope.globals if self.function.kind == "module" else set())) & (self.reads | self.written)
            if shared and scope is not self.function and not (scope.kind == "function" and self.function.kind == "module" and scope.node not in self.inside and not shared & self.written):
                self.refuse("%s is changed from an inner function too." % sorted(shared)[0])
        if self.returns:
            if self.end is not None:
                self.refuse("A return leaves the function on some ways through the lines only.")
        arguments = {item.name for item in self.scopes.occurrences if item.scope is self.function and item.role == "parameter"}
        whole = Flow(self.scopes, {self.function}, watch=self.chosen.first)
        whole.run(body, set(arguments))
        before = whole.at if whole.at is not None else frozenset(arguments)
        if self.returns:
            self._check_values(before)
            return
        after = self._after()
        if self.function.kind == "module":
            live = {name for name in self.written if name in after or self._used_elsewhere(name)}
        else:
            live = self.written & after
        for name in sorted(live):
            if self.end is not None and name not in self.end:
                if name not in before:
                    self.refuse("Whether %s gets a value in these lines depends on the way through them." % name)
                self.reads.add(name)
        self._check_values(before)
        self._closures(live)
        self._tries(live)
        self.results = [name for name in self._in_order(self.written) if name in live]
        if self.end is None:
            self.results = []

    def _check_values(self, before):
        own = {item.name for item in self._occurrences() if item.owner is self.function}
        missing = sorted(name for name in self.reads if name not in before and name in own)
        if missing:
            self.refuse("%s may have no value yet where these lines begin." % missing[0])

    def _used_elsewhere(self, name):
        here = self.scopes.of(name, self.function)
        mark = self.file.mark
        if any(item.start >= 0 and not self.chosen.holds(item.start + mark) for item in here) or "__all__" in self.scopes.module.bindings:
            return True
        return any(path != self.file.path for path in self.project.containing(name))

    def _after(self):
        """Names that are read behind the selection before they get another value."""
        after, node = set(), self.chosen.statements[-1]
        flow = Flow(self.scopes, {self.function})
        while True:
            block, index = block_of(node)
            flow.run(block[index + 1:], set())
            parent = node.parent
            if isinstance(parent, LOOPS):
                if block is parent.body:
                    flow.run([parent], set())
            elif isinstance(parent, TRIES):
                if block is parent.body:
                    flow.run(parent.orelse, set())
                for handler in parent.handlers if block is parent.body else ():
                    flow.run(handler.body, set())
                flow.run(parent.finalbody, set())
            elif isinstance(parent, ast.ExceptHandler):
                flow.run(parent.parent.finalbody, set())
            if parent is self.function.node or isinstance(parent, (ast.Module,) + DEFINITIONS):
                break
            node = parent
            while not isinstance(node, ast.stmt):
                node = node.parent
        after |= flow.exposed
        # Inner functions run whenever they like.
        mark = self.file.mark
        for item in self.scopes.occurrences:
            if item.owner is self.function and item.role == "load" and item.scope.function is not self.function and not self.chosen.holds(item.start + mark):
                after.add(item.name)
        return after

    def _closures(self, live):
        """A function made in the selection would see the values of the new function, not later ones."""
        mark = self.file.mark
        for item in self._occurrences():
            if item.owner is self.function and item.scope.function is not self.function and self.function.kind != "module":
                for other in self.scopes.of(item.name, self.function):
                    if other.binds and other.role != "parameter" and not self.chosen.holds(other.start + mark) and (other.start + mark > self.chosen.end or self._looped()):
                        self.refuse("An inner function in it uses %s, which changes later." % item.name)

    def _looped(self):
        node = self.chosen.first
        while node is not self.function.node and node is not None:
            node = getattr(node, "parent", None)
            if isinstance(node, LOOPS):
                return True
        return False

    def _tries(self, live):
        """What the lines had assigned before an exception stays assigned; in a function of their own it would be lost."""
        node = self.chosen.first
        statements = self.chosen.statements
        only = len(statements) == 1 and isinstance(statements[0], (ast.Assign, ast.AnnAssign, ast.AugAssign))
        while node is not self.function.node and not isinstance(node, ast.Module):
            parent = node.parent
            if isinstance(parent, TRIES) and node in parent.body and not only:
                flow = Flow(self.scopes, {self.function})
                for handler in parent.handlers:
                    flow.run(handler.body, set())
                flow.run(parent.finalbody, set())
                lost = sorted(flow.exposed & self.written)
                falls = [handler for handler in parent.handlers if not isinstance(handler.body[-1], (ast.Raise, ast.Return))]
                lost = lost or (sorted(live) if falls else [])
                if lost:
                    self.refuse("After an exception in these lines %s would lack what they had assigned." % lost[0])
            if isinstance(parent, (ast.With, ast.AsyncWith)) and live and not only and any("suppress" in ast.dump(item.context_expr) or "raises" in ast.dump(item.context_expr) for item in parent.items):
                self.refuse("After an exception in these lines %s would lack what they had assigned." % sorted(live)[0])
            node = parent

    def _in_order(self, names):
        found = []
        for item in sorted(self._occurrences(), key=lambda item: item.start):
            if item.name in names and item.owner in self.owners and item.name not in found:
                found.append(item.name)
        return found

    # where it goes

    def _method(self):
        """The method whose class the function joins: the selection uses its `self`."""
        node = self.function.node
        if self.function.kind != "function" or not isinstance(node.parent, ast.ClassDef) or "staticmethod" in decorators(node):
            return self._needs_class(None)
        first = (node.args.posonlyargs + node.args.args)[:1]
        if first and first[0].arg in self.reads:
            if any(item.binds and item.role != "parameter" for item in self.scopes.of(first[0].arg, self.function)):
                self.refuse("%s is given another value." % first[0].arg, "unsupported")
            return node
        return self._needs_class(node)

    def _needs_class(self, node):
        for item in self.inner:
            word = item.attr if isinstance(item, ast.Attribute) else item.id if isinstance(item, ast.Name) else ""
            if word == "super" or word == "__class__" or (word.startswith("__") and not word.endswith("__") and self._in_class()):
                self.refuse("%s means something in the class only." % word, "unsupported")
        return None

    def _in_class(self):
        scope = self.scope
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope is not None

    def check_name(self):
        name = self.name
        if self.method is not None:
            self._check_member(name)
            return
        taken = self.scopes.module.bindings.get(name)
        others = [item for item in self.scopes.by_name.get(name, ()) if item.owner is None or item.scope is self.scope]
        if taken or others or self.scope.owner(name) is not None or name in self.reads | set(self.results):
            self.refuse("%s has a %s already." % (self.file.path, name), "name_clash", "Choose another name.")

    def _check_member(self, name):
        types, node = Types(self.project), self.method.parent
        for path, owner in Family(self.project, types, self.file.path, node, name).classes:
            if types.member(path, owner, name) is not None:
                self.refuse("%s in %s has a %s already." % (owner.name, path, name), "name_clash", "Choose another name.")
            for base in types.bases(path, owner):
                outside = known(base[1]) if base and base[0] != "class" else object
                if outside is None:
                    self.project.note("dynamic", path, owner.lineno, "%s derives from a class outside the project; should that have a %s, it is overridden now." % (owner.name, name))
                elif hasattr(outside, name):
                    self.refuse("%s has a %s already, from %s." % (owner.name, name, base[1]), "name_clash", "Choose another name.")

    # the text

    def carry_out(self, edits):
        file, chosen, newline = self.file, self.chosen, self.file.newline
        step = unit(file)
        parameters = self._in_order(self.reads)
        receiver = None
        if self.method is not None:
            first = (self.method.args.posonlyargs + self.method.args.args)[0].arg
            parameters.remove(first)
            receiver = first
        waits = any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) or (isinstance(node, ast.comprehension) and node.is_async) for node in self.own)
        outer = self._anchor()
        indent = indent_of(file, outer) if outer is not None else ""
        head = "%s%sdef %s(%s):%s" % (indent, "async " if waits else "", self.name, ", ".join(([receiver] if receiver else []) + parameters), newline)
        if self.method is not None and "classmethod" in decorators(self.method):
            head = "%s@classmethod%s%s" % (indent, newline, head)
        call = "%s%s(%s)" % (receiver + "." if receiver else "", self.name, ", ".join(parameters))
        if waits:
            call = "await " + call
        if chosen.expression is not None:
            body = self._expression_body(indent + step)
            edits.replace(file.path, chosen.start, chosen.end, "(%s)" % call if waits and isinstance(chosen.expression.parent, ast.expr) else call)
        else:
            body = self._statement_body(indent + step)
            if self.returns:
                call = "return " + call
            elif self.results:
                call = "%s = %s" % (", ".join(self.results), call)
            edits.replace(file.path, chosen.start, self._end(), call)
        globals_ = sorted({item.name for item in self._occurrences() if item.binds and item.name in self.function.globals})
        if globals_:
            head += "%s%sglobal %s%s" % (indent, step, ", ".join(globals_), newline)
        if self.method is not None:
            at = file.line_end(outer.end_lineno)
            lead = "" if file.text[:at].endswith(("\n", "\r")) else newline
            edits.insert(file.path, at, lead + newline + head + body)
        else:
            edits.insert(file.path, self._above(outer), head + body + newline * 2)

    def _end(self):
        """Where the selection ends: behind a remark in its last line too."""
        file, last = self.file, self.chosen.statements[-1]
        line = file.text[file.end(last):file.line_end(last.end_lineno)]
        return max(self.chosen.end, file.end(last) + len(line.rstrip()))

    def _anchor(self):
        """The statement beside which the function goes: the method, or what stands at the top of the module."""
        if self.method is not None:
            return self.method
        node = self.chosen.first
        while not isinstance(node.parent, ast.Module):
            node = node.parent
        return node

    def _above(self, node):
        """The start of the lines of a statement with the comments that belong to it."""
        file = self.file
        line = file.line_of(begin(file, node))
        while line > 1 and re.match(r"[ \t]*#", file.line(line - 1)):
            line -= 1
        return max(file.line_start(line), file.mark)

    def _statement_body(self, indent):
        file, chosen = self.file, self.chosen
        first, last = file.line_of(chosen.start), file.line_of(self._end())
        old = indent_of(file, chosen.first)
        text = reindented(file, first, last, old, indent, frozen_lines(file))
        text = text.rstrip("\r\n") + file.newline
        if self.results:
            text += "%sreturn %s%s" % (indent, ", ".join(self.results), file.newline)
        return text

    def _expression_body(self, indent):
        text = self.file.text[self.chosen.start:self.chosen.end]
        bare = isinstance(self.chosen.expression, (ast.NamedExpr, ast.GeneratorExp)) and not text.startswith("(")
        many = "\n" in text and not isinstance(self.chosen.expression, ast.Constant)
        return "%sreturn %s%s" % (indent, "(%s)" % text if many or bare else text, self.file.newline)


def _own(node):
    """The nodes of a statement without those of inner functions and classes."""
    holder = ast.Module(body=[node], type_ignores=[])
    return own_nodes(holder)

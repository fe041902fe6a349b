"""Which names surely have a value at a place, and which are read before they get one: definite assignment, read from the statements."""

import ast

from scopes import COMPREHENSIONS, DEFINITIONS

LOOPS = (ast.For, ast.AsyncFor, ast.While)
TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
MATCH = getattr(ast, "Match", ())


class Flow:
    """One way through statements. `exposed`: names read where they surely had no value given on the way; `at`: what was assigned before a statement."""

    def __init__(self, scopes, owners, watch=None):
        self.owners, self.watch, self.at = owners, watch, None
        self.exposed, self.written = set(), set()
        self._places = {}
        for occurrence in scopes.occurrences:
            if occurrence.owner in owners:
                self._places.setdefault(occurrence.node, []).append(occurrence)

    def run(self, statements, assigned):
        """What is surely assigned behind the statements; None where their end is never reached."""
        for statement in statements:
            if statement is self.watch and self.at is None:
                self.at = frozenset(assigned)
            assigned = self._statement(statement, set(assigned))
            if assigned is None:
                return None
        return assigned

    def read(self, node, assigned):
        """An expression: names that it reads, and walruses that surely run."""
        sure = {inner.target for inner in _unconditional(node) if isinstance(inner, ast.NamedExpr)}
        for occurrence in sorted((item for inner in _every(node) for item in self._places.get(inner, ())), key=lambda item: item.order):
            if occurrence.role == "load":
                if occurrence.name not in assigned:
                    self.exposed.add(occurrence.name)
            elif occurrence.binds:
                self.written.add(occurrence.name)
                if occurrence.node in sure:
                    assigned.add(occurrence.name)

    def _write(self, node, assigned):
        for inner in _every(node):
            for occurrence in self._places.get(inner, ()):
                if occurrence.role == "load":
                    if occurrence.name not in assigned:
                        self.exposed.add(occurrence.name)
                elif occurrence.role == "del":
                    assigned.discard(occurrence.name)
                elif occurrence.binds:
                    self.written.add(occurrence.name)
                    assigned.add(occurrence.name)

    def _statement(self, node, assigned):
        if isinstance(node, (ast.Return, ast.Raise)):
            self.read(node, assigned)
            return None
        if isinstance(node, (ast.Break, ast.Continue)):
            return None
        if isinstance(node, ast.If):
            self.read(node.test, assigned)
            return _both([self.run(node.body, assigned), self.run(node.orelse, assigned)])
        if isinstance(node, LOOPS):
            return self._loop(node, assigned)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self.read(item.context_expr, assigned)
                if item.optional_vars is not None:
                    self._write(item.optional_vars, assigned)
            before = set(assigned)
            after = self.run(node.body, assigned)
            # A context manager may swallow what stopped the body.
            return before if after is None and not _leaves(node.body) else after
        if isinstance(node, TRIES):
            return self._try(node, assigned)
        if isinstance(node, MATCH):
            self.read(node.subject, assigned)
            ends = []
            for case in node.cases:
                inner = set(assigned)
                self._write(case.pattern, inner)
                if case.guard is not None:
                    self.read(case.guard, inner)
                ends.append(self.run(case.body, inner))
            last = node.cases[-1]
            whole = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
            return _both(ends + ([] if whole else [assigned]))
        if isinstance(node, ast.AugAssign):
            self.read(node.value, assigned)
            if isinstance(node.target, ast.Name):
                for occurrence in self._places.get(node.target, ()):
                    if occurrence.name not in assigned:
                        self.exposed.add(occurrence.name)
            self._write(node.target, assigned)
            return assigned
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                self.read(node.value, assigned)
                self._write(node.target, assigned)
            return assigned
        if isinstance(node, ast.Assign):
            self.read(node.value, assigned)
            for target in node.targets:
                self._write(target, assigned)
            return assigned
        if isinstance(node, DEFINITIONS):
            inner = set(assigned)
            self.read(node, inner)
            for occurrence in self._places.get(node, ()):
                self.written.add(occurrence.name)
                assigned.add(occurrence.name)
            return assigned
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Delete)):
            self._write(node, assigned)
            return assigned
        self.read(node, assigned)
        return assigned

    def _loop(self, node, assigned):
        self.read(node.iter if hasattr(node, "iter") else node.test, assigned)
        inner = set(assigned)
        if hasattr(node, "target"):
            self._write(node.target, inner)
        self.run(node.body, inner)
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
        if endless:
            return assigned if any(_breaks(node.body)) else None
        after = self.run(node.orelse, assigned)
        return after if not any(_breaks(node.body)) else set(assigned)

    def _try(self, node, assigned):
        before = set(assigned)
        body = self.run(node.body, set(assigned))
        ends = [None if body is None else self.run(node.orelse, body)]
        for handler in node.handlers:
            inner = set(before)
            if handler.type is not None:
                self.read(handler.type, inner)
            for occurrence in self._places.get(handler, ()):
                self.written.add(occurrence.name)
                inner.add(occurrence.name)
            after = self.run(handler.body, inner)
            ends.append(None if after is None else after - {handler.name})
        after = _both(ends)
        if not node.finalbody:
            return after
        final = self.run(node.finalbody, set(before))
        return None if after is None or final is None else after | (final - before)


def _both(ends):
    reached = [end for end in ends if end is not None]
    return set.intersection(*map(set, reached)) if reached else None


def _every(node):
    """All nodes, those of annotations in strings apart."""
    return ast.walk(node)


def _unconditional(node):
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        yield inner
        if isinstance(inner, ast.BoolOp):
            waiting.append(inner.values[0])
        elif isinstance(inner, ast.IfExp):
            waiting.append(inner.test)
        elif not isinstance(inner, COMPREHENSIONS + DEFINITIONS + (ast.Lambda,)):
            waiting.extend(ast.iter_child_nodes(inner))


def _breaks(statements):
    """The `break` statements of a loop's own body."""
    for statement in statements:
        if isinstance(statement, ast.Break):
            yield statement
        elif not isinstance(statement, DEFINITIONS + LOOPS):
            for field in ("body", "orelse", "finalbody"):
                yield from _breaks(getattr(statement, field, []))
            for inner in getattr(statement, "handlers", []) + getattr(statement, "cases", []):
                yield from _breaks(inner.body)
        elif isinstance(statement, LOOPS):
            yield from _breaks(statement.orelse)


def _leaves(statements):
    """Do statements end in a plain `return` (a context manager cannot swallow that)."""
    return bool(statements) and isinstance(statements[-1], ast.Return)

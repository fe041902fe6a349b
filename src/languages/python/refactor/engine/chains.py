"""`a.b.f` in code: which module of the project a name stands for, and how far the attributes behind it lead into modules."""

import ast


class Bound:
    """One way in which a name may stand for a module: `dotted` and `path` of it, the import's `alias` and `statement`, `top` for `import a.b`."""

    __slots__ = ("dotted", "path", "root", "alias", "statement", "top")

    def __init__(self, dotted, found, alias, statement, top=False):
        self.dotted, self.alias, self.statement, self.top = dotted, alias, statement, top
        self.path, self.root = found


class Step:
    """A module that a chain passes: its path, its dotted name, and the node that ends there."""

    __slots__ = ("path", "dotted", "node")

    def __init__(self, path, dotted, node):
        self.path, self.dotted, self.node = path, dotted, node


class Chain:
    """`steps`: the modules passed, the first for the name itself; `attribute`: the node behind the last module, or None."""

    __slots__ = ("occurrence", "bound", "steps", "attribute")

    def __init__(self, occurrence, bound, steps, attribute):
        self.occurrence, self.bound, self.steps, self.attribute = occurrence, bound, steps, attribute

    @property
    def module(self):
        return self.steps[-1]


def bound_modules(plan, view, owner, name):
    """The modules of the project that imports bind to a name in a scope."""
    found = []
    for occurrence in owner.bindings.get(name, ()):
        if occurrence.role != "import":
            continue
        alias, statement = occurrence.node, occurrence.node.parent
        if isinstance(statement, ast.Import):
            dotted = alias.name if alias.asname else alias.name.split(".")[0]
            module = plan.before.find(dotted, view)
            if module:
                found.append(Bound(dotted, module, alias, statement, top=not alias.asname))
            continue
        source = plan.before.absolute(view, statement.level, statement.module)
        if source is None:
            continue
        package = plan.before.find(source, view) if source else None
        if package is None:
            continue
        module = plan.submodule(package[0], source, alias.name, view)
        if module:
            found.append(Bound("%s.%s" % (source, alias.name), module, alias, statement))
    return found


def chains_of(plan, view, scopes):
    """Every use of a name that stands for a module of the project, followed through its attributes."""
    known = {}
    for occurrence in scopes.occurrences:
        if occurrence.role != "load" or occurrence.owner is None or not isinstance(occurrence.node, ast.Name):
            continue
        key = (id(occurrence.owner), occurrence.name)
        if key not in known:
            known[key] = bound_modules(plan, view, occurrence.owner, occurrence.name)
        seen = set()
        for bound in known[key]:
            if bound.path in seen:
                continue  # `import a.b` and `import a.c` bind the same a
            seen.add(bound.path)
            yield follow(plan, view, occurrence, bound)


def follow(plan, view, occurrence, bound):
    steps = [Step(bound.path, bound.dotted, occurrence.node)]
    node = occurrence.node
    while True:
        parent = getattr(node, "parent", None)
        if not isinstance(parent, ast.Attribute) or parent.value is not node:
            return Chain(occurrence, bound, steps, None)
        last = steps[-1]
        inner = plan.submodule(last.path, last.dotted, parent.attr, view)
        if inner is None:
            return Chain(occurrence, bound, steps, parent)
        steps.append(Step(inner[0], "%s.%s" % (last.dotted, parent.attr), parent))
        node = parent

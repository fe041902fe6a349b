"""A last look at the result before it is handed over: everything parses, no name is lost, every import of the project finds what it names."""

import ast
import builtins

from positions import parse
from refusal import Refusal
from scopes import Scopes

# Names that the interpreter puts into every module.
IMPLICIT = {"__name__", "__file__", "__doc__", "__package__", "__path__", "__spec__", "__loader__", "__builtins__", "__debug__", "__dict__",
            "__class__", "__module__", "__qualname__", "__annotations__", "WindowsError", "__conditional_annotations__"}
KNOWN = set(dir(builtins)) | IMPLICIT


def undefined(scopes):
    """Names that nothing in the module declares."""
    if any(True for node in ast.walk(scopes.tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"):
        return set()
    return {o.name for o in scopes.occurrences if o.role == "load" and o.owner is None and o.name not in KNOWN}


def verify(plan, edits):
    """Refuses a result that loses a name, as `behaviour`; what was wrong before does not count."""
    project = plan.project
    after = {}
    for edit in edits:
        if "text" in edit and edit["path"].endswith((".py", ".pyi")):
            text = edit["text"].lstrip("\ufeff")
            try:
                after[edit["path"]] = Scopes(text, parse(text))
            except (SyntaxError, ValueError) as error:
                raise Refusal("unsupported", "The result in %s would not parse, line %s." % (edit["path"], getattr(error, "lineno", "?")), {"path": edit["path"]})
    lost_before, missing_before = set(), set()
    sources = set(after) | {edit.get("from", edit["path"]) for edit in edits} | set(plan.modules) | {path for path, _ in plan.symbols}
    for path in sources:
        if path in project.paths and path.endswith((".py", ".pyi")) and project.file(path).tree is not None:
            lost_before |= undefined(project.file(path).scopes)
            missing_before |= {name for name, _ in missing(plan.before, path, project.file(path).scopes, lambda p: project.file(p).scopes if project.file(p).tree is not None else None)}
    for path, scopes in sorted(after.items()):
        lost = sorted(undefined(scopes) - lost_before)
        if lost:
            raise Refusal("behaviour", "%s would lose the name %s." % (path, lost[0]), {"path": path, "names": lost})

    back = {new: old for old, new in plan.modules.items()}

    def scopes_of(path):
        if path in after:
            return after[path]
        old = back.get(path, path)
        if old in project.paths and project.file(old).tree is not None:
            return project.file(old).scopes
        return None

    for path, scopes in sorted(after.items()):
        for name, line in missing(plan.after, path, scopes, scopes_of):
            if name not in missing_before:
                raise Refusal("behaviour", "%s, line %d, would import %s, which nothing declares there." % (path, line, name), {"path": path, "line": line, "name": name})


def missing(table, path, scopes, scopes_of):
    """`(module.name, line)` of imports from the project's modules that find nothing."""
    for node in ast.walk(scopes.tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        source = table.absolute(path, node.level, node.module)
        found = table.find(source, path) if source else None
        if found is None:
            if node.level and source is not None:
                yield source, node.lineno
            continue
        for alias in node.names:
            if alias.name == "*" or found[0].endswith("/"):
                continue
            inner = scopes_of(found[0])
            if inner is None or alias.name in inner.module.bindings or alias.name in IMPLICIT or "__getattr__" in inner.module.bindings:
                continue
            if any(scope.stars for scope in [inner.module]) or table.find("%s.%s" % (source, alias.name), path):
                continue
            yield "%s.%s" % (source, alias.name), node.lineno

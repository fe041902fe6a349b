"""Which modules of the project a module imports while it is being imported itself."""

import ast

from retarget import is_type_checking


def imported_now(project, path):
    """Paths of the project's modules that the top of a file imports; what only types or functions import does not count."""
    file = project.file(path)
    if file.tree is None:
        return set()
    found, waiting = set(), list(file.tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and is_type_checking(node.test):
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found.update(one[0] for one in (project.modules.find(alias.name, path) for alias in node.names) if one)
        elif isinstance(node, ast.ImportFrom):
            found |= targets(project, path, node)
        elif isinstance(node, ast.stmt) or isinstance(node, ast.ExceptHandler):
            waiting.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler)))
    return {item for item in found if not item.endswith("/") and item != path}


def targets(project, path, node):
    source = project.modules.absolute(path, node.level, node.module)
    if not source:
        return set()
    module, found = project.modules.find(source, path), set()
    for alias in node.names:
        inner = project.modules.find("%s.%s" % (source, alias.name), path) if module is None or module[0].endswith(("/", "/__init__.py")) else None
        found.add(inner[0] if inner else module[0] if module else "/")
    return found


def leads_to(project, start, goal, without=()):
    """Does importing `start` import `goal`, by whatever way. `without`: modules whose imports are not followed."""
    seen, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        if path in without and path != start:
            continue
        if path not in project.paths:
            continue
        for inner in imported_now(project, path):
            if inner == goal:
                return True
            waiting.append(inner)
    return False

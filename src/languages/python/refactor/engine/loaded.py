"""Modules that are imported by a string: what is read from them by name cannot be followed."""

import ast

from refusal import Refusal

LOADERS = {"import_module", "__import__"}


def named(operation):
    """`(path or None, names)` of the top-level symbols that an operation takes another name, place or form."""
    kind = operation["kind"]
    if operation.get("keepOld") or operation.get("parameter"):
        return None, []
    if kind == "rename" and "." not in operation["symbol"]:
        return operation.get("path"), [operation["symbol"]]
    if kind == "move_symbols":
        return operation["from"], operation["symbols"]
    if kind == "split_module":
        return operation["path"], [name for part in operation["parts"] for name in part["symbols"]]
    if kind in ("inline_function", "change_signature") and "." not in operation["symbol"]:
        return operation["path"], [operation["symbol"]]
    return None, []


def refuse_loaded_by_string(project, operation):
    """Refuses where a file loads the module by a string and reads one of the names: `import_module("a.b")` and, somewhere, `m.name`."""
    path, names = named(operation)
    module = project.module_of(path) if path else None
    for name in names:
        candidates = {other for loader in LOADERS for other in project.containing(name, loader)}
        for other in sorted(candidates):
            tree = project.file(other).tree
            if tree is None or other == path:
                continue
            loads = any(
                isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) in LOADERS and node.args
                and isinstance(node.args[0], ast.Constant) and (module is None or node.args[0].value == module)
                for node in ast.walk(tree)
            )
            read = next((node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == name), None)
            if loads and read is not None:
                raise Refusal("dynamic_use", "%s, line %d, may read %s of a module that is loaded by a string." % (other, read.lineno, name),
                              {"path": other, "line": read.lineno, "name": name}, "Import the module by its name there, or leave the old name behind (keepOld).")

"""Moves a file, or a folder with all that is in it, and rewrites whatever imports it."""

import keyword

from modules import IDENTIFIER, STDLIB, folder_of, join
from plan import Plan
from refusal import Refusal
from rewrite import Rewrite


def move_module(project, operation):
    source, target = operation["from"].rstrip("/"), operation["to"]
    files = files_to_move(project, source, target)
    added = new_packages(project, files)
    modules = dict(files)
    for folder in sorted({folder_of(path) for path in files}):
        if folder in project.modules.folders and folder not in project.modules.packages and (folder == source or folder.startswith(source + "/")):
            modules[folder + "/"] = destination(folder, source, final(files, source)) + "/"
    check(project, files, added)
    if source in project.paths and folder_of(source) != folder_of(files[source]) and project.containing("__file__", among=[source]):
        project.note("kept", source, 1, "__file__ there now means %s; what lies beside it stays." % files[source])
    plan = Plan(project, modules={a: b for a, b in modules.items() if a.endswith((".py", ".pyi", "/"))}, added=added)
    rewrite = Rewrite(plan)
    rewrite.references()
    for path, new in files.items():
        rewrite.edits.move(path, new)
    for path in added:
        rewrite.edits.write(path, "")
        project.note("also", path, 1, "A new package: an empty __init__.py, so that the module is found as the others are.")
    if operation.get("keepOld"):
        keep_old(project, plan, files, rewrite)
    old = project.module_of(source) if source in project.paths else source
    new = plan.after.name_of(plan.path(source)) if source in project.paths else final(files, source)
    return rewrite.result("Moved %s to %s" % (old or source, new))


def final(files, source):
    """Where a folder goes, from where one of its files goes."""
    old = next(iter(sorted(files)))
    return files[old][: len(files[old]) - len(old) + len(source)]


def destination(folder, source, target):
    return target + folder[len(source):]


def files_to_move(project, source, target):
    """Old path to new path of every file concerned."""
    into = target.endswith("/")
    target = target.rstrip("/")
    if source in project.paths:
        if not source.endswith((".py", ".pyi")):
            raise Refusal("unsupported", "%s is no Python file." % source, {"path": source})
        if source.rpartition("/")[2] == "__init__.py" and folder_of(source) != folder_of(target):
            raise Refusal("unsupported", "%s is what makes %s a package." % (source, folder_of(source)), {"path": source}, "Move the folder.")
        inside = into or any(path.startswith(target + "/") for path in project.paths)
        if inside and not target.endswith(".py"):
            target = join(target, source.rpartition("/")[2])
        if not target.endswith((".py", ".pyi")):
            target += ".py"
        files = {source: target}
        stub = source + "i"
        if stub in project.paths and target.endswith(".py"):
            files[stub] = target + "i"
            project.note("also", stub, 1, "The stub goes with its module.")
        return files
    found = [path for path in sorted(project.paths) if path.startswith(source + "/")]
    if not found:
        raise Refusal("not_found", "There is no file or folder %s." % source, {"path": source})
    if not any(path.endswith((".py", ".pyi")) for path in found):
        raise Refusal("unsupported", "%s holds no Python files." % source, {"path": source})
    if target.endswith(".py"):
        raise Refusal("unsupported", "%s is a folder and %s a file." % (source, target), {"path": source})
    if into or (any(path.startswith(target + "/") for path in project.paths)):
        target = join(target, source.rpartition("/")[2])
    if target == source or target.startswith(source + "/"):
        raise Refusal("unsupported", "%s cannot be moved into itself." % source, {"path": source})
    return {path: target + path[len(source):] for path in found}


def new_packages(project, files):
    """`__init__.py` files for new folders below a package, so that what moves stays importable as part of it."""
    added = set()
    for old, new in files.items():
        if not new.endswith(".py"):
            continue
        folder, missing = folder_of(new), []
        while folder and folder not in project.modules.packages and join(folder, "__init__.py") not in files.values():
            missing.append(folder)
            folder = folder_of(folder)
        if folder:
            known = [item for item in missing if item in project.modules.folders and join(item, "__init__.py") not in project.paths]
            if not known:  # a folder that is a namespace already stays one
                added |= {join(item, "__init__.py") for item in missing}
    return sorted(added)


def check(project, files, added):
    for old, new in files.items():
        if new == old:
            raise Refusal("name_clash", "%s is there already." % new, {"path": new})
        if new in project.paths and new not in files:
            raise Refusal("name_clash", "%s exists already." % new, {"path": new}, "Choose another name, or merge the modules.")
        if not new.endswith((".py", ".pyi")):
            continue
        stem = new.rpartition(".")[0]
        name = folder_of(new).rpartition("/")[2] if stem.endswith("/__init__") else stem.rpartition("/")[2]
        importable = project.modules.name_of(old) is not None
        if importable and (not IDENTIFIER.match(name) or keyword.iskeyword(name)):
            raise Refusal("unsupported", "%s is no name that can be imported." % name, {"path": new})
        bare = stem[: -len("/__init__")] if stem.endswith("/__init__") else stem
        for other in (bare + ".py", bare + "/__init__.py"):
            if other != new and other in project.paths and other not in files and not (other == old):
                raise Refusal("name_clash", "%s stands in the way of %s: both are one module." % (other, new), {"path": other})
    table = Plan(project, modules={a: b for a, b in files.items() if a.endswith((".py", ".pyi"))}, added=added).after
    for old, new in files.items():
        if new.endswith(".py") and old.endswith(".py"):
            name = table.name_of(new)
            if name and "." not in name and name in STDLIB and table.base(new) in table.roots:
                raise Refusal("name_clash", "%s would hide the module %s of Python itself." % (new, name), {"path": new}, "Choose another name.")
            if old.rpartition("/")[2] == "conftest.py" and folder_of(old) != folder_of(new):
                raise Refusal("behaviour", "%s serves the tests of its own folder alone." % old, {"path": old})


def keep_old(project, plan, files, rewrite):
    """A module in the old place that hands on everything of the new one."""
    for old, new in files.items():
        if not old.endswith(".py"):
            continue
        name = plan.after.name_of(new)
        file = project.parsed(old)
        names = sorted(item for item in file.scopes.module.bindings if not (item.startswith("__") and item.endswith("__")))
        defined = [item for item in names if any(b.role != "import" for b in file.scopes.module.bindings[item])]
        lines = ['"""Moved to %s; kept for those who import it from here."""' % name, ""]
        if "__all__" in file.scopes.module.bindings:
            lines += ["from %s import *  # noqa: F403" % name, "from %s import __all__ as __all__" % name]
        lines += ["from %s import %s as %s" % (name, item, item) for item in defined]
        rewrite.kept[old] = "\n".join(lines) + "\n"

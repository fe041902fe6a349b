# Carries one operation out with rope. Reads {"operation", "directory", "roots", "offset"} as JSON, answers with {"kind", "message"}.
import json
import os
import re
import sys
import time

from rope.base.project import Project
from rope.refactor import change_signature, extract, importutils, inline, move, rename


def carry_out(task):
    directory, op = task["directory"], task["operation"]
    project = Project(directory, ropefolder=None, source_folders=[root for root in task["roots"] if root != "."])
    kind = op["kind"]
    if op.get("keepOld"):
        return {"kind": "unsupported", "message": "nothing keeps the old name"}

    def resource(path):
        return project.get_resource(path)

    def module_for(path):
        """An existing module, or a new empty one: rope moves into modules that are there."""
        if not os.path.exists(os.path.join(directory, path)):
            with open(os.path.join(directory, path), "w"):
                pass
        return project.get_resource(path)

    def offset_of(path, symbol):
        text = resource(path).read()
        found = re.search(r"^(?:async )?(?:def|class)\s+(%s)\b|^(%s)\s*(?::[^=\n]+)?=" % (re.escape(symbol), re.escape(symbol)), text, re.M)
        return found.start(1) if found.group(1) else found.start(2)

    if kind == "rename":
        changes = rename.Rename(project, resource(op["path"]), task["offset"]).get_changes(op["to"], docs=False)
        project.do(changes)
    elif kind == "move_symbols":
        target = module_for(op["to"])
        for symbol in op["symbols"]:
            changes = move.create_move(project, resource(op["from"]), offset_of(op["from"], symbol)).get_changes(target)
            project.do(changes)
    elif kind == "split_module":
        for part in op["parts"]:
            target = module_for(part["to"])
            for symbol in part["symbols"]:
                changes = move.create_move(project, resource(op["path"]), offset_of(op["path"], symbol)).get_changes(target)
                project.do(changes)
    elif kind == "move_module":
        source, target = op["from"], op["to"]
        if os.path.dirname(source) == os.path.dirname(target):
            name = os.path.basename(target)
            project.do(rename.Rename(project, resource(source)).get_changes(name[:-3] if name.endswith(".py") else name))
        elif os.path.basename(source) == os.path.basename(target):
            project.do(move.MoveModule(project, resource(source)).get_changes(resource(os.path.dirname(target))))
        else:
            return {"kind": "unsupported", "message": "to another folder and name at once"}
    elif kind == "extract_function":
        file = resource(op["path"])
        lines = file.read().split("\n")
        start = sum(len(line) + 1 for line in lines[: op["fromLine"] - 1])
        end = sum(len(line) + 1 for line in lines[: op["toLine"]]) - 1
        project.do(extract.ExtractMethod(project, file, start, end).get_changes(op["name"], global_=True))
    elif kind == "inline_function":
        project.do(inline.create_inline(project, resource(op["path"]), offset_of(op["path"], op["symbol"])).get_changes(remove=True))
    elif kind == "change_signature":
        refactoring = change_signature.ChangeSignature(project, resource(op["path"]), offset_of(op["path"], op["symbol"]))
        names = [name for name, _ in refactoring.get_args()]
        changers = []
        for name in op.get("drop", []):
            changers.append(change_signature.ArgumentRemover(names.index(name)))
            names.remove(name)
        if op.get("add"):
            return {"kind": "unsupported", "message": "add"}
        if op.get("order"):
            # The n-th entry says which of the old arguments comes n-th.
            changers.append(change_signature.ArgumentReorderer([names.index(name) for name in op["order"]]))
        project.do(refactoring.get_changes(changers))
    elif kind == "remove_unused" and op.get("what") == "imports":
        organizer = importutils.ImportOrganizer(project)
        for path in op.get("paths", []):
            changes = organizer.organize_imports(resource(path))
            if changes:
                project.do(changes)
    else:
        return {"kind": "unsupported", "message": kind + " is not offered"}
    project.close()
    return {"kind": "done"}


task = json.load(sys.stdin)
began = time.perf_counter()
try:
    answer = carry_out(task)
except Exception as error:  # rope tells its refusals and its faults the same way
    answer = {"kind": "refused", "reason": type(error).__name__, "message": str(error)[:500]}
answer["ms"] = (time.perf_counter() - began) * 1000
print(json.dumps(answer))

# Computes renames and moves with rope in one process, without carrying them out, and says how long each took.
import json
import os
import sys
import time

import_began = time.perf_counter()
cpu_began = time.process_time()

from rope.base.project import Project
from rope.refactor import move, rename

given = json.load(sys.stdin)
project = Project(given["directory"], ropefolder=None)
answers = []
for index, op in enumerate(given["operations"]):
    began, cpu = (import_began, 0.0) if index == 0 else (time.perf_counter(), time.process_time())
    if op["kind"] == "rename":
        changes = rename.Rename(project, project.get_resource(op["path"]), op["offset"]).get_changes(op["to"])
    else:
        target = os.path.join(given["directory"], op["to"])
        made = not os.path.exists(target)
        if made:
            open(target, "w").close()
        try:
            changes = move.create_move(project, project.get_resource(op["from"]), op["offset"]).get_changes(project.get_resource(op["to"]))
        finally:
            if made:
                os.remove(target)
    answers.append({"wallMs": (time.perf_counter() - began) * 1000, "cpuMs": (time.process_time() - cpu) * 1000, "files": len(changes.get_changed_resources())})
print(json.dumps(answers))

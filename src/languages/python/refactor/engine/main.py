"""Computes refactorings of Python projects over JSON lines: `{"id", "root", "files", "operation"}` in, `{"id", "result"}` out.

Only the standard library, only syntax trees: nothing of a project is imported or run, and nothing is written. The result is
`{"edits", "notes", "summary"}`, `{"refused": {...}}` or, for a fault of this program, `{"failed": text}`.
"""

import importlib
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from loaded import refuse_loaded_by_string  # noqa: E402
from project import Project  # noqa: E402
from refusal import Refusal  # noqa: E402

# Each kind with the module that carries it out: a function of the kind's name, `(project, operation) -> {"edits", "notes", "summary"}`.
OPERATIONS = {
    "rename": "rename",
    "move_symbols": "move_symbols",
    "move_module": "move_module",
    "merge_modules": "merge_modules",
    "split_module": "move_symbols",
    "extract_function": "extract",
    "inline_function": "inline",
    "change_signature": "signature",
    "remove_unused": "unused",
    "update_imports": "update_imports",
}


def answer(request):
    operation = request["operation"]
    kind = operation["kind"]
    if kind not in OPERATIONS:
        raise Refusal("unsupported", "%s is no refactoring of Python files." % kind)
    carry_out = getattr(importlib.import_module(OPERATIONS[kind]), kind)
    project = Project(request["root"], request["files"])
    result = carry_out(project, operation)
    refuse_loaded_by_string(project, operation)
    return result


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    sys.setrecursionlimit(10_000)  # long chains of operators in generated code
    for line in sys.stdin:
        request = json.loads(line)
        try:
            result = answer(request)
        except Refusal as refusal:
            result = {"refused": refusal.reply()}
        except Exception:  # one bad project must not end the service
            result = {"failed": traceback.format_exc(limit=-4)}
        out.write(json.dumps({"id": request["id"], "result": result}) + "\n")
        out.flush()


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")  # `invalid escape sequence` of the files looked at
    main()

"""Imports modules, each alone in a fresh interpreter: `{"modules": [{"path", "name", "root"}], "root", "paths", "seconds"}` in, one JSON line for each failure out."""

import json
import os
import subprocess
import sys

# What a fresh interpreter does. It answers by a file of its own, for the module may print what it likes.
ONE = r"""
import sys, json
report, where, name, place = sys.argv[1:5]
sys.path[:] = json.loads(where) + sys.path
sys.argv = [place]
sys.dont_write_bytecode = True
try:
    if name:
        import importlib
        importlib.import_module(name)
    else:
        import importlib.util
        spec = importlib.util.spec_from_file_location("untilgreen_loaded", place)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    found = None
except BaseException as error:
    frames, step = [], error.__traceback__
    while step is not None:
        frames.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    line = next((number for file, number in reversed(frames) if file == place), 1)
    if isinstance(error, SyntaxError) and error.filename == place:
        line = error.lineno or 1
    found = {"line": line, "code": type(error).__name__, "message": (str(error).splitlines() or [""])[0]}
with open(report, "w") as stream:
    json.dump(found, stream)
import os
os._exit(0)
"""


def load(module, config, report):
    root = config["root"]
    place = os.path.join(root, module["path"])
    where = list(dict.fromkeys([os.path.join(root, module["root"]) if module["root"] else root] + config["paths"]))
    if os.path.exists(report):
        os.remove(report)
    try:
        done = subprocess.run([sys.executable, "-c", ONE, report, json.dumps(where), module["name"] or "", place], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=config["seconds"], cwd=root)
    except subprocess.TimeoutExpired:
        return {"line": 1, "code": "Timeout", "message": "the import did not end within %d seconds" % config["seconds"]}
    try:
        with open(report) as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return {"line": 1, "code": "Exit", "message": "the interpreter ended with status %d" % done.returncode}


def main():
    config = json.load(sys.stdin)
    report = os.path.join(os.environ.get("TMPDIR", "/tmp"), "untilgreen-load.json")
    for module in config["modules"]:
        found = load(module, config, report)
        if found is not None:
            found["message"] = found["message"].replace(config["root"] + "/", "")
            sys.stdout.write(json.dumps(dict(found, path=module["path"])) + "\n")


if __name__ == "__main__":
    main()

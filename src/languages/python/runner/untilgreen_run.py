"""Starts one test run: reads its settings, opens the report, and only then lets code of the project in.

The test framework is imported while the project's folders are not yet on the path, so that no file of the project can stand in
for it or for this runner.
"""

import os
import sys

from untilgreen_report import open_report, project_path, read_config


def main():
    config = read_config()
    write = open_report(config["report"], config["nonce"])
    if config.get("tools"):
        sys.path.append(config["tools"])
    children = [path for path in config["paths"]] + ([config["tools"]] if config.get("tools") else [])
    if children:
        os.environ["PYTHONPATH"] = os.pathsep.join(children)
    mode = config["mode"]
    try:
        if mode == "pytest":
            import untilgreen_pytest as framework
        elif mode == "unittest":
            import untilgreen_unittest as framework
        else:
            import untilgreen_doctest as framework
    except ImportError as error:
        write("problem", message="%s cannot be imported: %s" % (mode, error), errorClass=type(error).__name__)
        write("end", exit=3)
        return 3
    forget(config.get("own", ()))
    project_path(config["paths"], os.getcwd())
    code = framework.run(config, write)
    write("end", exit=code)
    sys.stdout.flush()
    return code


def forget(names):
    """Lets the project's own copy of a package that the framework has imported take its place."""
    for name in list(sys.modules):
        if name.split(".")[0] in names:
            del sys.modules[name]


if __name__ == "__main__":
    sys.exit(main())

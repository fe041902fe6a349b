"""Answers questions about Python source over JSON lines: `{"id", "op", ...}` in, `{"id", "result"}` or `{"id", "error"}` out.

Only the standard library, only the syntax tree: nothing that it is given is ever imported or run.
"""

import ast
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from untilgreen_function import OPERATIONS as FUNCTION_OPERATIONS  # noqa: E402
from untilgreen_mutate import mutants  # noqa: E402
from untilgreen_mutations import mutations  # noqa: E402
from untilgreen_scan import scan  # noqa: E402
from untilgreen_symbols import symbols  # noqa: E402
from untilgreen_targets import calls, targets  # noqa: E402
from untilgreen_tests import static_tests  # noqa: E402
from untilgreen_top_level import top_level  # noqa: E402

OPERATIONS = {"symbols": symbols, "tests": static_tests, "scan": scan, "mutants": mutants, "mutations": mutations, "targets": targets, "calls": calls, "top_level": top_level}


def answer(request):
    """The reply to one request; a file that does not parse is a reply too."""
    source = request["source"]
    options = {name: value for name, value in request.items() if name not in ("id", "op", "source")}
    if request["op"] in FUNCTION_OPERATIONS:  # these take text that need not be a module
        return FUNCTION_OPERATIONS[request["op"]](source, **options)
    try:
        tree = ast.parse(source, type_comments=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return {"unparsable": {"line": line, "message": getattr(error, "msg", None) or str(error)}}
    return OPERATIONS[request["op"]](tree, source, **options)


def main():
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"id": request["id"], "result": answer(request)}
        except Exception as error:  # one bad file must not end the service
            reply = {"id": request["id"], "error": "%s: %s" % (type(error).__name__, error)}
        out.write(json.dumps(reply) + "\n")
        out.flush()


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")  # `invalid escape sequence` of the files looked at
    main()

"""A pytest plugin that tells which functions of the project each test enters.

From Python 3.12 on `sys.monitoring` reports each function once a test; before, a trace function sees every call, and no line.
"""

import json
import os
import sys
import threading

import pytest

FILE = os.environ["UNTILGREEN_SPECTRUM_FILE"]
ROOT = os.environ["UNTILGREEN_SPECTRUM_ROOT"].rstrip("/") + "/"

entered = set()
outcomes = {}
TOOL = 4  # the numbers up to 3 and 5 belong to debuggers, coverage, profilers and optimizers


def trace(frame, event, arg):
    entered.add(frame.f_code)
    return None


def start():
    entered.clear()
    if hasattr(sys, "monitoring"):
        monitoring = sys.monitoring
        if monitoring.get_tool(TOOL) is None:
            monitoring.use_tool_id(TOOL, "untilgreen")

            def began(code, offset):
                entered.add(code)
                return monitoring.DISABLE

            monitoring.register_callback(TOOL, monitoring.events.PY_START, began)
            monitoring.set_events(TOOL, monitoring.events.PY_START)
        else:
            monitoring.restart_events()
        return
    threading.settrace(trace)
    sys.settrace(trace)


def stop():
    if not hasattr(sys, "monitoring"):
        sys.settrace(None)
        threading.settrace(None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    start()
    yield
    stop()
    lines = {}
    for code in list(entered):
        path = code.co_filename
        if path.startswith(ROOT) and code.co_name != "<module>":
            lines.setdefault(path[len(ROOT):], []).append(code.co_firstlineno)
    outcome = outcomes.pop(item.nodeid, None)
    if outcome:
        record = {"test": item.nodeid, "outcome": outcome, "lines": {path: sorted(set(found)) for path, found in lines.items()}}
        with open(FILE, "a") as report:
            report.write(json.dumps(record) + "\n")


def pytest_runtest_logreport(report):
    if report.outcome == "failed":
        outcomes[report.nodeid] = "failed"
    elif report.outcome == "passed" and report.when == "call":
        outcomes.setdefault(report.nodeid, "passed")

"""pytest with one record per event: what was collected, what started, how each test ended, and why."""

import importlib.util
import os
import re
import sys

import pytest

from untilgreen_report import compared, describe, inside, safe_repr, shorten


class Reporter:
    """A pytest plugin. With xdist it sits in the controller, where all reports arrive."""

    def __init__(self, write, root):
        self._write = write
        self._root = root
        self._details = {}
        self._compare = None
        self._broken = set()

    def pytest_addoption(self, parser):
        # `--cov` in `addopts` must not keep a project's tests from running where pytest-cov is not installed.
        if importlib.util.find_spec("pytest_cov") is not None:
            return
        group = parser.getgroup("coverage options, accepted and unused because pytest-cov is not installed")
        for name in ("--cov", "--cov-report"):
            group.addoption(name, action="append", nargs="?", const=True, default=[])
        for name in ("--cov-config", "--cov-fail-under", "--cov-context", "--cov-precision"):
            group.addoption(name, action="store", default=None)
        for name in ("--cov-branch", "--cov-append", "--no-cov", "--no-cov-on-fail", "--cov-reset"):
            group.addoption(name, action="store_true", default=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config):
        # Property tests try the same examples in every run, so that two runs of one state agree.
        if getattr(config.option, "hypothesis_seed", "unknown") is None:
            config.option.hypothesis_seed = "0"

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector):
        outcome = yield
        report = outcome.get_result()
        call = getattr(report, "call", None)
        if report.failed and call is not None and call.excinfo is not None:
            error = call.excinfo.value
            # pytest wraps what an import raised in a CollectError whose text is for people.
            cause = error.__cause__ if type(error).__name__ == "CollectError" and error.__cause__ else error
            self._collect_error(report.nodeid, getattr(collector, "path", None), describe(cause, self._root))

    def pytest_collectreport(self, report):
        if report.failed and report.nodeid not in self._broken:
            text = str(report.longrepr)  # from an xdist worker: the exception itself stayed there
            last = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
            found = {"message": shorten(last[-1] if last else text), "frames": []}
            self._collect_error(report.nodeid, None, dict(found, **class_in(found["message"])))

    def _collect_error(self, nodeid, path, found):
        self._broken.add(nodeid)
        self._write("collect_error", id=nodeid, file=str(path) if path else None, **found)

    def pytest_collection_finish(self, session):
        if not session.config.pluginmanager.hasplugin("dsession"):
            self._write("collected", count=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids):
        self._write("collected", count=len(ids))

    def pytest_assertrepr_compare(self, config, op, left, right):
        self._compare = (op, safe_repr(left), safe_repr(right))

    def pytest_runtest_logstart(self, nodeid, location):
        self._compare = None
        self._write("start", id=nodeid)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        yield
        if call.excinfo is None:
            self._details.pop((item.nodeid, call.when), None)
            return
        error = call.excinfo.value
        found = describe(error, self._root)
        if isinstance(error, AssertionError) and self._compare:
            operator, left, right = self._compare
            found["got"] = left
            found["expected"] = right if operator == "==" else "%s %s" % (operator, right)
        elif compared(error):
            found["got"], found["expected"] = compared(error)
        failures = getattr(error, "failures", None)  # doctests run by pytest
        example = failures[0] if failures else error
        if hasattr(example, "example") and hasattr(example, "test"):
            found.update(doctest_details(example))
        self._compare = None
        self._details[(item.nodeid, call.when)] = found

    def pytest_runtest_logreport(self, report):
        subtest = type(report).__name__.lower() == "subtestreport"
        outcome = outcome_of(report)
        if outcome is None or (subtest and outcome == "passed"):
            return
        if report.when != "call" and outcome == "passed":
            return
        fields = dict(self._details.get((report.nodeid, report.when)) or crash_of(report, self._root))
        if outcome in ("skipped", "xfailed"):
            fields = {"message": skip_reason(report)}
        elif report.outcome == "failed" and isinstance(report.longrepr, str) and not fields.get("message"):
            fields["message"] = shorten(report.longrepr)
        if subtest:
            fields["subtest"] = subtest_name(report)
        location = report.location
        self._write(
            "test",
            id=report.nodeid,
            file=os.path.abspath(os.path.join(os.getcwd(), location[0])) if location else None,
            at=(location[1] + 1) if location and location[1] is not None else None,
            when=report.when,
            outcome=outcome,
            ms=round(getattr(report, "duration", 0) * 1000, 3),
            **fields
        )

    def pytest_internalerror(self, excrepr):
        self._write("problem", message=shorten(excrepr), errorClass="InternalError")


def outcome_of(report):
    """pytest's report as one of our outcomes; `None` for reruns and other kinds that do not count."""
    if hasattr(report, "wasxfail"):
        return {"skipped": "xfailed", "passed": "xpassed"}.get(report.outcome)
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    return report.outcome if report.outcome in ("passed", "skipped") else None


def crash_of(report, root):
    """Where a report of an xdist worker says it failed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return {}
    frames = [[crash.path, crash.lineno]] if inside(crash.path, root) else []
    return dict({"message": shorten(crash.message), "frames": frames}, **class_in(crash.message))


def class_in(message):
    """The exception class that a rendered message begins with."""
    if message.startswith("assert "):
        return {"errorClass": "AssertionError"}
    found = re.match(r"[\w.]*?(\w+)(:|$)", message)
    return {"errorClass": found.group(1)} if found else {}


def skip_reason(report):
    """The words behind a skip or an expected failure."""
    if getattr(report, "wasxfail", ""):
        return shorten(report.wasxfail)
    if isinstance(report.longrepr, tuple) and len(report.longrepr) == 3:
        return shorten(report.longrepr[2])
    return ""


def subtest_name(report):
    """The message and parameters of a subtest."""
    context = getattr(report, "context", None)
    words = [] if context is None or not context.msg else [str(context.msg)]
    words += ["%s=%s" % (name, shorten(value, 100)) for name, value in (context.kwargs if context else {}).items()]
    return shorten(", ".join(words), 300)


def doctest_details(failure):
    """Expected, got and line of a failing doctest example."""
    line = (failure.test.lineno or 0) + failure.example.lineno + 1
    details = {"frames": [[os.path.abspath(failure.test.filename or ""), line]]}
    if hasattr(failure, "got"):
        want, got = failure.example.want.strip(), str(failure.got).strip()
        details.update(expected=shorten(want, 600), got=shorten(got, 600), errorClass="DocTestFailure")
        details["message"] = "%s\nexpected %s, got %s" % (failure.example.source.strip(), want, got)
    else:
        error = failure.exc_info[1]
        details.update(errorClass=type(error).__name__, message="%s\nraised %s: %s" % (failure.example.source.strip(), type(error).__name__, error))
    return details


def run(config, write):
    sys.argv = ["pytest"] + config["args"]
    return int(pytest.main(config["args"], plugins=[Reporter(write, config["root"])]))

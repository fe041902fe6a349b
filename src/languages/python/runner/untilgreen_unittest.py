"""unittest with the same records as pytest, for projects that do not know pytest.

Test files are given by the host and imported one by one, each from the folder above its outermost package. So every layout
works (`tests/` with or without `__init__.py`), and a file that cannot be imported breaks itself alone.
"""

import importlib
import importlib.util
import inspect
import os
import sys
import time
import unittest

from untilgreen_report import compared, describe, safe_message, shorten


class Result(unittest.TestResult):
    """Writes a record when a test starts and one when it ends."""

    def __init__(self, write, root, names):
        super().__init__()
        self._write = write
        self._root = root
        self._names = names
        self._current = {}
        self._began = 0.0

    def _of(self, test):
        known = self._names.get(id(test))
        return known["fields"] if known else {"id": test.id(), "file": None, "at": None}

    def _put(self, test, outcome, **fields):
        self._write("test", outcome=outcome, when="call", ms=round((time.perf_counter() - self._began) * 1000, 3), **dict(self._of(test), **fields))

    def startTest(self, test):
        super().startTest(test)
        self._began = time.perf_counter()
        self._failed = False
        self._write("start", id=self._of(test)["id"])

    def addSuccess(self, test):
        if not self._failed:
            self._put(test, "passed")

    # The base class cuts frames off the traceback, so the record is written before it is called.
    def addFailure(self, test, err):
        self._bad(test, "failed", err[1])
        super().addFailure(test, err)

    def addError(self, test, err):
        if isinstance(test, unittest.TestCase):
            self._bad(test, "failed", err[1])  # an exception in the body is a failing test, as with pytest
        else:
            self._fixture_failed(str(test), err[1])
        super().addError(test, err)

    def _fixture_failed(self, holder, error):
        """`setUpClass (module.Class)` or `setUpModule (module)` failed: every test behind it ends with that error."""
        owner = holder[holder.find("(") + 1:].rstrip(")")
        found = describe(error, self._root)
        behind = [known["fields"] for known in self._names.values() if owner in (known["owner"], known["module"])]
        for fields in behind:
            self._write("test", outcome="error", when="setup", **dict(fields, **found))
        if not behind:
            self._write("problem", **found)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._bad(test, "failed", err[1], subtest=shorten(subtest._subDescription(), 300))
        super().addSubTest(test, subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if isinstance(test, unittest.TestCase):
            self._put(test, "skipped", message=shorten(reason))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._put(test, "xfailed", message=safe_message(err[1]))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._failed = True
        self._put(test, "failed", message="expected to fail, and passed", errorClass="UnexpectedSuccess")

    def _bad(self, test, outcome, error, **fields):
        self._failed = True
        found = describe(error, self._root)
        values = compared(error)
        if values:
            found["got"], found["expected"] = values
        self._put(test, outcome, **dict(found, **fields))


def top_of(path):
    """The folder above the outermost package that holds the file."""
    folder = os.path.dirname(path)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return folder


def load(path):
    """Imports a test file under the name its package gives it."""
    top = top_of(path)
    name = os.path.splitext(os.path.relpath(path, top))[0].replace(os.sep, ".")
    if name.endswith(".__init__"):
        name = name[: -len(".__init__")]
    if top not in sys.path:
        sys.path.insert(0, top)
    known = sys.modules.get(name)
    if known is None and "-" not in name:
        module = importlib.import_module(name)
        if os.path.abspath(getattr(module, "__file__", None) or "") == path:
            return module
    elif known is not None and os.path.abspath(getattr(known, "__file__", None) or "") == path:
        return known
    # Two test files with one name in folders that are no packages.
    unique = "untilgreen_test_%d_%s" % (len(sys.modules), os.path.basename(path)[:-3].replace("-", "_"))
    spec = importlib.util.spec_from_file_location(unique, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[unique] = module
    spec.loader.exec_module(module)
    return module


def each(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            for test in each(item):
                yield test
        else:
            yield item


def names_of(tests, path, here):
    """Our ids (`tests/test_a.py::TestA::test_b`) by the identity of the test object."""
    named = {}
    shown = os.path.relpath(path, here).replace(os.sep, "/")
    for test in tests:
        method = getattr(test, "_testMethodName", None)
        function = getattr(getattr(test, method or "", None), "__func__", None)
        code = getattr(inspect.unwrap(function), "__code__", None) if function else None
        name = "%s::%s" % (type(test).__name__, method) if method else str(test)
        named[id(test)] = {
            "fields": {"id": "%s::%s" % (shown, name), "file": path, "at": code.co_firstlineno if code else None},
            "owner": "%s.%s" % (type(test).__module__, type(test).__qualname__),
            "module": type(test).__module__,
        }
    return named


def run(config, write):
    here = os.getcwd()
    wanted = set(config.get("ids") or [])
    names, suite, kept = {}, unittest.TestSuite(), []
    broken = False
    for relative in config["files"]:
        path = os.path.join(here, relative)
        try:
            loader = unittest.TestLoader()
            loaded = loader.loadTestsFromModule(load(path))
        except (SystemExit, Exception) as error:  # sys.exit() at import is a broken file, not the end of the run
            broken = True
            write("collect_error", id=relative, file=path, **describe(error, config["root"]))
            continue
        tests = list(each(loaded))
        found = names_of(tests, path, here)
        if wanted:
            tests = [test for test in tests if found[id(test)]["fields"]["id"] in wanted]
            loaded = unittest.TestSuite(tests)
        names.update(found)
        kept.extend(tests)
        suite.addTest(loaded)
    write("collected", count=len(kept))
    result = Result(write, config["root"], names)
    with_exit_caught(suite, result)
    good = result.wasSuccessful() and not broken
    print("%d tests, %s" % (result.testsRun, "all good" if good else "not all good"))
    return 0 if good else 1


def with_exit_caught(suite, result):
    """unittest lets SystemExit end the whole run; here it fails the test that raised it."""
    original = getattr(unittest.TestCase, "_callTestMethod", None)
    if original is None:  # Python 3.7 and older
        suite.run(result)
        return

    def call(self, method):
        try:
            return original(self, method)
        except SystemExit as error:
            raise RuntimeError("the test ended the process: SystemExit(%r)" % (error.code,)) from error

    unittest.TestCase._callTestMethod = call
    try:
        suite.run(result)
    finally:
        unittest.TestCase._callTestMethod = original

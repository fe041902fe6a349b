"""Doctests of modules and text files with the same records as pytest: one test a docstring or file."""

import doctest
import os
import sys

from untilgreen_report import describe, shorten
from untilgreen_unittest import load


class Runner(doctest.DocTestRunner):
    """Keeps the first failing example of a docstring."""

    def __init__(self, root):
        super().__init__(verbose=False)
        self._root = root
        self.failure = None

    def report_start(self, out, test, example):
        pass

    def report_success(self, out, test, example, got):
        pass

    def report_failure(self, out, test, example, got):
        want, got = example.want.strip(), got.strip()
        self._keep(
            test,
            example,
            expected=shorten(want, 600),
            got=shorten(got, 600),
            errorClass="DocTestFailure",
            message=shorten("%s\nexpected %s, got %s" % (example.source.strip(), want, got)),
        )

    def report_unexpected_exception(self, out, test, example, exc_info):
        found = describe(exc_info[1], self._root)
        self._keep(test, example, errorClass=found["errorClass"], message=shorten("%s\nraised %s: %s" % (example.source.strip(), found["errorClass"], found["message"])))

    def _keep(self, test, example, **fields):
        if self.failure is None:
            self.failure = dict(fields, frames=[[os.path.abspath(test.filename or ""), (test.lineno or 0) + example.lineno + 1]])


def tests_of(path, shown):
    """`(id, test)` of every docstring or text file with examples."""
    if not path.endswith(".py"):
        with open(path, encoding="utf-8") as file:
            test = doctest.DocTestParser().get_doctest(file.read(), {"__name__": "__main__"}, os.path.basename(path), path, 0)
        return [(shown, test)] if test.examples else []
    module = load(path)
    prefix = module.__name__
    found = []
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        if test.examples:
            name = test.name[len(prefix) + 1:] or "<module>"
            found.append(("%s::%s" % (shown, name), test))
    return sorted(found, key=lambda pair: (pair[1].lineno or 0, pair[0]))


def run(config, write):
    here = os.getcwd()
    wanted = set(config.get("ids") or [])
    collected, broken = [], False
    for relative in config["files"]:
        path = os.path.join(here, relative)
        try:
            collected += [(path, name, test) for name, test in tests_of(path, relative) if not wanted or name in wanted]
        except (SystemExit, Exception) as error:
            broken = True
            write("collect_error", id=relative, file=path, **describe(error, config["root"]))
    write("collected", count=len(collected))
    good = not broken
    for path, name, test in collected:
        line = (test.lineno or 0) + 1
        write("start", id=name)
        runner = Runner(config["root"])
        try:
            runner.run(test, out=lambda text: None, clear_globs=False)
        except SystemExit as error:
            runner.failure = {"errorClass": "SystemExit", "message": "the example ended the process: SystemExit(%r)" % (error.code,), "frames": []}
        if runner.failure:
            good = False
            write("test", id=name, file=path, at=line, when="call", outcome="failed", **runner.failure)
        else:
            write("test", id=name, file=path, at=line, when="call", outcome="passed")
    print("%d doctests, %s" % (len(collected), "all good" if good else "not all good"))
    return 0 if good else 1

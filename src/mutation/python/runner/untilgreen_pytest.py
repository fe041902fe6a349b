"""Tests of a project on the present code and on mutants: collected once, then run in forks, each mutant with the tests that reach its line."""

import os
import random
import time

import untilgreen_modules as modules
from untilgreen_forks import forks
from untilgreen_patch import Patcher
from untilgreen_watch import Watch


class Results:
    """Outcomes by test."""

    def __init__(self):
        self.results = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            worse = self.results.get(report.nodeid) == "failed"
            self.results[report.nodeid] = "failed" if worse or report.outcome == "failed" else report.outcome


class Session(Results):
    """Takes the place of pytest's loop over the tests."""

    def __init__(self, request, root, tell):
        super().__init__()
        self.request, self.root, self.tell, self.broken, self.later = request, root, tell, [], []

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken.append(str(report.longrepr)[-600:])

    def pytest_collection_modifyitems(self, items):
        if self.request.get("seed") is not None:
            random.Random(self.request["seed"]).shuffle(items)

    def pytest_runtestloop(self, session):
        request = self.request
        file = os.path.realpath(request["file"])
        base = {}
        forks([0], lambda _: self.baseline(session, file), request["suiteSeconds"], 1, request["memory"], lambda _job, answer, late: base.update(answer=answer, late=late))
        answer = base["answer"]
        if answer is None:
            self.broken.append("it did not end in time" if base["late"] else "the process died")
            answer = {"results": {}, "reach": {}, "took": {}}
        passed = all(outcome != "failed" for outcome in answer["results"].values())
        with open(file, "rb") as handle:
            executable = modules.executable_lines(handle.read())
        lines = sorted({line for reached in answer["reach"].values() for line in reached})
        self.tell(event="baseline", code=0 if passed and not self.broken else 1, results=answer["results"], broken=self.broken, rows=self.rows(session.items), lines=lines, executable=executable, seconds=sum(answer["took"].values()))
        if not request.get("mutants") or not answer["results"]:
            return True
        patcher = Patcher(file)
        items = {item.nodeid: item for item in session.items}
        rows = self.rows(session.items)
        good = [name for name, outcome in answer["results"].items() if outcome == "passed"]

        def strike(mutant):
            how = patcher.put_in(modules.changed(patcher.present, mutant))
            return {"how": how} if how != "done" else {"failed": self.run([items[name] for name in mutant["tests"]], request.get("stop"))}

        def struck(mutant, told, late):
            if told is not None and told.get("how") == "import":
                self.later.append(mutant)
            else:
                report(self.tell, mutant, told, late)

        jobs = []
        for mutant in request["mutants"]:
            # No call reaches the head of a function: all tests are tried.
            reaching = good if mutant.get("head") else [name for name in good if mutant["line"] in answer["reach"][name]]
            # A statement of several lines is reported by another of them: all tests of the function's neighbourhood stand in.
            tests = reaching or [name for name in good if any(abs(line - mutant["line"]) <= 12 for line in answer["reach"][name])]
            first = [rows[name] for name in mutant.get("prefer", []) if rows.get(name) in answer["results"]]
            tests = first + [name for name in tests if name not in first]
            jobs.append(dict(mutant, tests=tests, seconds=min(request["mutantSeconds"] + 30, 2 + 6 * sum(answer["took"][name] for name in tests))))
        for job in jobs:
            if not job["tests"]:
                self.tell(event="mutant", id=job["id"], killed=[], fate="survived")
        forks([job for job in jobs if job["tests"]], strike, request["mutantSeconds"], request["workers"], request["memory"], struck)
        return True

    def rows(self, items):
        """`test_a#2` → the id of the third row of a test, in the order of the file."""
        counts, rows = {}, {}
        for item in items:
            name = getattr(item, "originalname", None) or item.name
            rows["%s#%d" % (name, counts.get(name, 0))] = item.nodeid
            counts[name] = counts.get(name, 0) + 1
        return rows

    def baseline(self, session, file):
        reach, took = {}, {}
        for at, item in enumerate(session.items):
            begun = time.perf_counter()
            with Watch(file, self.root, effects=False) as watch:
                self.protocol(item, session.items[at + 1] if at + 1 < len(session.items) else None)
            reach[item.nodeid], took[item.nodeid] = sorted(watch.lines), time.perf_counter() - begun
        for name in self.results:
            reach.setdefault(name, [])
            took.setdefault(name, 0.0)
        return {"results": self.results, "reach": reach, "took": took}

    def run(self, items, stop):
        self.results.clear()
        for at, item in enumerate(items):
            self.protocol(item, items[at + 1] if at + 1 < len(items) else None)
            if stop and self.results.get(item.nodeid) == "failed":
                break
        return [name for name, outcome in self.results.items() if outcome == "failed"]

    def protocol(self, item, following):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def arguments(request):
    return ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "--color=no", "--rootdir=%s" % (request.get("cwd") or request["root"]), "-o", "addopts=", "--no-header", "--tb=no", "--continue-on-collection-errors", *request["tests"]]


def fail_quickly(request):
    """Hypothesis looks for no simpler example of a failure: that takes many times as long as to find it, and only whether it fails counts.

    Its tables of characters take seconds to make: they are made here, once for all forks.
    """
    found = texts = False
    for name in request["tests"]:
        try:
            with open(os.path.join(request["root"], name.split("::")[0]), "rb") as handle:
                source = handle.read()
            if b"hypothesis" in source:
                texts = texts or b"text(" in source or b"characters(" in source or b"builds(" in source
                found = True
        except OSError:
            continue
    if not found:
        return
    try:
        from hypothesis import Phase, find, settings, strategies
    except ImportError:
        return
    settings.register_profile("untilgreen", phases=[Phase.explicit, Phase.generate, Phase.target], database=None)
    settings.load_profile("untilgreen")
    if texts:
        find(strategies.text(), bool)


def report(tell, mutant, answer, late):
    if answer is None:
        tell(event="mutant", id=mutant["id"], killed=[], fate="timeout" if late else "crashed")
    elif "how" in answer:
        tell(event="mutant", id=mutant["id"], killed=[], fate={"same": "equivalent"}.get(answer["how"], answer["how"]))
    else:
        tell(event="mutant", id=mutant["id"], killed=answer["failed"], fate="killed" if answer["failed"] else "survived")


def tests(request, root, tell):
    import pytest

    file = os.path.realpath(request["file"])

    def whole(_):
        fail_quickly(request)
        session = Session(request, root, tell)
        code = int(pytest.main(arguments(request), plugins=[session]))
        own, other = modules.loaded(root)
        # Without a single test the loop above never began.
        if code in (2, 3, 4, 5) and not session.results and session.broken:
            tell(event="baseline", code=code, results={}, broken=session.broken, rows={}, lines=[], executable=[], seconds=0)
        return {"code": code, "later": session.later, "own": own, "other": other}

    state = {}
    forks([0], whole, 3600, 1, request["memory"], lambda _job, answer, _late: state.update(answer=answer))
    answer = state["answer"]
    if answer is None:
        return
    if answer["later"]:
        modules.preload(root, answer["own"], answer["other"])
        forks(answer["later"], lambda mutant: anew(request, file, mutant), max(request["mutantSeconds"], 10), request["workers"], request["memory"], lambda mutant, told, late: report(tell, mutant, told, late))
    tell(event="done")


def anew(request, file, mutant):
    """A mutant that shows only in a new import: a default, a decorator, the body of a class."""
    import pytest

    with open(file, "rb") as handle:
        modules.CHANGED[file] = modules.changed(handle.read(), mutant)
    fail_quickly(request)
    results = Results()
    wanted = dict(request, tests=mutant["tests"] or request["tests"])
    code = int(pytest.main((["-x"] if request.get("stop") else []) + arguments(wanted), plugins=[results]))
    failed = [name for name, outcome in results.results.items() if outcome == "failed"]
    return {"how": "broken"} if code in (2, 3, 4) and not failed else {"failed": failed}

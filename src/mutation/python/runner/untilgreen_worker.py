"""Calls functions of a project, and runs its tests, on the present code and on mutants of one module; all in one warmed process.

One JSON request on standard input, JSON lines on what was standard output, each begun by the nonce of the request.
"""

import builtins
import importlib
import io
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import untilgreen_modules as modules  # noqa: E402
from untilgreen_describe import describe, raised, source as source_of, NoText  # noqa: E402
from untilgreen_forks import Stopped, forks  # noqa: E402
from untilgreen_patch import Patcher  # noqa: E402
from untilgreen_watch import Watch  # noqa: E402

# Cases that tell one mutant apart: more of them make the choice among cases no better.
ENOUGH = 12
KNOWN = ("datetime", "decimal", "fractions", "math", "itertools", "pathlib", "re", "collections", "enum", "functools", "operator", "zoneinfo")


def main():
    request = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w")
    silence = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(silence, fd)
    nonce = request["nonce"]

    def tell(**fields):
        out.write(nonce + json.dumps(fields) + "\n")
        out.flush()

    root = os.path.realpath(request["root"])
    sys.path[0:0] = [path for path in request["paths"] if path]
    if request.get("tools"):
        sys.path.append(request["tools"])
    os.chdir(request.get("cwd") or root)
    sys.dont_write_bytecode = True
    modules.install()
    if request["mode"] == "calls":
        calls(request, root, tell)
    else:
        from untilgreen_pytest import tests

        tests(request, root, tell)


# Calls ------------------------------------------------------------------------------------------------------------------------------


def namespace(request):
    module = importlib.import_module(request["module"])
    space = dict(vars(module))
    for name in KNOWN:
        try:
            space[name] = importlib.import_module(name)
        except ImportError:
            continue
    space["__builtins__"] = builtins
    return space


def within_time(seconds, call):
    """`seconds` of CPU, so that a busy machine changes no outcome; ten times as much by the clock, for what sleeps."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * 10)
    try:
        return call()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def one_call(case, space, seconds, root):
    """The outcome of one call, with what it printed and what it did to its arguments."""
    printed, errors = io.StringIO(), io.StringIO()
    old = sys.stdout, sys.stderr
    begun = time.process_time()
    values = []
    try:
        sys.stdout, sys.stderr = printed, errors

        def whole():
            receiver = eval(case["receiver"], space) if case.get("receiver") else None
            for name, text in case["arguments"]:
                values.append([name, eval(text, space)])
            before = [copied(value) for _, value in values]
            if case["kind"] == "property":
                result = getattr(receiver, case["attribute"])
            elif case["kind"] == "constructor":
                result = eval(case["callee"], space)(*[v for n, v in values if n is None], **{n: v for n, v in values if n is not None})
            else:
                function = getattr(receiver, case["attribute"]) if receiver is not None else eval(case["callee"], space)
                result = function(*[v for n, v in values if n is None], **{n: v for n, v in values if n is not None})
            if case.get("awaited"):
                import asyncio

                result = asyncio.run(result)
            shown = describe(result)
            after = []
            for at, (_, value) in enumerate(values):
                now = copied(value)
                if before[at] is not None and now is not None and now != before[at]:
                    after.append([at, now])
            if after:
                shown["after"] = after
                shown["key"] += "|" + json.dumps(after)
            if receiver is not None and shown["form"] == "is" and shown["text"] == "None":
                state = describe(receiver)
                if state["form"] == "object" and len(state["checks"]) > 1:
                    shown["receiver"] = state["checks"]
                    shown["key"] += "|" + state["key"]
            return shown

        shown = within_time(seconds, whole)
    except Stopped:
        return {"kind": "timeout", "key": "timeout"}
    except SystemExit as error:
        shown = raised(error, False)
    except KeyboardInterrupt:
        return {"kind": "timeout", "key": "timeout"}
    except BaseException as error:
        trace, own = error.__traceback__, False
        while trace:
            own = modules.within(trace.tb_frame.f_code.co_filename, root)
            last, trace = trace, trace.tb_next
        # Written by the project: the innermost frame is one of its own, and its line raises.
        shown = raised(error, own and raises_itself(last))
        shown["inside"] = bool(own) or any_own(error.__traceback__, root)
    finally:
        sys.stdout, sys.stderr = old
    text = printed.getvalue()
    if text:
        shown["printed"] = text[:1500]
        shown["key"] += "|printed:" + text[:1500]
    shown["seconds"] = time.process_time() - begun
    return shown


def any_own(trace, root):
    while trace:
        if modules.within(trace.tb_frame.f_code.co_filename, root):
            return True
        trace = trace.tb_next
    return False


def raises_itself(trace):
    import linecache

    path, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
    return any("raise" in linecache.getline(path, number) for number in (line, max(1, line - 1), max(1, line - 2)))


def copied(value):
    """The text of an argument that a call may change."""
    if not isinstance(value, (list, dict, set, bytearray)):
        return None
    try:
        return source_of(value, set())
    except (NoText, RecursionError):
        return None


def calls(request, root, tell):
    cases, file = request["cases"], os.path.realpath(request["file"])
    if request.get("later"):
        from untilgreen_clock import shift

        shift()
    seconds = request["seconds"]

    def probe(_):
        space = namespace(request)
        own, other = modules.loaded(root)
        return {"own": own, "other": other, "names": [name for name in space if not name.startswith("__")]}

    state = {}

    def probed(_job, answer, late):
        state["probe"] = answer
        state["late"] = late

    forks([0], probe, 20, 1, 2 << 30, probed)
    if not state["probe"]:
        return tell(event="unimportable", message=first_error(request))
    modules.preload(root, state["probe"]["own"], state["probe"]["other"])
    tell(event="imported", names=state["probe"]["names"])

    def observe(batch):
        space = namespace(request)
        found, slow = [], {}
        for case in batch:
            # What did not end twice is not tried again: a function that never ends would take all the time there is.
            if slow.get(case["callee"], 0) >= 2:
                found.append({"kind": "timeout", "key": "timeout", "id": case["id"], "lines": [], "effects": []})
                continue
            with Watch(file, root, coverage=request.get("coverage", True)) as watch:
                shown = one_call(case, space, seconds, root)
            slow[case["callee"]] = slow.get(case["callee"], 0) + (shown["kind"] == "timeout")
            found.append(dict(shown, id=case["id"], lines=sorted(watch.lines), effects=sorted(watch.effects)))
        return found

    def observed(batch, answer, _late):
        if answer is None and len(batch) > 1:
            retry.extend([case] for case in batch)
        elif answer is None:
            tell(event="outcome", id=batch[0]["id"], kind="crashed", key="crashed", lines=[], effects=[])
        else:
            for item in answer:
                tell(event="outcome", **item)

    workers = request["workers"]
    if request.get("observe", True):
        retry, size = [], 20
        forks([cases[at:at + size] for at in range(0, len(cases), size)], observe, 15 + seconds * size, workers, request["memory"], observed)
        again, retry = list(retry), []
        forks(again, observe, seconds * 10 + 5, workers, request["memory"], observed)
    by_id = {case["id"]: case for case in cases}

    # The module is imported in this process's fork once for all mutants that patch live functions; the others import it anew.
    def strike_all(_):
        space = namespace(request)
        patcher = Patcher(file)

        def patched(mutant):
            how = patcher.put_in(modules.changed(patcher.present, mutant))
            return {"how": how} if how != "done" else struck_by(mutant, space)

        later = []

        def answered(mutant, answer, late):
            if answer is not None and answer.get("how") == "import":
                later.append(mutant)
            else:
                struck(mutant, answer, late)

        forks(request["mutants"], patched, request["mutantSeconds"], workers, request["memory"], answered)
        return [mutant["id"] for mutant in later]

    def anew(mutant):
        with open(file, "rb") as handle:
            modules.CHANGED[file] = modules.changed(handle.read(), mutant)
        try:
            space = namespace(request)
        except BaseException as error:
            return {"how": "broken" if not isinstance(error, SyntaxError) else "invalid"}
        return struck_by(mutant, space)

    def struck_by(mutant, space):
        killed, slow, order = [], 0, mutant["cases"]
        for number, name in enumerate(order):
            case = by_id[name]
            shown = one_call(case, space, max(0.1, min(seconds, 20 * case.get("took", 0.01))), root)
            if shown["key"] != case["key"]:
                killed.append(name)
                slow += shown["kind"] == "timeout"
                if slow >= 2 or len(killed) >= ENOUGH:
                    break
        return {"killed": killed, "slow": slow}

    def struck(mutant, answer, late):
        if answer is None:
            tell(event="mutant", id=mutant["id"], killed=[], fate="timeout" if late else "crashed")
        elif "how" in answer:
            tell(event="mutant", id=mutant["id"], killed=[], fate={"same": "equivalent"}.get(answer["how"], answer["how"]))
        else:
            tell(event="mutant", id=mutant["id"], killed=answer["killed"], fate="timeout" if answer["slow"] else "killed" if answer["killed"] else "survived")

    if request.get("mutants"):
        left = {}
        forks([0], strike_all, 3600, 1, request["memory"], lambda _job, answer, _late: left.update(ids=answer))
        again = set(left["ids"] if left["ids"] is not None else [])
        forks([mutant for mutant in request["mutants"] if mutant["id"] in again], anew, request["mutantSeconds"], workers, request["memory"], struck)
    tell(event="done")


def first_error(request):
    """Why a module cannot be imported, asked in this process, which ends anyway."""
    try:
        namespace(request)
    except BaseException as error:
        return "%s: %s" % (type(error).__name__, error)
    return "it did not end in time"


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    main()

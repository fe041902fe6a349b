"""The process of one candidate: loads its module, then answers one task after the other over the one descriptor it has.

What it was forked from holds neither other candidates nor their inputs, and what is expected never enters the sandbox.
"""

import builtins
import json
import os
import struct
import sys
import types

from untilgreen_values import encode, enlarge, name_of

MOST_PRINTED = 2000  # characters of one case
MEMORY = 512 * 1024 * 1024  # bytes over what the warm interpreter has
MOST_MESSAGE = 500
CHANNEL = 3
FILE = "candidate"

_dumps, _loads, _read, _write, _exit = json.dumps, json.loads, os.read, os.write, os._exit
_compile, _exec, _eval, _dict, _str, _type, _callable = compile, exec, eval, dict, str, type, callable
_builtins = dict(vars(builtins))


class Printed:
    """Standard output of the candidate: the beginning is kept, the rest is counted as gone."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, room):
        self.room, self.parts = room, []

    def write(self, text):
        text = str(text)
        if self.room > 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        raise OSError("standard output is captured")


def run(channel, limits):
    """Never returns."""
    enclose(channel, limits)
    start = receive()
    if start.get("large"):
        enlarge()
    kinds = handlers(start)
    try:
        module, problem = load(start)
        send(problem or {"kind": "loaded"})
        while problem is None:
            task = receive()
            send(kinds[task["kind"]](module, task))
    except MemoryError:
        send({"kind": "crashed", "how": "memory"})
    _exit(3)


def handlers(start):
    if start.get("tools"):
        from untilgreen_properties import run_property

        return {"case": run_case, "property": run_property}
    return {"case": run_case}


def enclose(channel, limits):
    """A session of its own, no descriptor but the channel, no children, bounded memory."""
    os.setsid()
    if channel != CHANNEL:
        os.dup2(channel, CHANNEL)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(CHANNEL + 1, 4096)
    try:
        import resource
    except ImportError:
        return
    for name, bound in (("RLIMIT_AS", size() + limits.get("memory", MEMORY)), ("RLIMIT_CORE", 0), ("RLIMIT_NPROC", 0), ("RLIMIT_FSIZE", 1 << 20), ("RLIMIT_NOFILE", 64)):
        try:
            resource.setrlimit(getattr(resource, name), (bound, bound))
        except (AttributeError, ValueError, OSError):
            pass  # a platform without this limit: the sandbox has its own


def size():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 34  # no /proc, no bound of its own


def receive():
    header = exactly(4)
    return _loads(exactly(struct.unpack("!I", header)[0]))


def exactly(count):
    data = b""
    while len(data) < count:
        piece = _read(CHANNEL, count - len(data))
        if not piece:
            _exit(0)
        data += piece
    return data


def send(message):
    data = _dumps(message).encode("ascii", "replace")
    data = struct.pack("!I", len(data)) + data
    while data:
        data = data[_write(CHANNEL, data):]


def load(start):
    """`(module, None)` or `(None, problem)`."""
    for name in [name for name in sys.modules if name.startswith("untilgreen_") or name == "__main__"]:
        del sys.modules[name]
    sys.argv = [FILE]
    sys.path[:] = [path for path in sys.path if "untilgreen" not in path and path != start.get("here")]
    sys.stdin = open(os.devnull)
    module = types.ModuleType(FILE)
    sys.modules[FILE] = sys.modules["__main__"] = module
    sys.stdout, sys.stderr = Printed(0), Printed(0)
    try:
        _exec(_compile(start["code"], FILE, "exec", dont_inherit=True), module.__dict__)
    except SystemExit as error:
        return None, {"kind": "problem", "error": "SystemExit", "message": "it ends the process while it loads", "line": line_of(error)}
    except MemoryError:
        raise
    except BaseException as error:
        return None, dict(described(error), kind="problem")
    finally:
        restore()
    if start["name"] is not None and not _callable(module.__dict__.get(start["name"])):
        return None, {"kind": "problem", "error": "", "message": "It defines no function `%s`." % start["name"]}
    return module, None


def restore():
    """Builtins as they were: what a candidate rebinds there would decide how its own outcome is told."""
    names = builtins.__dict__
    for name, value in _builtins.items():
        names[name] = value


def run_case(module, task):
    """The outcome of one expression."""
    printed = Printed(MOST_PRINTED)
    sys.stdout, sys.stderr = printed, Printed(0)
    seed()
    try:
        outcome = evaluated(module, task)
    except SystemExit as error:
        outcome = {"kind": "crashed", "how": "exit %s" % (0 if error.code is None else str(error.code)[:40])}
    except MemoryError:
        outcome = {"kind": "crashed", "how": "memory"}
    except BaseException as error:
        outcome = dict(described(error), kind="raised")
    restore()
    if outcome["kind"] != "crashed" and printed.parts:
        outcome["printed"] = "".join(printed.parts)[:MOST_PRINTED]
    return outcome


def evaluated(module, task):
    names = _dict(module.__dict__)
    if task["setup"]:
        _exec(_compile(task["setup"], "<case>", "exec", dont_inherit=True), names)
    value = _eval(_compile(task["expression"].strip(), "<case>", "eval", dont_inherit=True), names)
    if _type(value) is types.CoroutineType:
        import asyncio

        value = asyncio.run(value)
    encoded, text = encode(value)
    return {"kind": "value", "value": encoded, "text": text}


def seed():
    """The same random numbers in every case, where the candidate uses any."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed(0)


def described(error):
    try:
        message = _str(error)
    except BaseException:
        message = ""
    if isinstance(error, SyntaxError):
        return {"error": name_of(error), "message": _str(error.msg)[:MOST_MESSAGE], "line": error.lineno or 1}
    shown = {"error": name_of(error), "message": message[:MOST_MESSAGE]}
    line = line_of(error)
    return dict(shown, line=line) if line else shown


def line_of(error):
    """The innermost line of the candidate's own code."""
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line

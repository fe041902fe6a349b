"""Watches one call: which lines of the module it reaches, and what it touches besides its arguments."""

import os
import sys

# Functions in C whose answer hangs on the moment, on chance or on the machine.
CLOCK = {"now", "today", "utcnow", "time", "time_ns", "localtime", "gmtime", "monotonic", "perf_counter", "ctime"}
CHANCE = {"random", "getrandbits", "urandom", "seed", "uuid4", "uuid1", "token_bytes", "token_hex"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
active = []


def audit(event, arguments):
    if not active:
        return
    watch = active[-1]
    if event == "open":
        flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
        path = arguments[0]
        if flags & WRITES and str(path) != os.devnull:
            watch.effects.add("writes files")
        elif isinstance(path, str) and not path.endswith((".py", ".pyc", ".so", ".mo", ".pyi")) and not path.startswith((sys.prefix, sys.base_prefix, "/usr/share/zoneinfo", "/dev/null")) and not os.path.isdir(path):
            watch.effects.add("reads files")
    elif event.startswith("socket."):
        watch.effects.add("uses the network")
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
        watch.effects.add("starts programs")
    elif event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "shutil.rmtree", "os.chdir", "os.putenv"):
        watch.effects.add("changes files or the environment")


sys.addaudithook(audit)


class Watch:
    def __init__(self, file, root, coverage=True, effects=True):
        self.file, self.coverage, self.calls, self.lines, self.effects, self.same = file, coverage, coverage and effects, set(), set(), {}

    def __enter__(self):
        active.append(self)
        if self.calls:
            sys.setprofile(self.profile)
        if self.coverage:
            sys.settrace(self.trace)
        return self

    def __exit__(self, *_):
        sys.settrace(None)
        sys.setprofile(None)
        active.pop()

    def profile(self, frame, event, argument):
        if event != "c_call" or frame.f_code.co_filename.startswith(OWN):
            return
        name = getattr(argument, "__name__", "")
        if name in CLOCK:
            owner = getattr(argument, "__self__", None)
            if getattr(owner, "__name__", "") in ("time", "datetime", "date"):
                if not (name in ("localtime", "gmtime", "ctime")):
                    self.effects.add("reads the clock")
        elif name in CHANCE:
            owner = getattr(argument, "__self__", None)
            if getattr(owner, "__module__", "") in ("random", "_random") or type(owner).__name__ in ("Random", "SystemRandom") or name in ("urandom",):
                self.effects.add("uses chance")

    def trace(self, frame, _event, _argument):
        name = frame.f_code.co_filename
        mine = self.same.get(name)
        if mine is None:
            mine = self.same[name] = os.path.realpath(name) == self.file
        return self.line if mine else None

    def line(self, frame, event, _argument):
        if event == "line":
            self.lines.add(frame.f_lineno)
        return self.line

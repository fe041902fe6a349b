"""One candidate on its way through the cases, over as many processes as it uses up."""

import json
import os
import signal
import struct
import time

MOST_REPLY = 1 << 20  # bytes of one outcome
MOST_REPORT = 4 << 20  # bytes of one candidate's outcomes
LARGE = 8  # times as many where values are told ten times as large
MOST_CRASHES = 4
MOST_SPENT = 10  # times the limit of a case, of one candidate


class Job:
    """One candidate on its way through the cases."""

    def __init__(self, candidate, index, request):
        self.code, self.index, self.tasks = candidate["code"], index, request["tasks"]
        self.limit, self.most_timeouts = request["limitMs"] / 1000.0, request["timeouts"]
        self.load_limit = max(self.limit, 2.0)
        self.room = LARGE if request.get("large") else 1
        self.outcomes, self.problem, self.timeouts, self.crashes, self.bytes = [], None, 0, 0, 0
        self.loaded_once = False
        self.most_spent, self.spent = MOST_SPENT * max(request["limitMs"], max([task.get("limitMs", 0) for task in self.tasks] or [0])) / 1000.0, 0.0

    def begin(self, token, channel):
        self.token, self.channel, self.pid, self.buffer = token, channel, None, b""
        self.loaded, self.ending, self.outcome = False, False, None
        self.began = time.monotonic()
        self.deadline = self.began + self.load_limit
        channel.settimeout(10)

    def say(self, message):
        data = json.dumps(message).encode("ascii")
        try:
            self.channel.sendall(struct.pack("!I", len(data)) + data)
        except OSError:
            pass  # it is gone, which is told

    def frames(self, data):
        """Whole replies; `None` for what is none."""
        self.buffer += data
        while len(self.buffer) >= 4:
            length = struct.unpack("!I", self.buffer[:4])[0]
            if length > MOST_REPLY * self.room:
                yield None
                return
            if len(self.buffer) < 4 + length:
                return
            body, self.buffer = self.buffer[4: 4 + length], self.buffer[4 + length:]
            try:
                reply = json.loads(body)
            except (ValueError, RecursionError):
                reply = None
            yield reply if isinstance(reply, dict) and isinstance(reply.get("kind"), str) else None

    def take(self, reply):
        """One reply; true when this process has no more to do."""
        if not self.loaded:
            if reply["kind"] != "loaded":
                if not self.loaded_once:
                    self.problem = reply
                self.crashes = MOST_CRASHES  # another process would do no better
                return True
            self.loaded = self.loaded_once = True
        else:
            self.outcomes.append(reply)
            self.bytes += len(json.dumps(reply))
        if len(self.outcomes) == len(self.tasks) or self.too_much():
            return True
        self.say(self.tasks[len(self.outcomes)])
        self.deadline = time.monotonic() + self.tasks[len(self.outcomes)].get("limitMs", self.limit * 1000) / 1000.0
        return False

    def goes_on(self, outcome):
        """Counts how its process ended; true when a fresh one is to go on with the next case."""
        self.spent += time.monotonic() - self.began
        self.began = time.monotonic()
        if outcome is not None:
            if outcome["kind"] == "timeout":
                self.timeouts += 1
            else:
                self.crashes += 1
            if self.loaded:
                self.outcomes.append(outcome)
            elif not self.loaded_once:
                self.problem = outcome
                return False
        return len(self.outcomes) < len(self.tasks) and self.timeouts < self.most_timeouts and self.crashes < MOST_CRASHES and not self.too_much()

    def too_much(self):
        return self.bytes > MOST_REPORT * self.room or self.spent + time.monotonic() - self.began > self.most_spent

    def kill(self):
        if self.pid is not None:
            for end in (os.killpg, os.kill):
                try:
                    end(self.pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass

    def stopped(self):
        """Did a signal halt it? Then its time was not its own."""
        try:
            with open("/proc/%d/stat" % self.pid) as file:
                return file.read().rsplit(")", 1)[1].split()[0] in "Tt"
        except (OSError, TypeError, IndexError):
            return False

    def report(self):
        if self.problem is not None:
            return {"problem": self.problem}
        return {"outcomes": self.outcomes + [{"kind": "skipped"}] * (len(self.tasks) - len(self.outcomes))}


def how(status):
    if os.WIFSIGNALED(status):
        try:
            return signal.Signals(os.WTERMSIG(status)).name
        except ValueError:
            return "signal %d" % os.WTERMSIG(status)
    return "exit %d" % os.WEXITSTATUS(status)

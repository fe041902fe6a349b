"""Runs all cases in all candidates of a wave: the request comes on standard input, one record for each candidate goes into the report.

Three kinds of process: this one alone holds the request and the report; a warm one, forked before the request is read, knows nothing and forks
the third kind, one for each candidate. This one hands each of them its own code and one input after the other, by the clock. The report is a
file without a name, and not standard output: that is open in the sandbox's own first process too, where a candidate could reach it.
"""

import json
import os
import re
import selectors
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = os.path.join(os.path.dirname(os.path.dirname(HERE)), "runner")
sys.path[:] = [HERE, RUNNER] + [path for path in sys.path if path != HERE]

import untilgreen_zygote  # noqa: E402
from untilgreen_job import Job, how  # noqa: E402
from untilgreen_report import open_report  # noqa: E402

AT_ONCE = 2  # processes that run candidates
GRACE = 3.0  # seconds in which the warm process has to tell that a child ended
# Imported before the fork where a candidate names them, so that each does not load them anew. Nothing in them reaches outside.
WARM = set("math re random string json itertools functools collections heapq bisect operator datetime decimal fractions statistics typing copy enum dataclasses textwrap hashlib cmath struct unicodedata abc".split())


class Wave:
    def __init__(self, request, control, write):
        self.request, self.control, self.write = request, control, write
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, None)
        self.waiting = list(range(len(request["candidates"])))
        self.jobs = {}
        self.pending = b""
        self.tokens = 0

    def run(self):
        self.control.sendall(("memory %d\nimport %s\n" % (self.request.get("memory", 512 << 20), " ".join(self.modules()))).encode("ascii"))
        beaten = time.monotonic()
        while self.waiting or self.jobs:
            while self.waiting and len(self.jobs) < AT_ONCE:
                index = self.waiting.pop(0)
                self.write("started", index=index)
                self.launch(Job(self.request["candidates"][index], index, self.request))
            now = time.monotonic()
            wait = min([1.0] + [job.deadline - now for job in self.jobs.values()])
            if now - beaten > 1:
                alive()
                beaten = now
            for key, _ in self.selector.select(max(0.0, wait)):
                if key.fileobj is self.control:
                    self.heard()
                elif key.data.channel is key.fileobj:
                    self.replied(key.data)
            now = time.monotonic()
            for job in list(self.jobs.values()):
                if now >= job.deadline:
                    if job.ending:
                        raise SystemExit(5)  # the warm process answers no more: the host sees a report that ends early
                    self.end(job, {"kind": "crashed", "how": "SIGSTOP"} if job.stopped() else {"kind": "timeout"})

    def modules(self):
        text = "\n".join(candidate["code"] for candidate in self.request["candidates"])
        named = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", text, re.M))
        return sorted(named & WARM) + list(self.request.get("imports", ()))

    def launch(self, job):
        """A process for this candidate, from the case it has come to."""
        mine, theirs = socket.socketpair()
        self.tokens += 1
        job.begin(self.tokens, mine)
        self.jobs[job.token] = job
        socket.send_fds(self.control, [b"fork %d\n" % job.token], [theirs.fileno()])
        theirs.close()
        job.say({"code": job.code, "name": self.request["name"], "here": HERE, "tools": self.request.get("tools"), "large": self.request.get("large")})
        self.selector.register(mine, selectors.EVENT_READ, job)

    def heard(self):
        """What the warm process tells: a child began, a child ended."""
        data = self.control.recv(65536)
        if not data:
            raise SystemExit(5)  # it was killed
        self.pending += data
        *lines, self.pending = self.pending.split(b"\n")
        for line in lines:
            word, token, number = line.decode("ascii").split()
            job = self.jobs.get(int(token))
            if job is None:
                continue
            if word == "P":
                job.pid = int(number)
                if job.ending:
                    job.kill()
            else:
                self.ended(job, int(number))

    def replied(self, job):
        try:
            data = job.channel.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self.close(job)  # its end is told in a moment
            job.deadline = time.monotonic() + GRACE
            return
        for reply in job.frames(data):
            if reply is None:
                self.end(job, {"kind": "crashed", "how": "an unreadable report"})
                return
            if job.take(reply):
                self.end(job, None)
                return

    def end(self, job, outcome):
        """Kills what is left of the process; the rest happens when its end is told."""
        job.ending, job.outcome, job.deadline = True, outcome, time.monotonic() + GRACE
        self.close(job)
        job.kill()

    def close(self, job):
        if job.channel is not None:
            self.selector.unregister(job.channel)
            job.channel.close()
            job.channel = None

    def ended(self, job, status):
        self.close(job)
        del self.jobs[job.token]
        outcome = job.outcome if job.ending else {"kind": "crashed", "how": how(status)}
        if job.goes_on(outcome):
            self.launch(job)
        else:
            self.write("done", index=job.index, **job.report())


def main():
    control, theirs = socket.socketpair()
    untilgreen_zygote.hide()
    if os.fork() == 0:
        control.close()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        untilgreen_zygote.hide()
        untilgreen_zygote.serve(theirs)
        os._exit(0)
    theirs.close()
    request = json.loads(sys.stdin.buffer.read())
    write = open_report(request["report"], request["nonce"])
    Wave(request, control, write).run()
    write("end")


def alive():
    """The host ends a wave that has fallen silent."""
    sys.stdout.write("\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Runs jobs in forks of one warmed process: a start costs a few milliseconds, and whatever hangs or dies takes nothing with it."""

import json
import os
import resource
import selectors
import signal
import sys
import time


class Stopped(BaseException):
    """The time of one call is over. Not an Exception: what is called may catch those."""


def on_alarm(_signal, _frame):
    raise Stopped


def forks(jobs, work, seconds, workers, memory, report):
    """Does `work(job)` in a fork each, at most `workers` at a time, and reports `(job, answer)`; None: it did not end or died.

    `seconds` is the wall time of one job that names none, `memory` the bytes of address space above what the parent has.
    """
    queue, running, selector = list(jobs), {}, selectors.DefaultSelector()
    while queue or running:
        while queue and len(running) < workers:
            job = queue.pop(0)
            reader, writer = os.pipe()
            sys.stdout.flush()
            pid = os.fork()
            if pid == 0:
                os.close(reader)
                child(job, work, writer, memory)
            os.close(writer)
            os.set_blocking(reader, False)
            running[reader] = {"pid": pid, "job": job, "until": time.monotonic() + (job.get("seconds", seconds) if isinstance(job, dict) else seconds), "data": b""}
            selector.register(reader, selectors.EVENT_READ)
        wait = max(0.0, min(item["until"] for item in running.values()) - time.monotonic())
        for key, _ in selector.select(wait):
            item = running[key.fd]
            part = os.read(key.fd, 1 << 20)
            if part:
                item["data"] += part
            else:
                finish(selector, running, key.fd, report, False)
        for reader in [r for r, item in running.items() if time.monotonic() > item["until"]]:
            finish(selector, running, reader, report, True)


def finish(selector, running, reader, report, late):
    item = running.pop(reader)
    selector.unregister(reader)
    os.close(reader)
    try:
        os.killpg(item["pid"], signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        try:
            os.kill(item["pid"], signal.SIGKILL)
        except ProcessLookupError:
            pass
    os.waitpid(item["pid"], 0)
    try:
        answer = None if late else json.loads(item["data"].decode())
    except ValueError:
        answer = None
    report(item["job"], answer, late)


def child(job, work, writer, memory):
    status = 1
    try:
        os.setpgid(0, 0)
        soft = memory + own_size()
        resource.setrlimit(resource.RLIMIT_AS, (soft, resource.getrlimit(resource.RLIMIT_AS)[1]))
        sys.setrecursionlimit(min(sys.getrecursionlimit(), 1000))
        signal.signal(signal.SIGALRM, on_alarm)
        signal.signal(signal.SIGPROF, on_alarm)
        answer = json.dumps(work(job)).encode()
        while answer:
            answer = answer[os.write(writer, answer):]
        status = 0
    except BaseException:  # told by the missing answer
        pass
    finally:
        os._exit(status)


def own_size():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 1 << 31

"""The warm interpreter that candidates are forked from. It is forked itself before any candidate or input has been read."""

import array
import os
import select
import signal
import socket

import untilgreen_child

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
DUMPABLE = 4  # PR_SET_DUMPABLE


def hide():
    """Nobody of the same user may look into this process or its descriptors through /proc, and orphans come to it. Linux only."""
    try:
        import ctypes

        call = ctypes.CDLL(None, use_errno=True).prctl
        call(DUMPABLE, 0, 0, 0, 0)
        call(SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # another platform: the report is checked by the host all the same


def serve(control):
    """Forks a process for each request, tells its end, and leaves nothing of it behind. Ends with the control channel."""
    wake_out, wake_in = os.pipe()
    for end in (wake_out, wake_in):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
    live = {}
    limits = {}
    pending = b""
    while True:
        ready = select.select([control, wake_out], [], [])[0]
        if wake_out in ready:
            os.read(wake_out, 4096)
            reap(control, live)
        if control not in ready:
            continue
        data, passed = received(control)
        if not data:
            end_all(live)
            return
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            word, _, rest = line.decode("ascii").partition(" ")
            if word == "import":
                warm(rest.split())
            elif word == "memory":
                limits["memory"] = int(rest)
            elif word == "fork":
                fork(control, int(rest), passed.pop(0), live, limits)


def received(control):
    """Text and descriptors; each request to fork comes with one."""
    descriptors = array.array("i")
    data, ancillary, _, _ = control.recvmsg(65536, socket.CMSG_LEN(16 * descriptors.itemsize))
    for level, kind, payload in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(payload[: len(payload) - len(payload) % descriptors.itemsize])
    return data, list(descriptors)


def warm(names):
    for name in names:
        try:
            __import__(name)
        except Exception:  # the candidate that wants it meets the same error
            pass


def fork(control, token, channel, live, limits):
    for attempt in range(50):
        try:
            child = os.fork()
            break
        except OSError:  # a candidate that forks has taken all processes there are, for the moment
            reap(control, live)
            select.select([], [], [], 0.1)
    else:
        tell(control, "X %d 11" % token)
        os.close(channel)
        return
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            untilgreen_child.run(channel, limits)
        finally:
            os._exit(4)
    os.close(channel)
    live[child] = token
    tell(control, "P %d %d" % (token, child))


def reap(control, live):
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        token = live.pop(child, None)
        if token is not None:
            kill(-child)  # what it started stays in its session, unless it took pains
            orphans(live)
            tell(control, "X %d %d" % (token, status))


def orphans(live):
    """Ends processes that came here because their parent ended."""
    for _ in range(100):
        left = [child for child in children() if child not in live]
        if not left:
            return
        for child in left:
            kill(child)
            try:
                os.waitpid(child, 0)
            except ChildProcessError:
                pass


def children():
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def end_all(live):
    for child in list(live):
        kill(-child)
        kill(child)
    orphans({})


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL) if pid > 0 else os.killpg(-pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def tell(control, text):
    control.sendall((text + "\n").encode("ascii"))

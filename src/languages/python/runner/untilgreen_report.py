"""The channel by which a test run tells the host what happened: one JSON record a line.

The host hands over, on standard input, a file and a nonce. The file is opened and unlinked before anything of the project is
imported, so that no path leads to it; every record carries the nonce and a running number; the last record closes the report.
"""

import json
import os
import sys

TEXT_LIMIT = 4000  # characters of one message; a report stays readable and bounded
REPR_LIMIT = 600  # characters of one value


def read_config():
    """The run's settings from standard input, which is then replaced by /dev/null."""
    chunks = []
    while True:
        chunk = os.read(0, 65536)
        if not chunk:
            break
        chunks.append(chunk)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return json.loads(b"".join(chunks).decode("utf-8"))


def open_report(path, nonce):
    """Returns `write(kind, **fields)`. What it needs lives in the closure, not in attributes that a test could rebind."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.unlink(path)
    owner = os.getpid()
    getpid, emit, dumps = os.getpid, os.write, json.dumps
    state = [0]

    def write(kind, **fields):
        if getpid() != owner:  # a forked child inherits the descriptor; only the run itself reports
            return
        fields["k"], fields["n"], fields["i"] = kind, nonce, state[0]
        state[0] += 1
        data = (dumps(fields) + "\n").encode("utf-8", "backslashreplace")
        try:
            while data:
                data = data[emit(descriptor, data):]
        except OSError:
            pass  # a closed descriptor shows as a report without end, which the host calls broken

    return write


def shorten(text, limit=TEXT_LIMIT):
    """Head and tail of a long text."""
    text = str(text)
    if len(text) <= limit:
        return text
    half = limit // 2
    return text[:half] + "\n[...]\n" + text[-half:]


def safe_repr(value):
    """`repr` that neither raises nor grows without bound."""
    try:
        return shorten(repr(value), REPR_LIMIT)
    except Exception as error:
        return "<%s whose repr raised %s>" % (type(value).__name__, type(error).__name__)


def safe_message(error):
    """The text of an exception, even when its `__str__` raises."""
    try:
        return shorten(str(error))
    except Exception as problem:
        return "<message whose str raised %s>" % type(problem).__name__


def frames_of(traceback, root):
    """`[file, line]` of every frame inside the project, innermost first."""
    frames = []
    while traceback is not None:
        name = traceback.tb_frame.f_code.co_filename
        path = os.path.abspath(name)
        if not name.startswith("<") and inside(path, root):
            frames.append([path, traceback.tb_lineno])
        traceback = traceback.tb_next
    frames.reverse()
    return frames[:20]


def inside(path, root):
    """Is it a file of the project, and not of an environment installed in it?"""
    if not path.startswith(root.rstrip(os.sep) + os.sep):
        return False
    parts = path[len(root):].split(os.sep)
    return "site-packages" not in parts and "node_modules" not in parts


def describe(error, root):
    """Class, message, place and frames of an exception."""
    found = {
        "errorClass": type(error).__name__,
        "message": safe_message(error),
        "frames": frames_of(error.__traceback__, root),
    }
    if isinstance(error, SyntaxError) and error.filename:
        found["frames"].insert(0, [os.path.abspath(error.filename), error.lineno or 1])
        found["message"] = shorten(error.msg)
    return found


def compared(error):
    """`first` and `second` of the failing assertEqual of unittest, from the frame that raised; `None` for other failures."""
    if not isinstance(error, AssertionError):
        return None
    traceback = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_name == "assertEqual" and frame.f_globals.get("__name__") == "unittest.case":
            return safe_repr(frame.f_locals.get("first")), safe_repr(frame.f_locals.get("second"))
        traceback = traceback.tb_next
    return None


def project_path(paths, cwd):
    """Makes the project importable, for this process and for those that tests start."""
    sys.path[0:1] = [cwd] + [path for path in paths if path != cwd]

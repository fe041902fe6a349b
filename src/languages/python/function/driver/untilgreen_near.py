"""The function as a user's tests see it: each call goes to the candidate's own process, and plain values come back.

Tests and candidate in one process could not be kept apart: what a candidate returns would be compared by its own `__eq__`, and whatever it reaches
of the interpreter is the test's too.
"""

import json
import linecache
import os
import socket
import struct
import subprocess
import sys

import untilgreen_carry as carry
from untilgreen_zygote import hide

MOST_REPLY = 32 << 20  # bytes
HERE = os.path.dirname(os.path.abspath(__file__))


class Gone(Exception):
    """The candidate's process ended, or what it says cannot be read."""


class Opaque:
    """An object of a class of the candidate's: known by its attributes; equal to itself."""

    def __init__(self, far, number, kind, text):
        self.__dict__.update(_far=far, _number=number, _kind=kind, _text=text)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._far.ask({"of": self._number, "name": name, "args": []}, ())

    def __repr__(self):
        return self._text

    def __str__(self):
        return self._text


class Far:
    def __init__(self, code, names, path):
        self.path, self.kept, self.stuck = path, [], None
        self.channel, theirs = socket.socketpair()
        # The tests were read, and are read no more; neither through the file nor through this process.
        hide()
        subprocess.Popen([sys.executable, "-S", "-s", "-B", os.path.join(HERE, "untilgreen_far.py"), str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={"PYTHONHASHSEED": "0"}, cwd="/")
        theirs.close()
        self.send({"code": code, "name": names[0], "names": names, "here": HERE})
        reply = self.receive()
        if reply.get("kind") != "loaded":
            self.fail([["builtins:%s" % reply.get("error")], str(reply.get("message", ""))], (), reply.get("line"))

    def send(self, message):
        data = json.dumps(message).encode("ascii")
        try:
            self.channel.sendall(struct.pack("!I", len(data)) + data)
        except OSError:
            raise Gone("its process ended") from None

    def receive(self):
        try:
            size = struct.unpack("!I", self.exactly(4))[0]
            if size > MOST_REPLY:
                raise Gone("its answer is too long")
            reply = json.loads(self.exactly(size))
        except (OSError, ValueError, RecursionError):
            raise Gone("its answer cannot be read") from None
        if not isinstance(reply, dict):
            raise Gone("its answer cannot be read")
        return reply

    def exactly(self, count):
        data = bytearray()
        while len(data) < count:
            piece = self.channel.recv(min(1 << 16, count - len(data)))
            if not piece:
                raise Gone("its process ended")
            data += piece
        return bytes(data)

    def keep(self, value):
        self.kept.append(value)
        return len(self.kept) - 1

    def other(self, value):
        if type(value) is Opaque:
            return ["k", value._number]
        raise carry.CannotTravel(type(value).__name__)

    def find(self, kind, rest):
        if kind == "c":
            return lambda *args, **named: self.call(rest[0], args, named)
        if kind == "o":
            return Opaque(self, int(rest[0]), str(rest[1]), str(rest[2]))
        raise ValueError(kind)

    def call(self, number, args, named):
        forms = {name: carry.packed(arg, self) for name, arg in named.items()}
        return self.ask({"of": number, "args": [carry.packed(arg, self) for arg in args], "named": forms}, args)

    def ask(self, request, args):
        self.send(request)
        reply = self.receive()
        while "call" in reply:
            self.send(self.called(reply))
            reply = self.receive()
        if self.stuck is not None:
            raise self.stuck
        try:
            sys.stdout.write(str(reply.get("printed", "")))
            for index, form in reply.get("changed", ()):
                update(args[index], carry.unpacked(form, self))
            if "error" not in reply:
                return args[reply["value"][1]] if reply["value"][0] == "a" else carry.unpacked(reply["value"], self)
            names, message = reply["error"]
            given, line = [carry.unpacked(form, self) for form in reply.get("args", ())], reply.get("line")
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError):
            raise Gone("its answer cannot be read") from None
        self.fail([names, message], given, line)

    def called(self, reply):
        """A function that the test handed over is called from there."""
        try:
            args, named = [carry.unpacked(form, self) for form in reply["args"]], {str(name): carry.unpacked(form, self) for name, form in reply["named"].items()}
            return {"value": carry.packed(self.kept[reply["call"]](*args, **named), self)}
        except Exception as error:
            if isinstance(error, carry.CannotTravel):
                self.stuck = error
            return {"error": [carry.names_of(error), carry.message_of(error)]}

    def fail(self, told, args, line):
        """Raises it from the candidate's line, as far as one is known."""
        error = carry.error_of(*told, args)
        if not isinstance(line, int) or not 0 < line < 100_000:
            raise error
        exec(compile("\n" * (line - 1) + "raise error", self.path, "exec"), {"error": error})


def update(old, new):
    """Makes an argument what the function made of it, the same object still."""
    if type(old) is not type(new) or old == new and repr(old) == repr(new):
        return
    if isinstance(old, list) and len(old) == len(new):
        for index, item in enumerate(new):
            if type(old[index]) is type(item) and isinstance(item, (list, dict, set)):
                update(old[index], item)
            else:
                old[index] = item
    elif isinstance(old, (list, bytearray)):
        old[:] = new
    elif isinstance(old, (dict, set)):
        old.clear()
        old.update(new)


def functions(code, names, path, tests):
    """Functions of these names, `(name, is async)`, of the code, which runs elsewhere; the file of tests is empty before it does."""
    lines = linecache.getlines(tests)
    with open(tests, "w"):
        pass
    linecache.cache[tests] = (1, None, lines, tests)  # for what is said of a failure
    far = Far(code, [name for name, _ in names], path)
    return {name: function(far, number, name, is_async) for number, (name, is_async) in enumerate(names)}


def function(far, number, name, is_async):
    if is_async:

        async def called(*args, **named):
            return far.call(number, args, named)

    else:

        def called(*args, **named):
            return far.call(number, args, named)

    called.__name__ = called.__qualname__ = name
    return called

"""The process of a candidate under a user's test file: it has the function, and never the tests. Started by `untilgreen_near`."""

import resource
import sys

import untilgreen_carry as carry
from untilgreen_child import Printed, enclose, line_of, load, receive, restore, send

MOST_PRINTED = 100_000
CHANGING = (list, dict, set, bytearray)
_type = type


class Held:
    """What stays in this process: functions and objects of the candidate; functions of the test by their numbers."""

    def __init__(self):
        self.kept = []

    def keep(self, value):
        self.kept.append(value)
        return len(self.kept) - 1

    def other(self, value):
        return ["o", self.keep(value), _type(value).__name__, carry.message_of(value)]

    def find(self, kind, rest):
        if kind == "c":
            return lambda *args, **named: ask(self, rest[0], args, named)
        if kind == "k":
            return self.kept[rest[0]]
        raise ValueError(kind)


def ask(held, number, args, named):
    """Calls a function of the test."""
    send({"call": number, "args": [carry.packed(arg, held) for arg in args], "named": {name: carry.packed(arg, held) for name, arg in named.items()}})
    reply = receive()
    while "of" in reply:
        send(answer(held, reply))
        reply = receive()
    if "error" in reply:
        raise carry.error_of(*reply["error"])
    return carry.unpacked(reply["value"], held)


def answer(held, request):
    printed = Printed(MOST_PRINTED)
    sys.stdout = printed
    args, line = [], None
    try:
        args = [carry.unpacked(form, held) for form in request["args"]]
        named = {name: carry.unpacked(form, held) for name, form in request.get("named", {}).items()}
        target = held.kept[request["of"]]
        value = target(*args, **named) if "name" not in request else getattr(target, request["name"])
        if hasattr(value, "__await__"):
            import asyncio

            value = asyncio.run(waited(value))
        same = [index for index, arg in enumerate(args) if arg is value and value is not None]
        reply = {"value": ["a", same[0]] if same and isinstance(value, CHANGING) else carry.packed(value, held)}
    except MemoryError:
        reply = {"error": [["builtins:MemoryError"], ""]}
    except BaseException as error:
        forms = [form for form in (formed(arg) for arg in error.args) if form]
        reply = {"error": [carry.names_of(error), carry.message_of(error)], "args": forms if len(forms) == len(error.args) else [], "line": line_of(error)}
    restore()
    reply["changed"] = [[index, carry.packed(arg, held)] for index, arg in enumerate(args) if isinstance(arg, CHANGING)]
    reply["printed"] = "".join(printed.parts)
    return reply


async def waited(value):
    return await value


def formed(value):
    return carry.packed(value, Held()) if _type(value) in (str, int, float, bool, type(None)) else None


def main():
    enclose(int(sys.argv[1]), {})
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing that it leaves on disk could be imported by the tests
    start = receive()
    module, problem = load(start)
    if problem is not None:
        send(problem)
        return
    held = Held()
    for name in start["names"]:
        held.keep(module.__dict__.get(name))
    send({"kind": "loaded"})
    while True:
        send(answer(held, receive()))


if __name__ == "__main__":
    main()

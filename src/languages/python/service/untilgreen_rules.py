"""Which names are dangerous. Keys are full names after resolution; a trailing `.*` covers a whole module."""

# name -> (rule, severity, words)
EXACT = {
    "builtins.eval": ("eval", "block", "runs text as code"),
    "builtins.exec": ("exec", "block", "runs text as code"),
    "builtins.compile": ("compile", "block", "makes code from text"),
    "builtins.__import__": ("dynamic-import", "block", "imports by a computed name"),
    "builtins.breakpoint": ("breakpoint", "warn", "stops for a debugger"),
    "os.system": ("os-command", "block", "runs a shell command"),
    "os.popen": ("os-command", "block", "runs a shell command"),
    "os.fork": ("os-process", "block", "starts a process"),
    "os.forkpty": ("os-process", "block", "starts a process"),
    "os.posix_spawn": ("os-process", "block", "starts a process"),
    "os.posix_spawnp": ("os-process", "block", "starts a process"),
    "os.startfile": ("os-process", "block", "opens a file with a program"),
    "os._exit": ("hard-exit", "block", "ends the process without cleaning up, tests included"),
    "os.abort": ("hard-exit", "block", "ends the process without cleaning up, tests included"),
    "os.kill": ("signals", "warn", "sends a signal to a process"),
    "os.killpg": ("signals", "warn", "sends a signal to a process"),
    "shutil.rmtree": ("delete-tree", "warn", "deletes a whole folder"),
    "os.removedirs": ("delete-tree", "warn", "deletes folders"),
    "pickle.load": ("pickle", "warn", "runs code that the data names"),
    "pickle.loads": ("pickle", "warn", "runs code that the data names"),
    "pickle.Unpickler": ("pickle", "warn", "runs code that the data names"),
    "_pickle.loads": ("pickle", "warn", "runs code that the data names"),
    "_pickle.load": ("pickle", "warn", "runs code that the data names"),
    "dill.loads": ("pickle", "warn", "runs code that the data names"),
    "dill.load": ("pickle", "warn", "runs code that the data names"),
    "cloudpickle.loads": ("pickle", "warn", "runs code that the data names"),
    "shelve.open": ("pickle", "warn", "runs code that the data names"),
    "marshal.loads": ("marshal", "warn", "makes code objects from data"),
    "marshal.load": ("marshal", "warn", "makes code objects from data"),
    "asyncio.create_subprocess_exec": ("subprocess", "block", "starts a process"),
    "asyncio.create_subprocess_shell": ("subprocess", "block", "runs a shell command"),
    "types.FunctionType": ("code-object", "block", "makes a function from a code object"),
    "types.CodeType": ("code-object", "block", "makes a code object"),
    "runpy.run_path": ("exec", "block", "runs a file as code"),
    "runpy.run_module": ("exec", "block", "runs a module as code"),
    "timeit.timeit": ("exec-text", "warn", "runs text as code when given text"),
    "importlib.util.spec_from_file_location": ("dynamic-import", "warn", "imports a file by path"),
    "importlib.machinery.SourceFileLoader": ("dynamic-import", "warn", "imports a file by path"),
    "sys.settrace": ("trace-hook", "warn", "watches every line that runs"),
    "sys.setprofile": ("trace-hook", "warn", "watches every call"),
    "sys.addaudithook": ("trace-hook", "warn", "watches what the process does"),
    "sys._getframe": ("frames", "warn", "reaches into the caller"),
    "gc.get_objects": ("gc-objects", "block", "finds objects of the test runner"),
    "gc.get_referrers": ("gc-objects", "block", "finds objects of the test runner"),
    "atexit.register": ("atexit", "warn", "runs after the tests"),
    "webbrowser.open": ("network", "warn", "opens a browser"),
    "multiprocessing.Process": ("multiprocessing", "warn", "starts a process"),
    "multiprocessing.Pool": ("multiprocessing", "warn", "starts processes"),
    "inspect.stack": ("frames", "warn", "reaches into the caller"),
    "inspect.currentframe": ("frames", "warn", "reaches into the caller"),
}
MODULES = {
    "subprocess": ("subprocess", "block", "starts processes"),
    "_posixsubprocess": ("subprocess", "block", "starts processes"),
    "pty": ("pty", "block", "starts processes on a terminal of their own"),
    "ctypes": ("ctypes", "block", "calls machine code"),
    "_ctypes": ("ctypes", "block", "calls machine code"),
    "cffi": ("ctypes", "block", "calls machine code"),
    "posix": ("os-process", "block", "reaches the system below `os`"),
    "code": ("exec", "block", "runs text as code"),
    "codeop": ("exec", "block", "makes code from text"),
    "socket": ("network", "warn", "opens network connections"),
    "_socket": ("network", "warn", "opens network connections"),
    "_pytest": ("test-internals", "block", "reaches into the test runner"),
    "untilgreen_report": ("test-internals", "block", "reaches into the test runner"),
    "untilgreen_pytest": ("test-internals", "block", "reaches into the test runner"),
}
PREFIXES = {
    "os.exec": ("os-process", "block", "replaces the process"),
    "os.spawn": ("os-process", "block", "starts a process"),
}
# Constants and exceptions of `subprocess`: naming them starts nothing.
HARMLESS = {
    "subprocess.PIPE", "subprocess.DEVNULL", "subprocess.STDOUT", "subprocess.CalledProcessError", "subprocess.TimeoutExpired",
    "subprocess.SubprocessError", "subprocess.CompletedProcess", "subprocess.list2cmdline",
    "socket.gethostname", "socket.gaierror", "socket.timeout", "socket.error", "socket.herror", "socket.AF_INET", "socket.AF_INET6", "socket.SOCK_STREAM",
}
# Modules whose members are looked up behind a name that is not written out.
SENSITIVE = {"builtins", "os", "posix", "subprocess", "importlib", "sys", "ctypes", "pty", "shutil", "pickle", "marshal"}
# A name imported from elsewhere (`from helpers import os`) is taken for the module of that name.
REEXPORTED = SENSITIVE - {"sys"}
# Attributes by which code climbs from a value to the interpreter.
GADGETS = {"__subclasses__", "__globals__", "__builtins__", "__code__", "__mro__", "f_globals", "f_builtins", "f_locals", "f_back", "gi_frame", "cr_frame", "tb_frame"}
GADGETS_WARN = {"__code__", "__mro__", "__globals__", "f_back", "f_locals", "tb_frame", "f_globals"}
# Attributes that lead from a test to the test runner.
RUNNER_PARTS = {"pluginmanager", "_outcome", "_pytest"}
# What code asks to behave otherwise under test.
TEST_MARKS = {"PYTEST_CURRENT_TEST": "asks whether it runs under test", "PYTEST_ADDOPTS": "steers the test runner", "PYTEST_PLUGINS": "steers the test runner"}


def rule_for(name):
    """`(rule, severity, words)` of a resolved name, or `None`."""
    if name in HARMLESS:
        return None
    if name in EXACT:
        return EXACT[name]
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        if head in MODULES:
            return MODULES[head]
        if head in EXACT:
            return EXACT[head]
    for prefix, rule in PREFIXES.items():
        if name.startswith(prefix):
            return rule
    return None

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * Names that mean something already, of the form that a tool's name can have. A tool of such a name would be called by accident, or hide what
 * other code in its language calls: with `sum.py` beside its test `sum` is no builtin any more, and with `statistics.py` there is no module `statistics`.
 */
const TAKEN: readonly (readonly [what: string, names: readonly string[]])[] = [
  // keyword.kwlist and keyword.softkwlist of CPython 3.12
  ['a keyword of Python', words(`and assert async await break case class continue def del elif else except finally for from global import lambda match nonlocal not pass raise return
    try type while with yield`)],
  // dir(builtins) of CPython 3.12
  ['a builtin of Python', words(`abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr dict dir divmod
    enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex input int isinstance issubclass iter len license list locals map max memoryview min
    next object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple vars zip`)],
  // sys.stdlib_module_names of CPython 3.10 to 3.14, those that code imports and those that pytest needs
  ['a module of Python', words(`abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 calendar cmath cmd code codecs codeop collections colorsys compression
    concurrent configparser contextlib contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings enum errno faulthandler fcntl
    filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib imp importlib inspect io
    ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap multiprocessing netrc ntpath numbers opcode operator optparse os pathlib pdb
    pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd pydoc queue quopri random readline reprlib resource runpy sched secrets select
    selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny
    tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib uuid
    venv warnings wave weakref webbrowser winreg wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`)],
  // Reserved words of ECMAScript 2025 and of TypeScript 5 (those in lower case)
  ['a word of JavaScript or TypeScript', words(`abstract any arguments bigint boolean catch const constructor debugger declare default delete enum export extends false function
    implements infer instanceof interface keyof let module namespace never new null number package private protected prototype public readonly satisfies static string switch symbol
    this throw true typeof undefined unique unknown using var void`)],
  // Object.getOwnPropertyNames(globalThis) and module.builtinModules of Node 20 to 24
  ['a global or module of Node', words(`atob btoa buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain escape events exports fetch global http2
    https inspector navigator net path perf_hooks performance process punycode querystring repl require stream string_decoder structured_clone timers tls trace_events unescape url
    util wasi worker_threads`)],
  // Go 1.24: keywords, predeclared identifiers (go doc builtin), top-level packages (go list std), and functions that run by themselves
  ['a word of Go', words(`append cap chan clear close comparable complex64 complex128 copy defer error fallthrough float32 float64 func goto imag init int8 int16 int32 int64 interface
    iota main make nil panic real recover rune select struct uint uint8 uint16 uint32 uint64 uintptr`)],
  ['a package of Go', words(`bufio cmp context embed encoding errors expvar flag fmt image iter log maps mime plugin reflect regexp runtime slices sort strconv strings structs sync
    syscall testing unicode unsafe`)],
  // learn.microsoft.com, "Naming Files, Paths, and Namespaces": no folder can be called so there
  ['a device of Windows', words('aux com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 nul prn')],
  // node:test, vitest, jest, mocha, pytest
  ['a name of the test frameworks', words(`after afterall aftereach assert before beforeall beforeeach bench conftest describe expect fixture hypothesis jest mark mock param parametrize pytest setup skip
    solution spec suite teardown test tests todo vitest`)],
];

/** What the name stands for already, in words; undefined where it is free. */
export function takenName(name: string): string | undefined {
  // pytest collects a function of such a name wherever it is imported.
  if (name.startsWith('test_')) return 'what pytest takes for a test';
  return TAKEN.find(([, names]) => names.includes(name))?.[0];
}

"""Names that people use without importing them, and where they come from."""

import ast
import builtins

TYPING = "Any AnyStr Callable ClassVar Collection Deque DefaultDict Dict FrozenSet Generator Generic Iterable Iterator List Literal Mapping MutableMapping MutableSequence NamedTuple Optional Sequence Set Tuple Type TypedDict TypeVar Union Final Hashable Sized NoReturn Protocol"

MEMBERS = {
    "typing": TYPING,
    "collections": "Counter OrderedDict defaultdict deque namedtuple ChainMap",
    "itertools": "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile groupby islice pairwise permutations product starmap takewhile tee zip_longest",
    "functools": "cache lru_cache partial reduce cmp_to_key total_ordering wraps",
    "math": "ceil comb factorial floor gcd isclose isqrt lcm log log10 log2 pi prod sqrt inf",
    "decimal": "Decimal ROUND_HALF_UP",
    "fractions": "Fraction",
    "datetime": "timedelta timezone",
    "dataclasses": "dataclass field",
    "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
    "bisect": "bisect bisect_left bisect_right insort",
    "copy": "deepcopy",
    "enum": "Enum IntEnum",
    "hashlib": "md5 sha1 sha256",
    "operator": "itemgetter attrgetter mul",
    "textwrap": "dedent",
    "abc": "ABC abstractmethod",
    "random": "randint choice shuffle",
    "statistics": "mean median",
}
FROM = {name: module for module, names in MEMBERS.items() for name in names.split()}

MODULES = set(
    "abc ast base64 binascii bisect calendar cmath collections copy dataclasses datetime decimal difflib enum fractions functools hashlib heapq html itertools json keyword"
    " locale math numbers operator random re secrets statistics string struct sys textwrap time types typing unicodedata urllib uuid warnings zlib".split()
)

BUILTINS = set(dir(builtins))


def imports_for(names, tree=None):
    """Import lines for those of the names that are known; `datetime` is the module or the class by how the tree uses it."""
    lines, members = [], {}
    for name in sorted(names):
        if name in ("datetime", "date") and not _used_as_module(name, tree):
            members.setdefault("datetime", []).append(name)
        elif name in MODULES:
            lines.append("import %s" % name)
        elif name in FROM:
            members.setdefault(FROM[name], []).append(name)
    return lines + ["from %s import %s" % (module, ", ".join(found)) for module, found in sorted(members.items())]


def _used_as_module(name, tree):
    """`datetime.datetime.now()` needs the module, `datetime.now()` the class."""
    if name != "datetime" or tree is None:
        return False
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name and node.attr in ("datetime", "date", "timedelta", "time", "timezone")
        for node in ast.walk(tree)
    )


def free_names(tree):
    """Names that are read and bound nowhere in the tree: what has to be imported. Scopes are not told apart, which errs on the side of too few."""
    bound, read = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        elif isinstance(node, (getattr(ast, "MatchAs", ()), getattr(ast, "MatchStar", ()))) and node.name:
            bound.add(node.name)
    return read - bound - BUILTINS

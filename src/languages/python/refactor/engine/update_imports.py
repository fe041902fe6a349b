"""Repairs imports after something was moved by hand: the project is looked at as it was before, and the move is carried out on that."""

import re

from modules import STDLIB, folder_of, join
from plan import Plan
from refusal import Refusal
from rewrite import Rewrite

FROM = re.compile(rb"^[ \t]*(?:>>> )?from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\r\n]*)", re.M)
PLAIN = re.compile(rb"^[ \t]*(?:>>> )?import[ \t]+([^\r\n#]+)", re.M)
NAME = re.compile(r"[^\W\d]\w*\Z")
DECLARATION = r"^(?:async[ \t]+def|def|class|type)[ \t]+%s\b|^%s[ \t]*(?::[^=\n]+)?=|^[ \t]+(?:async[ \t]+def|def|class)[ \t]+%s\b"


def update_imports(project, operation):
    modules, symbols = {}, {}
    for item in operation.get("moved") or ():
        modules.update(_told(project, item["from"], item["to"]))
    if not operation.get("moved"):
        found = Missing(project)
        modules, symbols = found.modules, found.symbols
    if not modules and not symbols:
        return {"edits": [], "notes": project.notes, "summary": "Every import of the project leads to something." if not project.notes else "No import could be repaired."}
    texts = {}
    for old, new in modules.items():
        texts[old] = project.data(new)
    before = project.with_edits([{"kind": "moved", "from": new, "path": old} for old, new in modules.items()])
    before.notes = project.notes
    plan = Plan(before, symbols=symbols, modules=modules)
    rewrite = Rewrite(plan)
    rewrite.references()
    for old, new in modules.items():
        rewrite.edits.move(old, new)
    result = rewrite.result("Repaired imports")
    edits = before.with_edits(result["edits"]).edits_since(project)
    places = "%d place%s" % (rewrite.places, "" if rewrite.places == 1 else "s")
    return {"edits": edits, "notes": result["notes"], "summary": "Repaired imports: %s in %d file%s." % (places, len(edits), "" if len(edits) == 1 else "s")}


def _told(project, source, target):
    """Old path to new path of what a person says to have moved."""
    new = _path(project, target)
    if new is None:
        raise Refusal("not_found", "There is no %s in the project." % target, {"path": target}, "Name the place where it is now.")
    if new.endswith("/"):
        old = source.rstrip("/") if "/" in source or not NAME.match(source.split(".")[0]) or "." not in source else None
        if old is None:
            root = project.modules.base(new + "__init__.py")
            old = join(root, source.replace(".", "/"))
        return {old + path[len(new) - 1:]: path for path in project.python if path.startswith(new)}
    if source.endswith(".py") or "/" in source:
        old = source
    else:
        root = project.modules.base_root(new)
        old = join(root, source.replace(".", "/")) + ".py"
    if old in project.paths:
        raise Refusal("ambiguous", "%s is still there." % old, {"path": old}, "Use move_module for what has not been moved yet.")
    return {old: new}


def _path(project, text):
    if text in project.paths:
        return text
    if any(path.startswith(text.rstrip("/") + "/") for path in project.python):
        return text.rstrip("/") + "/"
    found = project.modules.find(text)
    if found is None:
        return None
    return folder_of(found[0]) + "/" if found[0].endswith("/__init__.py") else found[0]


class Missing:
    """What imports name and the project does not have, with the one place where it must have gone."""

    def __init__(self, project):
        self.project = project
        self.modules, self.symbols = {}, {}
        self.lost_modules = {}  # (root, dotted) -> {"names", "places"}
        self.lost_symbols = {}  # (path, name) -> places
        self._words = {}
        for path in project.python:
            self._file(path)
        self._settle_modules()
        self._settle_symbols()

    # what is missing, without parsing anything

    def _file(self, path):
        data = self.project.data(path)
        for match in FROM.finditer(data):
            module = match.group(1).decode("utf-8", "replace")
            listed = re.sub(rb"#[^\n]*", b"", match.group(2)).strip(b"() \t\r\n\\").decode("utf-8", "replace")
            names = [part.split(" as ")[0].strip() for part in listed.replace("\n", " ").split(",")]
            names = [name for name in names if NAME.match(name)] + (["*"] if listed == "*" else [])
            self._from(path, module, names, data.count(b"\n", 0, match.start()) + 1)
        for match in PLAIN.finditer(data):
            for part in match.group(1).decode("utf-8", "replace").split(","):
                dotted = part.split(" as ")[0].strip()
                if dotted and all(NAME.match(item) for item in dotted.split(".")):
                    self._module(path, dotted, [], data.count(b"\n", 0, match.start()) + 1)

    def _from(self, path, module, names, line):
        level = len(module) - len(module.lstrip("."))
        source = self.project.modules.absolute(path, level, module[level:] or None)
        if not source or source == "__future__":
            return
        found = self.project.modules.find(source, path)
        if found is None:
            self._module(path, source, names, line, level > 0)
            return
        for name in names:
            if name == "*" or self._has(found[0], name) or self.project.modules.find("%s.%s" % (source, name), path):
                continue
            if found[0].endswith("/"):
                self._module(path, "%s.%s" % (source, name), [], line, level > 0)
                continue
            self.lost_symbols.setdefault((found[0], name), {"places": [], "source": source})["places"].append((path, line))

    def _has(self, path, name):
        """May a module bind a name: it holds the word, or says that it makes names up."""
        if path.endswith("/"):
            return False
        if path not in self._words:
            self._words[path] = frozenset(re.findall(r"\w+", self.project.data(path).decode("utf-8", "replace")))
        words = self._words[path]
        return name in words or "__getattr__" in words or "globals" in words or b"import *" in self.project.data(path)

    def _module(self, path, dotted, names, line, relative=False):
        modules = self.project.modules
        if modules.find(dotted, path):
            return
        top = dotted.split(".")[0]
        known = modules.find(top, path) if "." in dotted else None
        if not relative and known is None and (top in STDLIB or self._depends(top)):
            return
        root = modules.base(path) if relative or known is None else known[1]
        entry = self.lost_modules.setdefault((root, dotted), {"names": set(), "places": [], "sure": relative or known is not None})
        entry["names"].update(name for name in names if name != "*")
        entry["places"].append((path, line))

    def _depends(self, top):
        """Does the project ask for a package of that name, or is it merely not of the project."""
        word = re.compile(r"(?<![\w-])%s(?![\w-])" % re.escape(top).replace("_", "[-_]"), re.I)
        for path in sorted(self.project.paths):
            name = path.rpartition("/")[2]
            if name in ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "tox.ini") or name.startswith("requirements"):
                if word.search(self.project.data(path).decode("utf-8", "replace")):
                    return True
        return False

    # where it went

    def _settle_modules(self):
        taken = {}
        for (root, dotted), entry in sorted(self.lost_modules.items()):
            candidates = self._candidates(root, dotted, entry)
            old = join(root, dotted.replace(".", "/")) + ".py"
            if len(candidates) == 1:
                new = candidates[0]
                if new.endswith("/__init__.py"):
                    old = old[: -len(".py")] + "/__init__.py"
                if taken.get(new, old) == old:
                    taken[new] = old
                    self.modules[old] = new
                    continue
            if entry["sure"]:
                self._kept(dotted, entry["places"], candidates)
        self._folders()

    def _folders(self):
        """A package that moved takes its modules along, those that nothing imports too."""
        for old, new in list(self.modules.items()):
            if not new.endswith("/__init__.py"):
                continue
            before, after = folder_of(old), folder_of(new)
            for path in self.project.python:
                if path.startswith(after + "/") and path not in self.modules.values():
                    self.modules[before + path[len(after):]] = path

    def _candidates(self, root, dotted, entry):
        last = dotted.rpartition(".")[2]
        same = [path for path in self.project.python if path.endswith("/" + last + ".py") or path == last + ".py" or path.endswith("/" + last + "/__init__.py") or path == last + "/__init__.py"]
        same = [path for path in same if self._defines_all(path, entry["names"])]
        if same:
            return same if entry["sure"] or entry["names"] else []
        if not entry["names"] or not entry["sure"]:
            return []
        name = max(entry["names"], key=len)
        askers = {path for path, _ in entry["places"]}
        return [path for path in self.project.containing(name) if path not in askers and not self._is_test(path) and self._defines_all(path, entry["names"])]

    def _defines_all(self, path, names):
        return all(self._declares(path, name) or self.project.modules.find("%s.%s" % (self.project.module_of(path), name)) for name in names)

    def _declares(self, path, name):
        word = re.escape(name)
        if path.endswith(".pyi") or not re.search(r"(?<!\w)%s(?!\w)" % word, self.project.data(path).decode("utf-8", "replace")):
            return False
        file = self.project.file(path)
        if file.tree is None:
            return False
        bindings = file.scopes.module.bindings.get(name, ())
        return any(b.role != "import" for b in bindings) or (file.is_package and bool(bindings))

    def _settle_symbols(self):
        for (path, name), entry in sorted(self.lost_symbols.items()):
            if path in self.modules.values():
                continue
            homes = [other for other in self.project.containing(name) if other != path and not self._is_test(other) and self._declares(other, name)]
            if len(homes) == 1:
                self.symbols[(path, name)] = (homes[0], name)
            else:
                self._kept("%s.%s" % (entry["source"], name), entry["places"], homes)

    @staticmethod
    def _is_test(path):
        stem = path.rpartition("/")[2]
        return stem.startswith("test_") or stem == "conftest.py" or stem.endswith("_test.py")

    def _kept(self, name, places, candidates):
        where = "several modules could be meant: %s" % ", ".join(candidates[:5]) if candidates else "nothing in the project has it"
        for path, line in places:
            self.project.note("kept", path, line, "%s is not there, and %s." % (name, where))

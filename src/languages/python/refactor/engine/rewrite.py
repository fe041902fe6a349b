"""Carries a plan out over the whole project: every file that may point to what moves is rewritten, and a last look says whether names are lost."""

import re

from doctests import examples
from edits import Edits
from importing import add_imports, dedupe_statements, without_idle_guard
from mentions import list_mentions
from modules import folder_of
from refusal import Refusal
from retarget import Retarget
from strings import rewrite_settings, rewrite_strings
from text import applied
from verify import verify

SETTINGS = ("pyproject.toml", "setup.cfg", "setup.py")


class Rewrite:
    """`done` are paths whose text the operation writes itself."""

    def __init__(self, plan):
        self.plan, self.project = plan, plan.project
        self.edits = Edits(plan.project)
        self.kept = {}  # text of modules that stay in an old place
        self.changed = {}  # path -> spans that were changed, of the text before
        self.places = 0
        self.watched = set()  # names of the old module that moved code uses: tests may patch them

    def words(self):
        """For each thing that moves, a word without which a file cannot point to it."""
        found = {}
        for path in set(self.plan.modules) | {path for path, _ in self.plan.symbols}:
            name = self.plan.before.name_of(path) or ""
            found.setdefault(name.rpartition(".")[2] or path, set()).add(path)
        return found

    def candidates(self):
        """Files that may point to what moves, and those that move themselves."""
        found = {path for path in self.plan.modules if path in self.project.paths and path.endswith((".py", ".pyi"))}
        names = {}
        for path, name in self.plan.symbols:
            names.setdefault(path, set()).add(name)
        for word, paths in self.words().items():
            for path in paths:
                known = self._near(word, path)
                wanted = names.get(path)
                if wanted and path not in self.plan.modules:
                    known = set().union(*(self.project.containing(name, among=sorted(known)) for name in wanted | self.watched))
                found.update(known)
        for path in {path for path, _ in self.plan.symbols}:
            if path.rpartition("/")[2] == "__init__.py":  # `from . import name`
                folder = folder_of(path)
                found.update(item for item in self.project.python if item.startswith(folder + "/"))
        return sorted(found)

    def _near(self, word, path):
        """Files that hold a module's last name, and that of its package too unless they stand in it."""
        holding = self.project.containing(word)
        parent = (self.plan.before.name_of(path) or "").rpartition(".")[0].rpartition(".")[2]
        if not parent:
            return set(holding)
        home = folder_of(path[:-1] if path.endswith("/") else folder_of(path) if path.rpartition("/")[2] == "__init__.py" else path)
        return {item for item in holding if item.startswith(home + "/")} | set(self.project.containing(parent, among=holding))

    def symbol_in_string(self, path, name, file=None, node=None, patch=False):
        return self.plan.symbol(path, name)

    def references(self, skip=()):
        for path in self.candidates():
            if path in skip:
                continue
            file = self.project.file(path)
            if file.tree is None:
                self.broken(file)
                continue
            new = self.plan.path(path)
            edits, wants = self.of_file(file, lambda offset, new=new: new)
            self.record(path, edits)
            if edits or wants:
                text = add_imports(applied(file.text, edits, path), [want for _, want in wants])
                self.edits.write(path, dedupe_statements(file.text, text))
        self.settings()

    def of_file(self, file, view):
        """`(edits, wants)` of one file, doctests and strings included."""
        unit = Retarget(self.plan, file, view).run()
        edits, wants = list(unit.edits), list(unit.wants)
        for example in examples(file):
            inner = Retarget(self.plan, file, view, example.scopes, example.prompt).run()
            edits += inner.edits
        edits += rewrite_strings(self.plan, file, view, self.symbol_in_string)
        return edits, wants

    def record(self, path, edits):
        self.places += len(edits)
        self.changed.setdefault(path, []).extend((start, end) for start, end, _ in edits)

    def broken(self, file):
        """A file that does not parse is in the way only if it imports what moves."""
        if file.path in self.plan.modules:
            if self.plan.after.package_of_view(self.plan.path(file.path)) == self.plan.before.package_of_view(file.path):
                return
            self.project.parsed(file.path)
        for word in self.words():
            if re.search(r"^[ \t]*(from|import)\b[^\n]*(?<!\w)%s(?!\w)" % re.escape(word), file.text, re.M):
                self.project.parsed(file.path)

    def settings(self):
        for path in sorted(self.project.paths):
            if path.rpartition("/")[2] not in SETTINGS:
                continue
            found = rewrite_settings(self.plan, path, self.symbol_in_string)
            if path in self.edits.written:
                continue  # setup.py, whose imports changed too
            if found:
                text = self.project.data(path).decode("utf-8", "replace")
                self.record(path, found)
                self.edits.write(path, applied(text, found, path))

    def result(self, what):
        list_mentions(self.plan, self.changed)
        for path in sorted(self.edits.written):
            if path in self.project.paths and path.endswith((".py", ".pyi")) and self.project.file(path).tree is not None:
                before = self.project.file(path).text
                text = without_idle_guard(before, self.edits.written[path])
                if not re.match(r"\ufeff?\s", before):  # its first import went
                    text = re.sub(r"\A(\ufeff?)[\r\n]+", r"\1", text)
                self.edits.written[path] = text
        edits = self.edits.result()
        for path, text in sorted(self.kept.items()):
            edits.append({"kind": "write", "path": path, "text": text})
        verify(self.plan, edits)
        files = len(edits)
        return {"edits": sorted(edits, key=lambda edit: edit["path"]), "notes": sorted(self.project.notes, key=lambda n: (n["path"], n["line"], n["kind"], n["text"])),
                "summary": "%s: %d place%s in %d file%s." % (what, self.places, "" if self.places == 1 else "s", files, "" if files == 1 else "s")}

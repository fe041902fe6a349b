"""The files of a project, each read and parsed at most once per content, and the modules that they are."""

import hashlib
import os
import re

from edits import Edits
from modules import Modules
from refusal import Refusal
from source import File

# Between two questions the service keeps what it has read and parsed, by content.
BYTES_KEPT = 96 * 1024 * 1024
TREES_KEPT = 600
# A longer file is data; it is not looked into.
LARGEST = 4 * 1024 * 1024

_bytes = {}
_bytes_held = 0
_trees = {}

__all__ = ["Project", "Edits", "File", "Refusal"]


class Project:
    """`files` are the paths that the workspace lists, as `{"path", "hash", "size"}`: what it ignores does not exist here."""

    def __init__(self, root, files, texts=None):
        self.root, self.listed = root, files
        self.hashes = {item["path"]: item["hash"] for item in files}
        self.sizes = {item["path"]: item.get("size", 0) for item in files}
        self.texts = dict(texts or {})  # in place of what lies on disk; None: the file is gone
        for path, text in self.texts.items():
            if text is None:
                self.hashes.pop(path, None)
            else:
                data = text if isinstance(text, bytes) else text.encode("utf-8")
                self.texts[path], self.sizes[path] = data, len(data)
                self.hashes[path] = hashlib.sha256(data).hexdigest()
        self.paths = frozenset(self.hashes)
        self.python = sorted(path for path in self.paths if path.endswith((".py", ".pyi")))
        self.modules = Modules(self.paths)
        self.notes = []

    # reading

    def data(self, path):
        """The bytes of a file; empty for one that is too large to be source or that has gone."""
        global _bytes_held
        key = self.hashes[path]
        known = _bytes.pop(key, None)
        if known is None:
            known = self._read(path)
            _bytes_held += len(known)
        _bytes[key] = known  # the newest stands last
        while _bytes_held > BYTES_KEPT and len(_bytes) > 1:
            _bytes_held -= len(_bytes.pop(next(iter(_bytes))))
        return known

    def _read(self, path):
        if self.texts.get(path) is not None:
            return self.texts[path]
        if self.sizes[path] > LARGEST:
            return b""
        try:
            with open(os.path.join(self.root, path), "rb") as stream:
                return stream.read()
        except OSError:
            return b""

    def file(self, path):
        """The file with its tree (None where it does not parse)."""
        if path not in self.paths:
            raise Refusal("not_found", "There is no file %s." % path, {"path": path})
        key = (path, self.hashes[path])
        known = _trees.pop(key, None) or File(path, self.data(path))
        _trees[key] = known
        while len(_trees) > TREES_KEPT:
            _trees.pop(next(iter(_trees)))
        return known

    def parsed(self, path):
        """The file, which must parse: else the operation is refused."""
        file = self.file(path)
        if file.tree is None:
            raise Refusal("broken_file", "%s does not parse: line %d, %s." % (path, file.problem["line"], file.problem["message"]),
                          {"path": path, "line": file.problem["line"]}, "Mend it first.")
        return file

    def containing(self, *words, among=None):
        """Paths, sorted, of the Python files (or of `among`) that hold every one of the words; nothing is parsed for it."""
        plain = [word.encode("utf-8") for word in words]
        whole = [re.compile(rb"(?<![A-Za-z0-9_\x80-\xff])%s(?![A-Za-z0-9_\x80-\xff])" % re.escape(word)) for word in plain]
        found = []
        for path in self.python if among is None else among:
            data = self.data(path)
            if all(word in data for word in plain) and all(pattern.search(data) for pattern in whole):
                found.append(path)
        return found

    # what an operation would leave behind

    def with_edits(self, edits):
        """The project as it would be after edits; nothing is written."""
        texts = dict(self.texts)
        for edit in edits:
            if edit["kind"] == "moved":
                texts[edit["path"]] = edit["text"] if "text" in edit else self.data(edit["from"])
                texts[edit["from"]] = None
        for edit in edits:
            if edit["kind"] == "write":
                texts[edit["path"]] = edit["text"]
            elif edit["kind"] == "delete":
                texts[edit["path"]] = None
        return Project(self.root, self.listed, texts)

    def edits_since(self, earlier):
        """The edits that make this project of an earlier one."""
        found = []
        for path in sorted(self.paths | earlier.paths):
            if path not in self.paths:
                found.append({"kind": "delete", "path": path})
            elif path not in earlier.paths or self.data(path) != earlier.data(path):
                found.append({"kind": "write", "path": path, "text": self.data(path).decode("utf-8")})
        return found

    # modules

    def module_of(self, path):
        """The dotted name under which a file is imported by others; None for one that cannot be."""
        return self.modules.name_of(path)

    def path_of(self, module, file=None):
        """The file of a dotted name, as seen by `file` (a path) where given; `a/b/` for a namespace package; None for what is not of the project."""
        found = self.modules.find(module, file)
        return found[0] if found else None

    def resolve_import(self, path, node):
        """The absolute dotted name that an `ast.ImportFrom` of a file names; None where its dots lead out of the package."""
        return self.modules.absolute(path, node.level, node.module)

    # what a person should know

    def note(self, kind, path, line, text):
        """`kind` is mention, string, dynamic, also or kept; the line counts in the file as it was before."""
        entry = {"kind": kind, "path": path, "line": line, "text": text}
        if entry not in self.notes:
            self.notes.append(entry)

"""Edits of many files, gathered by an operation and carried out from the end of each file to its beginning."""

from refusal import Refusal


class Edits:
    """Replacements at offsets of the files as they were before, and whole files that are written, deleted or moved."""

    def __init__(self, project):
        self.project = project
        self.replacements = {}  # path -> [(start, end, text, order)]
        self.written = {}
        self.deleted = set()
        self.moved = {}  # from -> to

    def replace(self, path, start, end, text, expect=None):
        """Puts `text` in place of `[start, end)`. With `expect` the place must hold exactly that: a wrong position is refused, never written."""
        if expect is not None:
            found = self.project.file(path).text[start:end]
            if found != expect:
                line = self.project.file(path).line_of(start)
                raise Refusal("unsupported", "The place of %s in %s, line %d, could not be made out." % (expect, path, line), {"path": path, "line": line})
        known = self.replacements.setdefault(path, [])
        if (start, end, text) in [item[:3] for item in known] and start != end:
            return  # the same edit for two reasons
        known.append((start, end, text, len(known)))

    def insert(self, path, at, text):
        """Puts text before offset `at`; several at one place keep their order."""
        self.replace(path, at, at, text)

    def write(self, path, text):
        """The whole text of a file, new or not."""
        self.written[path] = text

    def delete(self, path):
        self.deleted.add(path)

    def move(self, source, target):
        """Moves a file; its replacements, given under the old path, go with it."""
        self.moved[source] = target

    def text_after(self, path):
        """What a file (by its old path) will hold."""
        if path in self.written:
            return self.written[path]
        file = self.project.file(path)
        text, bound, previous = file.text, len(file.text) + 1, None
        for start, end, new, _ in sorted(self.replacements.get(path, ()), key=lambda item: (item[0], item[1], item[3]), reverse=True):
            if end > bound or (end == bound and previous == (start, end) and start != end):
                line = file.line_of(start)
                raise Refusal("unsupported", "Two changes meet in %s, line %d." % (path, line), {"path": path, "line": line})
            text = text[:start] + new + text[end:]
            bound, previous = start, (start, end)
        return text

    @property
    def paths(self):
        """Old paths of all files that change."""
        return sorted(set(self.replacements) | set(self.written) | self.deleted | set(self.moved))

    def places(self):
        return sum(len(items) for items in self.replacements.values())

    def result(self):
        """The edits of the contract, sorted by path; files that stay as they were are left out."""
        found = []
        for path in self.paths:
            if path in self.moved:
                edit = {"kind": "moved", "from": path, "path": self.moved[path]}
                if path in self.replacements or path in self.written:
                    text = self.text_after(path)
                    if path in self.written or text != self.project.file(path).text:
                        edit["text"] = text
                found.append(edit)
            elif path in self.deleted:
                found.append({"kind": "delete", "path": path})
            else:
                text = self.text_after(path)
                if path not in self.project.paths or text != self.project.file(path).text:
                    found.append({"kind": "write", "path": path, "text": text})
        targets = [edit["path"] for edit in found]
        twice = sorted({path for path in targets if targets.count(path) > 1})
        if twice:
            raise Refusal("name_clash", "%s would be written twice." % twice[0], {"path": twice[0]})
        return sorted(found, key=lambda edit: edit["path"])

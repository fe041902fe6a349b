"""The classes that share one attribute: who declares it, who overrides it, who inherits it, and what stands above them outside the project."""

import ast
import builtins
import importlib
import re
import sys

from refusal import Refusal

# Importing these shows something or opens a browser.
NOISY = {"this", "antigravity", "__main__"}


class Family:
    """All classes for which `name` means the same attribute as for the class `node` of `path`; `members` holds those that declare it."""

    def __init__(self, project, types, path, node, name):
        self.project, self.types, self.name = project, types, name
        if name.startswith("__") and not name.endswith("__"):  # mangled: only the class itself knows it
            self.classes = self.members = {(path, node)}
            return
        self.classes = {(path, node)}
        tops = {(path, node)}
        while True:
            for item in list(self.classes):
                tops |= {above for above in types.mro(*item) if types.declares(above[0], above[1], name) is not None}
            found = self.classes | tops | self._below(tops)
            if found == self.classes:
                break
            self.classes = found
        self.members = {item for item in self.classes if types.declares(item[0], item[1], name) is not None}

    def _below(self, tops):
        """All classes of the project that derive from these."""
        found, words, waiting = set(tops), set(), {node.name for _, node in tops}
        while waiting:
            word = waiting.pop()
            words.add(word)
            pattern = re.compile(rb"class\s+\w+\s*(?:\[[^\]]*\])?\s*\([^)]*(?<!\w)%s(?!\w)|import[^\n]*\s%s\s+as\s" % (word.encode(), word.encode()))
            for path in self.project.containing(word):
                file = self.project.file(path)
                if file.tree is None or not pattern.search(self.project.data(path)):
                    continue
                for occurrence in file.scopes.occurrences:
                    alias = occurrence.node
                    if occurrence.role == "import" and alias.name == word and alias.asname and alias.asname not in words:
                        waiting.add(alias.asname)
                for node in file.scopes.scope_of:
                    if isinstance(node, ast.ClassDef) and (path, node) not in found:
                        if any(base and base[0] == "class" and (base[1], base[2]) in found for base in self.types.bases(path, node)):
                            found.add((path, node))
                            waiting.add(node.name)
        return found

    def has(self, value):
        """Is a value an instance of (or, as a class, one of) the family: does its attribute of this name come from it."""
        if value[0] not in ("instance", "class", "super"):
            return False
        owners = self.types.mro(value[1], value[2])[1 if value[0] == "super" else 0:]
        return any(owner in self.members for owner in owners)

    def check_outside(self, new):
        """Refuses where a class from outside the project has a say about the attribute."""
        for path, node in sorted(self.classes, key=lambda item: (item[0], item[1].lineno)):
            for base in self.types.bases(path, node):
                if base and base[0] == "class":
                    continue
                self._check(path, node, base[1] if base else None, new)

    def _check(self, path, node, dotted, new):
        where = {"path": path, "line": node.lineno, "class": node.name}
        if dotted and dotted.rpartition(".")[2] == "TypedDict":
            raise Refusal("unsupported", "%s is a TypedDict: its keys are strings everywhere." % node.name, where)
        outside = known(dotted)
        if outside is None:
            raise Refusal("behaviour", "%s in %s derives from %s, which is not of the project and may itself use %s." % (node.name, path, dotted or "something unknown", self.name), where,
                          "Rename it by hand if that class does not know it.")
        if hasattr(outside, self.name):
            raise Refusal("behaviour", "%s.%s overrides %s.%s, which is not of the project." % (node.name, self.name, dotted, self.name), where)
        if hasattr(outside, new):
            raise Refusal("name_clash", "%s has a %s already, from %s." % (node.name, new, dotted), where, "Choose another name.")


def known(dotted):
    """The class of the standard library that a dotted name means; None for others. Only the standard library is imported."""
    if not dotted:
        return None
    parts = dotted.split(".")
    if parts[0] == "builtins":
        return getattr(builtins, parts[-1], None)
    if parts[-1] in ("Protocol", "Generic", "NamedTuple", "ABC") and parts[0] in ("typing", "typing_extensions", "abc"):
        return tuple if parts[-1] == "NamedTuple" else object
    if parts[0] not in getattr(sys, "stdlib_module_names", ()) or parts[0] in NOISY:
        return None
    for count in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part, None)
        return found if isinstance(found, type) else None
    return None

"""Prose and settings that name what moves: listed, not changed."""

import re

DOCUMENTS = (".md", ".rst", ".txt", ".adoc", ".html")
SETTINGS = (".toml", ".cfg", ".ini", ".yml", ".yaml", ".json", ".sh", ".in", ".mk")
PLAIN = ("Dockerfile", "Makefile", "Procfile", "justfile", "README")
# More of one kind say nothing new; the last note tells how many there are.
MOST = 200


def patterns_of(plan):
    """What old names look like in prose: `module.name`, the module's full name, its path."""
    found = {}
    for path, name in plan.symbols:
        module = plan.before.name_of(path)
        if module:
            last = module.rpartition(".")[2]
            found.setdefault(last, []).append(r"(?<![\w.])(?:\w+\.)*%s[.:]%s(?!\w)" % (re.escape(last), re.escape(name)))
    for path, target in plan.modules.items():
        module = plan.before.name_of(path)
        if not module:
            continue
        last = module.rpartition(".")[2]
        if plan.after.name_of(target) != module:
            found.setdefault(last, []).append(r"(?<![\w./])%s(?!\w)" % re.escape(module) if "." in module else r"-m %s(?!\w)" % re.escape(module))
        if not path.endswith("/"):
            found.setdefault(last, []).append(r"(?<![\w-])%s(?!\w)" % re.escape(path))
    return {word: re.compile("|".join(dict.fromkeys(items))) for word, items in found.items()}


def list_mentions(plan, written):
    """Notes for documents, settings, comments and docstrings. `written` holds the paths with the spans that the move has changed already."""
    project, count = plan.project, 0
    for word, pattern in sorted(patterns_of(plan).items()):
        others = [path for path in sorted(project.paths) if path.endswith(DOCUMENTS + SETTINGS) or path.rpartition("/")[2] in PLAIN]
        for path in project.containing(word, among=others + project.python):
            text = project.data(path).decode("utf-8", "replace")
            kind = "string" if path.endswith(SETTINGS) else "mention"
            for match in pattern.finditer(text):
                if any(start < match.end() and match.start() < end for start, end in written.get(path, ())):
                    continue
                line = text.count("\n", 0, match.start()) + 1
                if path.endswith((".py", ".pyi")) and not in_prose(project.file(path), match.start()):
                    continue
                count += 1
                if count <= MOST:
                    project.note(kind, path, line, text.splitlines()[line - 1].strip()[:200])
    if count > MOST:
        project.note("mention", "", 1, "%d more places name it." % (count - MOST))


def in_prose(file, offset):
    """Does an offset lie in a comment, or in a string of more than a name."""
    if file.tree is None:
        return True
    line = file.line_of(offset)
    text = file.text[file.line_start(line):offset]
    if re.match(r"\s*#", text) or re.search(r"\s#\s[^'\"]*$", text):
        return True
    from doctests import docstrings
    return any(node.lineno <= line <= node.end_lineno and file.start(node) <= offset < file.end(node) for node in docstrings(file.tree))

"""Import statements written again: another module, or split by where their names now come from."""

import re

from refusal import Refusal

# Remarks behind an import that hold for every line it is split into.
SHARED_REMARK = re.compile(r"#\s*(noqa|type:|pylint|pyright|isort|pragma|nosec)", re.I)


class Statements:
    """What `Retarget` does with one statement. It has the `file`, its `span` and `replace`, `renames`, `deleted` and the `prompt`."""

    def respell(self, node, module):
        """Changes only the module's name in a statement."""
        start, end = self.span(node)
        match = re.compile(r"from(\s+|\\\n)*([.\s]*[\w.]*?)(?=[\s\\]+import\b)|from\s*(\.+)(?=import\b)").match(self.file.text, start, end)
        if not match:
            raise Refusal("unsupported", "The import in %s, line %d, is written in a way that cannot be changed." % (self.path, node.lineno), {"path": self.path, "line": node.lineno})
        group = 2 if match.group(2) is not None else 3
        text = module if self.file.text[match.start(group) - 1].isspace() else " " + module
        self.replace(match.start(group), match.end(group), text + ("" if group == 2 else " "))

    def split(self, node, groups, own):
        """One statement for each module that the names now come from; the layout and remarks of the old one are kept."""
        start, end = self.span(node)
        text = self.file.text
        line_start = text.rfind("\n", 0, start) + 1
        indent = text[line_start:start]
        alone = not indent.strip() or bool(self.prompt)
        rest = text[end: self.file.line_end(self.file.line_of(end))]
        alone_after = not rest.strip() or rest.strip().startswith("#")
        many_lines = node.end_lineno > node.lineno and not self.prompt
        remarks = self.remarks(node) if many_lines else {}
        shared = "  " + rest.strip() if SHARED_REMARK.match(rest.strip()) else ""
        order = ([own] if own in groups else []) + [module for module in groups if module not in (own, None)]
        parts = []
        for module in order:
            items = groups[module]
            written = []
            for alias, name, _ in items:
                local = alias.asname or alias.name
                renamed = self.renames.get((alias.scope, local))
                keep = local if renamed is None else renamed
                written.append((name if keep == name and not (alias.asname == alias.name) else "%s as %s" % (name, keep), remarks.get(id(alias), "")))
            if module == "":
                parts += ["import %s" % word for word, _ in written]
            elif many_lines and len(written) > 1 and (module == own or any(remark for _, remark in written) or len(indent) + len(module) + sum(len(word) + 2 for word, _ in written) > 68):
                pad = "\n" + (indent if alone else "") + "    "
                body = "".join("%s%s,%s" % (pad, word, remark) for word, remark in written)
                parts.append("from %s import (%s\n%s)" % (module, body, indent if alone else ""))
            else:
                remark = next((remark for _, remark in written if remark), "") if many_lines and len(written) == 1 and not rest.strip() else ""
                parts.append("from %s import %s%s" % (module, ", ".join(word for word, _ in written), remark))
        if not parts:
            self.deleted.append(node)
            return
        if alone and alone_after:
            newline = self.file.newline + (indent if not self.prompt else self.prompt)
            new = (shared + newline).join(part.replace("\n", self.file.newline) for part in parts)
        else:
            new = "; ".join(part for part in parts)
        self.replace(start, end, new)

    def remarks(self, node):
        """The comment behind each name of an import over several lines."""
        found = {}
        for alias in node.names:
            end = self.span(alias)[1]
            line = self.file.text[end: self.file.line_end(self.file.line_of(end))]
            match = re.match(r"\s*,?(\s*#[^\r\n]*)", line)
            if match:
                found[id(alias)] = match.group(1).rstrip()
        return found

"""What a module binds and needs at its top level: what has to be known to put the declarations of two modules into one."""

import ast
import symtable


def top_level(tree, source):
    places = Places(source)
    names = [each for node in tree.body if is_import(node) for each in imported(node)]
    pragmas = sorted({alias.name for node in tree.body if is_future(node) for alias in node.names})
    imports = {each["name"] for each in names} | set(pragmas)
    cuts = [places.span(node) for node in tree.body if is_import(node) or is_future(node) or is_left_behind(node)]
    if docstring_of(tree) is not None:
        cuts.insert(0, places.span(docstring_of(tree)))
    bound, free = scopes(source)
    return {
        "insertAt": places.behind(leading(tree, lambda node: is_import(node) or is_future(node))),
        "firstAt": places.behind(leading(tree, is_future)),
        "imports": names,
        "cuts": cuts,
        "pragmas": ["from __future__ import %s" % name for name in pragmas],
        "declares": sorted(name for name in bound - imports if not (name.startswith("__") and name.endswith("__"))),
        "free": sorted(free - bound),
    }


def is_future(node):
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and node.level == 0


def is_import(node):
    return isinstance(node, (ast.Import, ast.ImportFrom)) and not is_future(node)


def docstring_of(tree):
    first = tree.body[0] if tree.body else None
    return first if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str) else None


def is_left_behind(node):
    """`if __name__ == "__main__":` and `__all__` belong to the module that they stand in."""
    if isinstance(node, ast.If) and any(isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node.test)):
        return True
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)


def imported(node):
    found = []
    for alias in node.names:
        renamed = " as %s" % alias.asname if alias.asname else ""
        if isinstance(node, ast.Import):
            whole = alias.name if alias.asname else alias.name.split(".")[0]
            found.append({"name": alias.asname or whole, "means": "module %s" % whole, "text": "import %s%s" % (alias.name, renamed)})
        else:
            module = "." * node.level + (node.module or "")
            found.append({"name": alias.asname or alias.name, "means": "%s of %s" % (alias.name, module), "text": "from %s import %s%s" % (module, alias.name, renamed)})
    return found


def leading(tree, wanted):
    """The last of the statements at the beginning that are wanted, the docstring apart; `None` without any."""
    last = docstring_of(tree)
    for node in tree.body[1 if last is not None else 0 :]:
        if not wanted(node):
            break
        last = node
    return last


def scopes(source):
    """Names that the module binds, and those that it or any scope inside reads from it."""
    bound, free = set(), set()

    def visit(table, top):
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if top and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
                bound.add(name)
            elif not top and symbol.is_declared_global() and symbol.is_assigned():
                bound.add(name)
            if symbol.is_referenced() and (top or symbol.is_global()):
                free.add(name)
        for child in table.get_children():
            visit(child, False)

    visit(symtable.symtable(source, "module", "exec"), True)
    return bound, free


class Places:
    """Offsets as the host counts them: UTF-16 units from the beginning."""

    def __init__(self, source):
        self.lines = [line + "\n" for line in source.split("\n")]
        self.size = units(source)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + units(line))

    def at(self, line, column):
        return self.starts[line - 1] + units(self.lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    def span(self, node):
        return [self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)]

    def behind(self, node):
        """The line behind a statement; without one the line behind the comments that the file begins with."""
        if node is not None:
            return min(self.starts[node.end_lineno], self.size)
        line = 0
        while line < len(self.lines) and self.lines[line].startswith("#"):
            line += 1
        return min(self.starts[line], self.size)


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

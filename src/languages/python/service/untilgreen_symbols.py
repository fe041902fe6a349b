"""What a file defines and imports, with signatures and line numbers."""

import ast

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SIGNATURE_LIMIT = 300  # characters; a longer one is cut, a prompt pays for each


def symbols(tree, source):
    found = []
    public = exported_names(tree)
    visit(tree.body, [], found, public, False)
    return {"symbols": found, "imports": imports(tree), "defines": sorted(defined(tree)), "importsEnd": imports_end(tree, source)}


def exported_names(tree):
    """The names in `__all__`, or `None` where it is absent or computed."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
                try:
                    return set(ast.literal_eval(node.value))
                except (ValueError, TypeError):
                    return None
    return None


def visit(body, parents, found, public, in_class):
    for node in body:
        if isinstance(node, FUNCTIONS):
            add(found, node.name, "method" if in_class else "function", node, signature_of(node), parents, public)
            visit(node.body, parents + [node.name], found, public, False)
        elif isinstance(node, ast.ClassDef):
            add(found, node.name, "class", node, class_signature(node), parents, public)
            visit(node.body, parents + [node.name], found, public, True)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and (not parents or in_class):
            for name in assigned(node):
                if name.isidentifier() and not name.startswith("__"):
                    add(found, name, "constant", node, cut(first_line(node)), parents, public)
        elif type(node).__name__ == "TypeAlias":
            add(found, node.name.id, "type", node, cut(first_line(node)), parents, public)
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            for name in ("body", "orelse", "finalbody"):
                visit(getattr(node, name, []), parents, found, public, in_class)
            for handler in getattr(node, "handlers", []):
                visit(handler.body, parents, found, public, in_class)


def add(found, name, kind, node, signature, parents, public):
    first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
    top = parents[0] if parents else name
    exported = top in public if public is not None else not any(part.startswith("_") and not part.startswith("__") for part in parents + [name])
    found.append(
        {
            "name": name,
            "kind": kind,
            "fromLine": first,
            "toLine": node.end_lineno,
            "signature": signature,
            "parents": list(parents),
            "exported": exported,
        }
    )


def signature_of(node):
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = " -> " + ast.unparse(node.returns) if node.returns else ""
    return cut("%s %s(%s)%s" % (word, node.name, ast.unparse(node.args), returns))


def class_signature(node):
    bases = [ast.unparse(base) for base in node.bases] + ["%s=%s" % (k.arg, ast.unparse(k.value)) if k.arg else "**" + ast.unparse(k.value) for k in node.keywords]
    return cut("class %s%s" % (node.name, "(%s)" % ", ".join(bases) if bases else ""))


def first_line(node):
    return ast.unparse(node).split("\n")[0]


def cut(text):
    return text if len(text) <= SIGNATURE_LIMIT else text[: SIGNATURE_LIMIT - 3] + "..."


def assigned(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    names = []
    for target in targets:
        if isinstance(target, ast.Name):
            names.append(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            names += [item.id for item in target.elts if isinstance(item, ast.Name)]
    return names


def imports(tree):
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.append({"module": alias.name, "names": [], "line": node.lineno})
        elif isinstance(node, ast.ImportFrom):
            found.append({"module": "." * node.level + (node.module or ""), "names": [alias.name for alias in node.names], "line": node.lineno})
    return sorted(found, key=lambda item: item["line"])


def imports_end(tree, source):
    """`[line, afterImport]`: behind which line a new import goes: the first block of imports, the docstring, the head comments."""
    line, after_import = 0, False
    for index, node in enumerate(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            line, after_import = node.end_lineno, True
        elif index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            line = node.end_lineno
        else:
            break
    if line == 0:
        for text in source.splitlines():
            if not text.startswith("#"):
                break
            line += 1
    return [line, after_import]


def defined(tree):
    """Names that the module itself defines at its top level: functions, classes and assigned names, imports left out."""
    names = set()
    for node in tree.body:
        if isinstance(node, FUNCTIONS + (ast.ClassDef,)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names.update(assigned(node))
        elif type(node).__name__ == "TypeAlias":
            names.add(node.name.id)
    return names

"""Change signature: parameters dropped, added and put in another order, in the function, its overrides and every call."""

import ast
import re

from calls import BY_POSITION, Function
from declaration import locate
from edits import Edits
from parameters import check_decorators
from references import last_name
from refusal import Refusal
from scopes import parameters


class Slot:
    """One parameter as it is written: `text` with annotation and default; `kind`: only, plain, star, keyword, stars."""

    def __init__(self, name, text, kind, default, value=None):
        self.name, self.text, self.kind, self.default, self.value = name, text, kind, default, value


def change_signature(project, operation):
    found = locate(project, operation["path"], operation["symbol"])
    function = Function(project, found)
    edits = Edits(project)
    drop, add, order = operation.get("drop") or [], operation.get("add") or [], operation.get("order")
    before = slots(function.definitions[0][0], found.node, function.bound)
    after = wanted(found, before, drop, add, order)
    for view, node in function.definitions:
        own = slots(view, node, function.bound)
        if [(slot.name, slot.kind) for slot in own] != [(slot.name, slot.kind) for slot in before]:
            raise Refusal("behaviour", "%s in %s, line %d, has other parameters." % (node.name, view.path, node.lineno), {"path": view.path, "line": node.lineno})
        check_decorators(view, node)
        unused(view, node, drop)
        unbound(view, node, add)
        define(edits, view, node, function.bound, wanted(found, own, drop, add, order))
    for use in function.uses:
        if use.call is None:
            passed_on(project, use, found, before, after)
        else:
            adapt(edits, use, before, after)
    result = edits.result()
    calls = sum(1 for use in function.uses if use.call is not None)
    return {"edits": result, "notes": project.notes, "summary": "Changed the signature of %s: %d definition%s and %d call%s in %d file%s." % (
        found.name, len(function.definitions), "s" * (len(function.definitions) != 1), calls, "s" * (calls != 1), len(result), "s" * (len(result) != 1))}


def slots(view, node, bound):
    """The parameters of a function, without the one that Python fills."""
    arguments = node.args
    plain = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    found = []
    for index, (item, default) in enumerate(zip(plain, defaults)):
        found.append(_slot(view, item, default, "only" if index < len(arguments.posonlyargs) else "plain"))
    if arguments.vararg:
        found.append(_slot(view, arguments.vararg, None, "star"))
    for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found.append(_slot(view, item, default, "keyword"))
    if arguments.kwarg:
        found.append(_slot(view, arguments.kwarg, None, "stars"))
    return found[1:] if bound else found


def _slot(view, item, default, kind):
    start, end = view.span(item)[0], view.span(default or item)[1]
    if default is not None:  # the parentheses around a default are no part of its node
        text = view.file.text
        while text[start:end].count("(") > text[start:end].count(")"):
            end = text.index(")", end) + 1
    return Slot(item.arg, view.file.text[start:end], kind, default is not None)


def wanted(found, before, drop, add, order):
    """The parameters after the change: drop, then add, then order."""
    where = {"path": found.path, "line": found.line}
    names = [slot.name for slot in before]
    for name in drop:
        if name not in names:
            raise Refusal("not_found", "%s has no parameter %s." % (found.name, name), dict(where, parameter=name))
    left = [slot for slot in before if slot.name not in drop]
    for item in add:
        if item["name"] in [slot.name for slot in left]:
            raise Refusal("name_clash", "%s has a parameter %s already." % (found.name, item["name"]), dict(where, parameter=item["name"]))
        if not item["name"].isidentifier():
            raise Refusal("name_clash", "%s is no name in Python." % item["name"], where)
        for field in ("default", "value", "type"):
            if item.get(field):
                _expression(item[field], field, where)
        if item.get("default") is None and item.get("value") is None:
            raise Refusal("unsupported", "What calls should give for %s is not said." % item["name"], where, "Give a `value` for the calls, or a `default`.")
        left.insert(*_place(left, item))
    if order:
        if sorted(order) != sorted(slot.name for slot in left):
            raise Refusal("not_found", "The order must name %s." % ", ".join(slot.name for slot in left), where)
        left = sorted(left, key=lambda slot: order.index(slot.name))
    ranks = ["only", "plain", "star", "keyword", "stars"]
    if [ranks.index(slot.kind) for slot in left] != sorted(ranks.index(slot.kind) for slot in left):
        raise Refusal("unsupported", "The order would move a parameter over a `*` or `/`.", where)
    optional = False
    for slot in left:
        if slot.kind in ("only", "plain"):
            if optional and not slot.default:
                raise Refusal("unsupported", "%s without a default would stand behind one with a default." % slot.name, where, "Give an order, or a default.")
            optional = optional or slot.default
    return left


def _place(left, item):
    annotation, default = item.get("type"), item.get("default")
    text = item["name"] + (": " + annotation if annotation else "") + ((" = " if annotation else "=") + default if default is not None else "")
    kind = "keyword" if any(slot.kind == "star" for slot in left) else "plain"
    at = sum(1 for slot in left if slot.kind in ("only", "plain", "star") or (kind == "keyword" and slot.kind == "keyword"))
    if kind == "plain" and default is None:  # before the first one that may be left out
        at = next((index for index, slot in enumerate(left) if slot.default or slot.kind not in ("only", "plain")), at)
    return at, Slot(item["name"], text, kind, default is not None, item.get("value"))


def _expression(text, field, where):
    try:
        ast.parse("(%s\n)" % text, mode="eval")
    except (SyntaxError, ValueError) as error:
        raise Refusal("unsupported", "The %s %s is no expression." % (field, text), where) from error


def unused(view, node, drop):
    for name in drop:
        scope = view.scopes.scope_of[node]
        uses = [item for item in view.scopes.of(name, scope) if item.role != "parameter"]
        if uses:
            raise Refusal("behaviour", "%s in %s still uses %s, line %d." % (node.name, view.path, name, view.file.line_of(uses[0].start)),
                          {"path": view.path, "line": view.file.line_of(uses[0].start), "parameter": name}, "Take its use out first.")


def unbound(view, node, add):
    for item in add:
        scope = view.scopes.scope_of[node]
        taken = [other for other in view.scopes.by_name.get(item["name"], ()) if _inside(other.scope, scope)]
        if taken:
            raise Refusal("name_clash", "%s in %s uses another %s." % (node.name, view.path, item["name"]), {"path": view.path, "line": node.lineno, "name": item["name"]})


def _inside(scope, owner):
    while scope is not None and scope is not owner:
        scope = scope.parent
    return scope is owner


def define(edits, view, node, bound, after):
    """Writes the parameter list anew; what stands between the parentheses keeps its layout where it can."""
    text = view.file.text
    opened = text.index("(", text.index(node.name, view.span(node)[0] + 3) + len(node.name) if not getattr(node, "type_params", None) else view.span(node.type_params[-1])[1])
    closed = closing(view, node, opened)
    inner = text[opened + 1:closed]
    if "#" in inner:
        raise Refusal("unsupported", "There are comments between the parameters of %s." % node.name, {"path": view.path, "line": node.lineno})
    words = [text[slice(*_whole(view, node))]] if bound else []
    marks = after
    if any(slot.kind == "only" for slot in after) or (bound and node.args.posonlyargs):
        only = [slot.text for slot in marks if slot.kind == "only"]
        words += only + ["/"]
        marks = [slot for slot in marks if slot.kind != "only"]
    starred = any(slot.kind == "star" for slot in after)
    for slot in marks:
        if slot.kind == "keyword" and not starred:
            words.append("*")
            starred = True
        words.append({"star": "*", "stars": "**"}.get(slot.kind, "") + slot.text)
    lines = inner.strip().count("\n")
    if "\n" in inner and re.match(r"[ \t]*\r?\n", inner):
        lead = re.match(r"\s*", inner).group()
        tail = re.search(r",?\s*\Z", inner).group()
        new = lead + ("," + lead if lines else ", ").join(words) + (tail if words and not words[-1].startswith("**") or "," in tail else tail)
        edits.replace(view.path, opened + 1, closed, new if words else "")
    elif "\n" in inner:
        pad = view.file.newline + " " * (opened + 1 - view.file.line_start(view.file.line_of(opened)))
        edits.replace(view.path, opened + 1, closed, ("," + pad).join(words))
    else:
        edits.replace(view.path, opened + 1, closed, ", ".join(words) + ("," if inner.rstrip().endswith(",") and words else ""))


def _whole(view, node):
    own = parameters(node.args)[0]
    return view.span(own)


def closing(view, node, opened):
    """The parenthesis that ends the parameter list: the first behind the last thing in it."""
    inside = [view.span(item)[1] for item in parameters(node.args)] + [view.span(item)[1] for item in node.args.defaults + [d for d in node.args.kw_defaults if d]]
    at, text = max(inside + [opened + 1]), view.file.text
    depth = text[opened:at].count("(") - text[opened:at].count(")")  # a default in parentheses of its own
    while True:
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth <= 0:
                return at
        at += 1


def passed_on(project, use, found, before, after):
    parent = use.node.parent
    by_position = isinstance(parent, ast.Call) and last_name(parent.func) in BY_POSITION
    same = [slot.name for slot in before] == [slot.name for slot in after][:len(before)] and all(slot.default for slot in after[len(before):])
    if same and (by_position or use.kind == "value"):
        project.note("kept", use.view.path, use.line, "%s is passed on; whoever calls it gives nothing for the new parameters." % found.name)
        return
    raise Refusal("dynamic_use", "%s, line %d, passes %s on: how it is called there is not known." % (use.view.path, use.line, found.name), use.place())


def adapt(edits, use, before, after):
    """Gives a call the arguments of the new order. A call that needs no change keeps its bytes."""
    call, view = use.call, use.view
    first = use.given + use.shift
    if [slot.name for slot in before] == [slot.name for slot in after] or (
            [slot.name for slot in before] == [slot.name for slot in after][:len(before)] and all(slot.value is None for slot in after[len(before):])):
        return
    given, stars = call.args[first:], [item for item in call.args if isinstance(item, ast.Starred)]
    if stars or any(word.arg is None for word in call.keywords):
        raise Refusal("dynamic_use", "%s, line %d: `*` or `**` gives arguments whose number is not known." % (view.path, use.line), use.place())
    if first > len(call.args):
        raise Refusal("dynamic_use", "%s, line %d: the first argument is missing." % (view.path, use.line), use.place())
    positional = [slot for slot in before if slot.kind in ("only", "plain")]
    if len(given) > len(positional):
        if [slot.name for slot in before if slot.kind in ("only", "plain")] != [slot.name for slot in after if slot.kind in ("only", "plain")]:
            raise Refusal("dynamic_use", "%s, line %d, gives more arguments than there are names for." % (view.path, use.line), use.place())
    if use.kind == "partial":
        _later(use, positional[len(given):], [slot for slot in after if slot.kind in ("only", "plain")], {slot.name for slot in positional[:len(given)]})
    texts, by_name = {}, {word.arg: word for word in call.keywords}
    for slot, node in zip(positional, given):
        texts[slot.name] = _source(view, node)
    extra = [_source(view, node) for node in given[len(positional):]]
    words = [_source(view, node) for node in call.args[:first]]
    gap = False
    dropped = {slot.name for slot in before} - {slot.name for slot in after}
    for name in sorted(dropped):
        node = given[[slot.name for slot in positional].index(name)] if name in texts else by_name[name].value if name in by_name else None
        if node is not None and not harmless(node):
            raise Refusal("behaviour", "%s, line %d: what is given for %s does something when it is evaluated." % (view.path, use.line, name), use.place())
    moved = [slot.name for slot in after if slot.name in texts or slot.name in by_name]
    was = [slot.name for slot in positional if slot.name in texts] + list(by_name)
    kept = [name for name in was if name in moved]
    if kept != moved and sum(1 for name in kept if not harmless(_node(given, positional, by_name, name))) > 1:
        raise Refusal("behaviour", "%s, line %d: the arguments would be evaluated in another order." % (view.path, use.line), use.place())
    for slot in after:
        if slot.kind in ("star", "stars"):
            words += extra if slot.kind == "star" else []
            continue
        if slot.name in texts:
            words.append(texts[slot.name] if not gap and slot.kind != "keyword" else "%s=%s" % (slot.name, texts[slot.name]))
            if gap and slot.kind == "only":
                raise Refusal("dynamic_use", "%s, line %d: %s can be given by position only." % (view.path, use.line, slot.name), use.place())
        elif slot.name in by_name:
            words.append("%s=%s" % (slot.name, _source(view, by_name[slot.name].value)))
            gap = True
        elif slot.value is not None:
            words.append(slot.value if not gap and slot.kind != "keyword" else "%s=%s" % (slot.name, slot.value))
        else:
            gap = True
    known = {slot.name for slot in before}
    words += ["%s=%s" % (word.arg, _source(view, word.value)) for word in call.keywords if word.arg not in known]
    _write(edits, view, call, words, use)


def _later(use, before, after, given):
    """What `partial` leaves open is given elsewhere, by position: it must come in the same order still."""
    if [slot.name for slot in before] != [slot.name for slot in after if slot.name not in given]:
        raise Refusal("dynamic_use", "%s, line %d: what is given later to this partial is not known." % (use.view.path, use.line), use.place())


def _node(given, positional, by_name, name):
    names = [slot.name for slot in positional]
    return given[names.index(name)] if name in names and names.index(name) < len(given) else by_name[name].value


def harmless(node):
    """Can an argument be left out, or be evaluated at another moment, without a difference."""
    return not any(isinstance(item, (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Subscript, ast.BinOp)) for item in ast.walk(node))


def _source(view, node):
    start, end = view.span(node)
    return view.file.text[start:end] if not isinstance(node, (ast.NamedExpr, ast.GeneratorExp)) or view.file.text[start] == "(" else "(%s)" % view.file.text[start:end]


def _write(edits, view, call, words, use):
    text = view.file.text
    end = view.span(call)[1]
    start = text.index("(", view.span(call.func)[1])
    inner = text[start + 1:end - 1]
    if "#" in inner and re.search(r"(?m)#[^'\"]*$", inner):
        raise Refusal("unsupported", "%s, line %d: there are comments between the arguments." % (view.path, use.line), use.place())
    if re.match(r"[ \t]*\r?\n", inner) and words:
        lead = re.match(r"\s*", inner).group()
        tail = re.search(r",?\s*\Z", inner).group()
        edits.replace(view.path, start + 1, end - 1, lead + ("," + lead).join(words) + tail)
    else:
        edits.replace(view.path, start + 1, end - 1, ", ".join(words))

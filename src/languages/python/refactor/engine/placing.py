"""Where moved code stands in a module that exists: behind what it needs at once, before what needs it at once, else at the end."""

from refusal import Refusal


def insertion(blocks, selection, target):
    """`(offset, text before, text behind)` for the statements that move to `target`."""
    moving = selection.moving(target)
    moved = set().union(*(block.binds for block in moving))
    needed_now = selection.blocks_of.now_closure(set().union(*(block.now for block in moving)))
    own = set(blocks.by_name)
    reading = needed_now & own - moved
    first_user, last_source = None, -1
    for block in blocks.all:
        if block.is_import:
            continue
        if first_user is None and moved & blocks.now_closure(block.now):
            first_user = block.index
        if block.binds & reading:
            last_source = block.index
    text = blocks.file.text
    if first_user is not None and first_user > last_source:
        at = blocks.all[first_user].start
        return at, "", "\n\n"
    if first_user is not None:
        block = blocks.all[first_user]
        raise Refusal("behaviour", "%s, line %d, needs the moved code while it is loaded, and that needs what comes later." % (target, block.node.lineno), {"path": target, "line": block.node.lineno})
    main = [block for block in blocks.all if block.is_main]
    if main and main[-1].index == len(blocks.all) - 1:
        return main[-1].start, "", "\n\n"
    if not blocks.all:
        return len(text), "" if not text or text.endswith("\n") else "\n", ""
    stripped = len(text.rstrip("\r\n \t"))
    last = blocks.all[-1]
    gap = "\n\n" if moving[0].is_definition or last.is_definition or last.is_import else "\n" if last.is_docstring or moving[0].start < 0 else ""
    end = text.find("\n", stripped)
    at = end + 1 if end >= 0 else len(text)
    return at, ("" if end >= 0 else "\n") + gap, ""

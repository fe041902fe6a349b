"""Whether a new name would be taken for something else, or take something else's place: the two ways in which a rename breaks code."""


def within(scope, owner):
    """Is `scope` the scope `owner` or inside it."""
    while scope is not None:
        if scope is owner:
            return True
        scope = scope.parent
    return False


def reaches(scope, owner):
    """Would a look-up that starts in `scope` come by `owner` if nothing nearer bound the name."""
    if not within(scope, owner):
        return False
    return owner.kind != "class" or scope is owner or (scope.kind == "typeparams" and scope.parent is owner)


def captured(scopes, owner, occurrences, new):
    """The occurrence that stands in the way of `occurrences`, which all mean a binding in `owner`, being called `new`; None where nothing does."""
    if owner.bindings.get(new):
        return owner.bindings[new][0]
    for occurrence in occurrences:
        found = occurrence.scope.owner(new)
        if found is not None and found is not owner and within(found, owner):
            return found.bindings[new][0]
        if found is None and new in occurrence.scope.globals:
            return occurrence
    for other in scopes.by_name.get(new, ()):
        if (other.owner is None or (other.owner is not owner and within(owner, other.owner))) and reaches(other.scope, owner):
            if not (owner.kind != "module" and other.role == "global"):
                return other
    return None

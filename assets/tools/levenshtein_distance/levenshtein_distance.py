def levenshtein_distance(first: str, second: str) -> int:
    """Give the fewest characters to insert, delete or replace to make one text of the other. Letter case counts."""
    above = list(range(len(second) + 1))
    for row, left in enumerate(first, 1):
        current = [row]
        for column, right in enumerate(second, 1):
            replaced = above[column - 1] + (left != right)
            current.append(min(above[column] + 1, current[column - 1] + 1, replaced))
        above = current
    return above[-1]

def percentage_change(old: float, new: float) -> float:
    """Give the change from old to new in percent of the old value's size: 80 to 100 is 25, 100 to 80 is -20.

    Raises:
        ValueError: the old value is 0, of which nothing is a percentage
    """
    if old == 0:
        raise ValueError("the change from 0 is no percentage")
    return (new - old) / abs(old) * 100

def percentile(values: list[float], percent: float) -> float:
    """Give the value below which the given percentage of the values lies, between neighbours in proportion (method 7 of Hyndman and Fan, 1996).

    Raises:
        ValueError: there are no values, or percent is not from 0 to 100
    """
    if not values:
        raise ValueError("there are no values")
    if not 0 <= percent <= 100:
        raise ValueError("a percentile is from 0 to 100")
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    if below == len(ordered) - 1:
        return ordered[below]
    return ordered[below] + (place - below) * (ordered[below + 1] - ordered[below])

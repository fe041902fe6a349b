def calculate_percentage(percent: float, number: float) -> float:
    """Give a percentage of a number: 15 percent of 300 is 45."""
    return number * percent / 100

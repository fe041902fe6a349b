import math


def compound_interest(principal: float, annual_rate: float, years: float, times_per_year: int = 1) -> dict[str, float]:
    """Give the balance after some years, and how much of it is interest.

    Raises:
        ValueError: principal or years are negative, interest is added less than once a year, a period loses everything, or the balance is too large
    """
    if principal < 0 or years < 0:
        raise ValueError("principal and years cannot be negative")
    if times_per_year < 1:
        raise ValueError("interest is added at least once a year")
    growth = 1 + annual_rate / 100 / times_per_year
    if growth <= 0:
        raise ValueError("the rate takes everything in one period")
    try:
        balance = principal * growth ** (times_per_year * years)
    except OverflowError:
        balance = math.inf
    if math.isinf(balance):
        raise ValueError("the balance is too large to be told")
    return {"balance": balance, "interest": balance - principal}

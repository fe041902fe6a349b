import math


def loan_payment(principal: float, annual_rate: float, months: int) -> float:
    """Give the payment at the end of each month that pays a loan back in equal parts.

    Raises:
        ValueError: the amount or the rate is negative, or there is no month to pay in
    """
    if principal < 0 or annual_rate < 0:
        raise ValueError("the amount and the rate cannot be negative")
    if months < 1:
        raise ValueError("a loan is paid back in one month or more")
    if annual_rate == 0:
        return principal / months
    rate = annual_rate / 1200
    # 1 - (1 + rate) ** -months, which loses its digits where the rate is tiny.
    share = -math.expm1(-months * math.log1p(rate))
    return principal * rate / share

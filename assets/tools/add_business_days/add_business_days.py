import re
from datetime import date, timedelta


LONGEST = 100_000


def add_business_days(start: str, days: int, holidays: list[str] | None = None) -> str:
    """Give the date that lies so many business days after start; start itself is not counted, and with 0 days it is the result.

    Raises:
        ValueError: a date does not exist or is not written as YYYY-MM-DD, there are more than 100000 days, or the year leaves 1 to 9999
    """
    if abs(days) > LONGEST:
        raise ValueError(f"at most {LONGEST} days can be added")
    closed = {_day(holiday) for holiday in holidays or []}
    day = _day(start)
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    try:
        while left > 0:
            day += step
            if day.weekday() < 5 and day not in closed:
                left -= 1
    except OverflowError:
        raise ValueError("the date lies outside the calendar") from None
    return day.isoformat()


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is no date of the form YYYY-MM-DD")
    return date.fromisoformat(text)

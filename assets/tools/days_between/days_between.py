import re
from datetime import date


def days_between(start: str, end: str) -> int:
    """Give the days from start to end by the Gregorian calendar: one for the next day, negative where end comes first.

    Raises:
        ValueError: a date does not exist or is not written as YYYY-MM-DD
    """
    return (_day(end) - _day(start)).days


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is no date of the form YYYY-MM-DD")
    return date.fromisoformat(text)

import re
from datetime import date

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_of_week(day: str) -> str:
    """Give the English name of a date's weekday by the Gregorian calendar.

    Raises:
        ValueError: the date does not exist or is not written as YYYY-MM-DD
    """
    return NAMES[_day(day).weekday()]


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is no date of the form YYYY-MM-DD")
    return date.fromisoformat(text)

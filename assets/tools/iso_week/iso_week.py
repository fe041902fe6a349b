import re
from datetime import date


def iso_week(day: str) -> str:
    """Give the ISO 8601 week with its year: 2021-01-03 lies in 2020-W53. Weeks begin on Monday; the first has the year's first Thursday.

    Raises:
        ValueError: the date does not exist or is not written as YYYY-MM-DD
    """
    year, week, _ = _day(day).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is no date of the form YYYY-MM-DD")
    return date.fromisoformat(text)

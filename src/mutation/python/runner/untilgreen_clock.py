"""Another moment: what a function gives at two of them alike does not hang on the clock."""

import datetime
import time

DAYS = 1000


def shift():
    """From here on the clock is ahead by 1000 days, for what is imported after this."""
    plain, ahead = datetime.datetime, datetime.timedelta(days=DAYS)

    class Kind(type(plain)):
        def __instancecheck__(cls, value):
            return isinstance(value, plain)

        def __subclasscheck__(cls, other):
            return issubclass(other, plain)

    class Moment(plain, metaclass=Kind):
        @classmethod
        def now(cls, tz=None):
            return plain.now(tz) + ahead

        @classmethod
        def utcnow(cls):
            return plain.now(datetime.timezone.utc).replace(tzinfo=None) + ahead

        @classmethod
        def today(cls):
            return plain.now() + ahead

    Moment.__name__ = Moment.__qualname__ = "datetime"
    Moment.__module__ = "datetime"
    plain_date = datetime.date

    class DateKind(type(plain_date)):
        def __instancecheck__(cls, value):
            return isinstance(value, plain_date)

        def __subclasscheck__(cls, other):
            return issubclass(other, plain_date)

    class Day(plain_date, metaclass=DateKind):
        @classmethod
        def today(cls):
            return plain_date.today() + ahead

    Day.__name__ = Day.__qualname__ = "date"
    Day.__module__ = "datetime"
    datetime.datetime, datetime.date = Moment, Day
    seconds = time.time
    time.time = lambda: seconds() + DAYS * 86400

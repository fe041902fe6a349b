import re

VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
FORM = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE | re.ASCII)


def from_roman(roman: str) -> int:
    """Give the number of a Roman numeral from I to MMMCMXCIX, in the form that is usual today: IV, not IIII.

    Raises:
        ValueError: it is no such numeral
    """
    if not roman or not FORM.fullmatch(roman):
        raise ValueError(f"{roman!r} is no Roman numeral")
    values = [VALUES[letter] for letter in roman.upper()]
    total = 0
    for value, following in zip(values, values[1:] + [0]):
        total += -value if value < following else value
    return total

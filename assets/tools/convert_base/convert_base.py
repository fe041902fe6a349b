DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def convert_base(number: str, from_base: int, to_base: int) -> str:
    """Give a whole number in another base, with lower-case letters and without prefix: 255 from 10 to 16 is ff.

    Raises:
        ValueError: a base is not from 2 to 36, or the text has none or other digits than its base
    """
    if not 2 <= from_base <= 36 or not 2 <= to_base <= 36:
        raise ValueError("a base is from 2 to 36")
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    if not digits:
        raise ValueError("there are no digits")
    value = 0
    for digit in digits.lower():
        place = DIGITS.find(digit)
        if place < 0 or place >= from_base:
            raise ValueError(f"{digit!r} is no digit of base {from_base}")
        value = value * from_base + place
    if value == 0:
        return "0"
    text = ""
    while value > 0:
        value, place = divmod(value, to_base)
        text = DIGITS[place] + text
    return sign + text

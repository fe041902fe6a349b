import math
import re

TOKEN = re.compile(r"\s*(?:([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|(\*\*|[-+*/^()]))")
# How tight an operator binds; "neg" is the sign, which binds looser than a power and tighter than a product: -2 ^ 2 is -4.
TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "^": 4}


def evaluate_expression(expression: str) -> float:
    """Give the value of an expression by the usual order of operations; powers are taken from the right: 2 ^ 3 ^ 2 is 512.

    Raises:
        ValueError: it is no such expression, a root of a negative number is asked for, or a result is too large
        ZeroDivisionError: something is divided by 0
    """
    values: list[float] = []
    operators: list[str] = []
    wants_value = True
    for token in _tokens(expression):
        if wants_value:
            if token == "(":
                operators.append(token)
            elif token == "-":
                operators.append("neg")
            elif isinstance(token, float):
                values.append(token)
                wants_value = False
            elif token != "+":
                raise ValueError(f"a number is missing before {token!r}")
        elif token == ")":
            while operators and operators[-1] != "(":
                _apply(operators.pop(), values)
            if not operators:
                raise ValueError("a parenthesis is closed that was not opened")
            operators.pop()
        elif isinstance(token, float) or token == "(":
            raise ValueError("an operator is missing between two values")
        else:
            while operators and operators[-1] != "(" and _goes_first(operators[-1], token):
                _apply(operators.pop(), values)
            operators.append(token)
            wants_value = True
    if wants_value:
        raise ValueError("the expression ends where a number is missing")
    while operators:
        if operators[-1] == "(":
            raise ValueError("a parenthesis is not closed")
        _apply(operators.pop(), values)
    return values[0]


def _tokens(text: str) -> list[float | str]:
    tokens: list[float | str] = []
    text = text.strip()
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(f"{text[at:at + 10]!r} cannot be read")
        number, operator = found.groups()
        tokens.append(_finite(float(number)) if number else "^" if operator == "**" else operator)
        at = found.end()
    return tokens


def _goes_first(waiting: str, operator: str) -> bool:
    if operator == "^":
        return False
    return TIGHTNESS[waiting] >= TIGHTNESS[operator]


def _apply(operator: str, values: list[float]) -> None:
    right = values.pop()
    if operator == "neg":
        values.append(-right)
        return
    left = values.pop()
    if operator == "+":
        result = left + right
    elif operator == "-":
        result = left - right
    elif operator == "*":
        result = left * right
    elif operator == "/":
        result = left / right
    else:
        result = _power(left, right)
    values.append(_finite(result))


def _power(base: float, exponent: float) -> float:
    try:
        result = base**exponent
    except OverflowError:
        raise ValueError("a result is too large") from None
    if isinstance(result, complex):
        raise ValueError("a root of a negative number is not a real number")
    return result


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a result is too large")
    return value

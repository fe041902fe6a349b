# What one of each unit is in the first unit of its kind. SI: The International System of Units (BIPM, 9th edition); foot, pound and their
# relatives: international yard and pound agreement of 1959, exact; US gallon 231 cubic inches; imperial gallon 4.54609 litres (UK, 1985);
# thermochemical calorie 4.184 J; pound-force by standard gravity 9.80665 m/s2; binary prefixes: IEC 80000-13.
INCH = 0.0254
FOOT = 12 * INCH
MILE = 5280 * FOOT
POUND = 0.45359237
GALLON = 231 * INCH**3
IMPERIAL_GALLON = 0.00454609

KINDS = {
    "length": {
        "m": 1, "km": 1000, "dm": 0.1, "cm": 0.01, "mm": 0.001, "um": 1e-6, "nm": 1e-9,
        "in": INCH, "ft": FOOT, "yd": 3 * FOOT, "mi": MILE, "nmi": 1852, "au": 149597870700, "ly": 9460730472580800,
    },
    "mass": {
        "kg": 1, "g": 0.001, "mg": 1e-6, "ug": 1e-9, "t": 1000,
        "lb": POUND, "oz": POUND / 16, "st": 14 * POUND, "ton": 2000 * POUND,
    },
    "volume": {
        "m3": 1, "l": 0.001, "dl": 1e-4, "cl": 1e-5, "ml": 1e-6, "ft3": FOOT**3, "in3": INCH**3,
        "gal": GALLON, "qt": GALLON / 4, "pt": GALLON / 8, "cup": GALLON / 16, "floz": GALLON / 128, "tbsp": GALLON / 256, "tsp": GALLON / 768,
        "impgal": IMPERIAL_GALLON, "imppt": IMPERIAL_GALLON / 8,
    },
    "area": {"m2": 1, "km2": 1e6, "cm2": 1e-4, "ha": 10000, "in2": INCH**2, "ft2": FOOT**2, "acre": 43560 * FOOT**2, "mi2": MILE**2},
    "speed": {"m/s": 1, "km/h": 1 / 3.6, "mph": MILE / 3600, "kn": 1852 / 3600, "ft/s": FOOT},
    "time": {"s": 1, "ms": 0.001, "min": 60, "h": 3600, "d": 86400, "wk": 604800},
    "data": {
        "byte": 1, "bit": 0.125, "kb": 1000, "mb": 1e6, "gb": 1e9, "tb": 1e12,
        "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4,
    },
    "energy": {"j": 1, "kj": 1000, "cal": 4.184, "kcal": 4184, "wh": 3600, "kwh": 3.6e6},
    "pressure": {"pa": 1, "hpa": 100, "kpa": 1000, "bar": 100000, "atm": 101325, "psi": POUND * 9.80665 / INCH**2},
    "angle": {"deg": 1, "rad": 57.29577951308232, "turn": 360},
}
# Degrees of a scale as kelvin: (value + shift) * scale.
TEMPERATURES = {"k": (0.0, 1.0), "c": (273.15, 1.0), "f": (459.67, 5 / 9)}

# Other names of the units, in the singular.
NAMES = {
    "meter": "m", "metre": "m", "kilometer": "km", "kilometre": "km", "centimeter": "cm", "centimetre": "cm",
    "millimeter": "mm", "millimetre": "mm", "micrometer": "um", "micrometre": "um", "nanometer": "nm", "nanometre": "nm",
    "inch": "in", "inche": "in", "foot": "ft", "feet": "ft", "yard": "yd", "mile": "mi", "nautical mile": "nmi", "light year": "ly",
    "kilogram": "kg", "kilo": "kg", "gram": "g", "milligram": "mg", "microgram": "ug", "tonne": "t", "metric ton": "t",
    "pound": "lb", "ounce": "oz", "stone": "st", "short ton": "ton",
    "liter": "l", "litre": "l", "deciliter": "dl", "decilitre": "dl", "milliliter": "ml", "millilitre": "ml",
    "gallon": "gal", "us gallon": "gal", "quart": "qt", "pint": "pt", "fluid ounce": "floz", "fl oz": "floz",
    "tablespoon": "tbsp", "teaspoon": "tsp", "imperial gallon": "impgal", "uk gallon": "impgal", "imperial pint": "imppt",
    "cubic meter": "m3", "cubic metre": "m3", "cubic foot": "ft3", "cubic feet": "ft3", "cubic inch": "in3", "cubic inche": "in3", "m^3": "m3",
    "square meter": "m2", "square metre": "m2", "square kilometer": "km2", "square kilometre": "km2", "square centimeter": "cm2",
    "square foot": "ft2", "square feet": "ft2", "square inch": "in2", "square inche": "in2", "square mile": "mi2", "hectare": "ha",
    "m^2": "m2", "km^2": "km2", "ft^2": "ft2", "kph": "km/h", "kmh": "km/h", "knot": "kn",
    "second": "s", "sec": "s", "millisecond": "ms", "minute": "min", "hour": "h", "hr": "h", "day": "d", "week": "wk",
    "kilobyte": "kb", "megabyte": "mb", "gigabyte": "gb", "terabyte": "tb",
    "kibibyte": "kib", "mebibyte": "mib", "gibibyte": "gib", "tebibyte": "tib",
    "joule": "j", "kilojoule": "kj", "calorie": "cal", "kilocalorie": "kcal", "watt hour": "wh", "kilowatt hour": "kwh",
    "pascal": "pa", "hectopascal": "hpa", "kilopascal": "kpa", "atmosphere": "atm", "degree": "deg", "radian": "rad",
    "kelvin": "k", "celsius": "c", "degree celsius": "c", "°c": "c", "fahrenheit": "f", "degree fahrenheit": "f", "°f": "f",
}


def convert_unit(value: float, from_unit: str, to_unit: str) -> float:
    """Give a value in another unit of the same kind: 5 mile in km is 8.04672. Letter case does not count: mb is the megabyte.

    Raises:
        ValueError: a unit is not known, or the two measure different things
    """
    source, target = _unit(from_unit), _unit(to_unit)
    if source in TEMPERATURES and target in TEMPERATURES:
        shift, scale = TEMPERATURES[source]
        back, unscale = TEMPERATURES[target]
        return (value + shift) * scale / unscale - back
    for units in KINDS.values():
        if source in units and target in units:
            return value * units[source] / units[target]
    raise ValueError(f"{from_unit} cannot be converted to {to_unit}")


def _unit(text: str) -> str:
    name = " ".join(text.lower().replace("µ", "u").replace("²", "2").replace("³", "3").split())
    for form in (name, name.removesuffix("s"), name.replace("degrees", "degree")):
        symbol = NAMES.get(form, form)
        if symbol in TEMPERATURES or any(symbol in units for units in KINDS.values()):
            return symbol
    raise ValueError(f"the unit {text!r} is not known")

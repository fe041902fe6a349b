LARGEST = 10**12


def prime_factors(n: int) -> list[int]:
    """Give the prime factors in ascending order, each as often as it divides: 360 has 2, 2, 2, 3, 3 and 5; 1 has none.

    Raises:
        ValueError: n is below 1 or above 10**12
    """
    if n < 1 or n > LARGEST:
        raise ValueError(f"n is from 1 to {LARGEST}")
    factors = []
    divisor = 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1 if divisor == 2 else 2
    if n > 1:
        factors.append(n)
    return factors

"""Rounds lengths up, so that a stored size says little about what was written."""

FLOOR = 4096  # every short message looks the same; a database page holds it anyway


def padme(n: int) -> int:
    """`n` rounded up by Padme (Nikitin et al., PURBs, 2019): at most 12 % more; ValueError below zero."""
    if n < 0:
        raise ValueError("a length is not negative")
    if n <= 1:
        return n
    exponent = n.bit_length() - 1
    step = (1 << (exponent - exponent.bit_length())) - 1
    return (n + step) & ~step


def padded(n: int) -> int:
    """What `n` plain bytes are padded to in a record or blob: Padme, at least 4096; ValueError below 0."""
    return max(FLOOR, padme(n))

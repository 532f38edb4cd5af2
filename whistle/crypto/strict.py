"""Reads JSON in one way only: what two readers could read differently is refused."""

import json
import math
from typing import Any


def read(text: str) -> Any:
    """What `text` says; ValueError or RecursionError for a name said twice, NaN, or no finite number."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name said twice: two readers could otherwise read two different records."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name twice")
    return fields


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large for a number")
    return number

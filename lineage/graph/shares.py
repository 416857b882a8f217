"""Arithmetic of shares: bounds for counted rows."""

import math

from lineage.store.facts import Share

_Z95 = 1.959963984540054


def wilson(count: int, total: int) -> Share:
    """Bound the share that `count` of `total` rows stand for, at 95 %; total >= 1.

    The bounds are for the process that made the rows: of the rows themselves the share is exactly count / total.
    Source: Wilson 1927, score interval; stays in [0, 1] and is sensible at 0 and at `total`.

    >>> round(wilson(0, 10).high, 4)
    0.2775
    """
    mid = count / total
    spread = _Z95 * _Z95 / total
    centre = (mid + spread / 2) / (1 + spread)
    half = _Z95 * math.sqrt(mid * (1 - mid) / total + spread / (4 * total)) / (1 + spread)
    return Share(min(mid, max(0.0, centre - half)), mid, max(mid, min(1.0, centre + half)))

"""Small datasets of distinct, long enough rows, written as files."""

import json
import random
from pathlib import Path

_HEADS = ("riv", "ston", "lamp", "orch", "viol", "eng", "harb", "penc", "mead", "copp")
_TAILS = ("er", "ard", "in", "our", "il", "ow")
WORDS = [head + tail for head in _HEADS for tail in _TAILS]


def rows(first: int, last: int, **more: str) -> list[dict[str, str]]:
    """Rows with the numbers `first` to `last`; a number always stands for the same texts."""
    return [
        {
            "instruction": " ".join(random.Random(number).sample(WORDS, 12)),
            "output": " ".join(random.Random(f"output {number}").sample(WORDS, 30)),
        }
        | more
        for number in range(first, last)
    ]


def write(path: Path, *parts: list[dict[str, str]]) -> Path:
    """Write the parts one after another as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for part in parts for row in part))
    return path

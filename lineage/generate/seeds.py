"""One seed for each text of a run, from the run's seed and configuration and the text's own place.

Nothing else enters, so a restart, another order or another batch cannot repeat or change a sample.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

Stage = Literal["instruction", "response"]


def sample_seed(run_seed: int, config_sha256: str, *place: object) -> int:
    """Return the seed of one text: the first 63 bits of SHA-256 of its place, as an integer.

    place: the index of the row, the stage, the turn, and the number of the attempt at an instruction or of an answer
    among several.

    >>> sample_seed(0, "abc", 0, "instruction", 0, 0)
    3890699678127645315
    """
    name = "|".join(map(str, (run_seed, config_sha256, *place))).encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 1


def config_sha256(config: Mapping[str, object]) -> str:
    """Name a configuration: SHA-256 of its JSON with sorted keys."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

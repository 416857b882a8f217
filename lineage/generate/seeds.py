"""One seed for each text of a run, from the run's seed and configuration and the text's own place.

Nothing else enters, so a restart, another order or another batch cannot repeat or change a sample.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

Stage = Literal["instruction", "response"]


def sample_seed(run_seed: int, config_sha256: str, index: int, *, stage: Stage, turn: int = 0) -> int:
    """Return the seed of one text: the first 63 bits of SHA-256 of its place, as an integer.

    >>> sample_seed(0, "abc", 0, stage="instruction")
    5539701865422886658
    """
    place = f"{run_seed}|{config_sha256}|{index}|{stage}|{turn}".encode()
    return int.from_bytes(hashlib.sha256(place).digest()[:8], "big") >> 1


def config_sha256(config: Mapping[str, object]) -> str:
    """Name a configuration: SHA-256 of its JSON with sorted keys."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

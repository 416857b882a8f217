"""Cheap checks on an instruction before anyone pays for its answer.

Rejected instructions are kept with their reason: what was thrown away is part of how a corpus came to be.
"""

from collections.abc import Container
from typing import Literal

from lineage.generate.backends.port import Completion
from lineage.generate.markers import Markers

# unterminated: cut off by the limit of tokens. control_token: holds a special token, which would break the prompt.
Reason = Literal["unterminated", "empty", "control_token", "too_short", "duplicate"]
# Recorded with each run; changes whenever a check changes.
CHECKS = "checks/1"
_MIN_CHARS = 8


def reject(completion: Completion, text: str, *, markers: Markers, seen: Container[bytes], key: bytes) -> Reason | None:
    """Return why an instruction is not to be answered, or None when it is; `seen` holds the keys of those kept."""
    if completion.reason in {"length", "no_room"}:
        return "unterminated"
    if not text:
        return "empty"
    if markers.special_in(text):
        return "control_token"
    if len(text) < _MIN_CHARS:
        return "too_short"
    return "duplicate" if key in seen else None

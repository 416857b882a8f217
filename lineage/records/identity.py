"""Names for content: a sample is named by its messages, a dataset version by its samples in order.

The same rows in JSONL and in Parquet therefore have the same names.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence

import orjson

from lineage.records.sample import Message

SAMPLE_ID_BYTES = 16


def sample_id(messages: Sequence[Message]) -> bytes:
    """Name a sample: BLAKE2b-128 of the canonical JSON of its messages, 16 bytes.

    Canonical JSON here: a list of `[role, content]` pairs, UTF-8, no white space, no escapes but those JSON demands.
    Lone surrogates, which UTF-8 cannot hold, are replaced by `?`.

    >>> sample_id([Message("user", "Hi"), Message("assistant", "Hello")]).hex()
    'ed03ca1a367ff99eb316e55596639cac'
    """
    pairs = [[role, content] for role, content in messages]
    try:
        canonical = orjson.dumps(pairs)
    except orjson.JSONEncodeError:  # lone surrogates
        canonical = json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return hashlib.blake2b(canonical, digest_size=SAMPLE_ID_BYTES).digest()


class VersionDigest:
    """The name of a dataset's exact content, fed with its sample ids in order."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def update(self, sample_ids: Iterable[bytes]) -> None:
        """Add the next sample ids."""
        for one in sample_ids:
            self._hash.update(one)

    def hexdigest(self) -> str:
        """Return the digest so far: 32 hexadecimal digits."""
        return self._hash.hexdigest()

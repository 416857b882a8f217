"""Columns as what the rest of the program works on: a card, and Arrow arrays of texts; nothing is copied."""

from typing import Any

import numpy as np
import pyarrow as pa

from lineage.fingerprint.card import Card, CardMeta, CardParams
from lineage.fingerprint.minhash import ViewPrints, Winnows
from lineage.index.columns import Columns
from lineage.index.segment import Segment


def card_of(columns: Columns, meta: CardMeta) -> Card:
    """Return the fingerprints in these columns as a card whose arrays are the columns themselves."""

    def prints(view: str) -> ViewPrints:
        return ViewPrints(*(columns.array(f"{view}_{name}") for name in ("keys", "counts", "minima")))

    def winnows(view: str) -> Winnows:
        return Winnows(columns.array(f"{view}_winnow_offsets"), columns.array(f"{view}_winnow_hashes"))

    return Card(
        meta=meta,
        source=columns.array("source"),
        row=columns.array("row"),
        sample_id=columns.array("sample_id"),
        prompt=prints("prompt"),
        response=prints("response"),
        prompt_winnows=winnows("prompt"),
        response_winnows=winnows("response"),
    )


def texts_of(columns: Columns, view: str) -> pa.LargeStringArray:
    """Return the texts of a view (`prompt` or `response`), null where a sample has none; KeyError without texts."""
    offsets, text, valid = (columns.array(f"{view}_text{name}") for name in ("_offsets", "", "_valid"))
    count = len(offsets) - 1
    here = int(np.unpackbits(valid, count=count, bitorder="little").sum()) if count else 0
    buffers = [pa.py_buffer(valid), pa.py_buffer(offsets), pa.py_buffer(text)]
    return pa.LargeStringArray.from_buffers(count, buffers[1], buffers[2], buffers[0], count - here)


def card_meta(segment: Segment) -> CardMeta:
    """Return what a card of this segment says."""
    said: dict[str, Any] = dict(segment.meta.card)
    return CardMeta(**said | {"params": CardParams(**said["params"]), "sources": tuple(said["sources"])})

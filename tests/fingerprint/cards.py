"""Comparison of whole cards."""

from dataclasses import asdict
from typing import Any

import numpy as np

from lineage.fingerprint.card import Card


def same_card(a: Card, b: Card) -> bool:
    return a.meta == b.meta and all(
        np.array_equal(ours, theirs) and ours.dtype == theirs.dtype
        for ours, theirs in zip(_arrays(a), _arrays(b), strict=True)
    )


def _arrays(card: Card) -> list[Any]:
    arrays = [card.source, card.row, card.sample_id, *card.prompt_winnows, *card.response_winnows]
    return [*arrays, *asdict(card.prompt).values(), *asdict(card.response).values()]

"""Marks that editing leaves on a text and that cannot have come the other way: lost lines, lost letters, a lost end.

Read on pairs of rows that keep each other's text. Each mark is a loss; the side that has it was made from the other.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lineage.link.corpus import Corpus
from lineage.link.sources import take_texts

# Pairs of rows that are looked at in a channel, spread evenly.
_PAIRS = 1000
_LIKE = 0.5
_WITHIN = 0.8
# A mark tells the direction when so many rows have it, and ten times as many as on the other side.
_LEAST_ROWS = 5
_ONE_WAY = 10
# Answers that go on elsewhere were cut short when so many of them break off: whole ones, continued, mostly end.
_MOST = 0.5
_ENDED = re.compile(r"[.!?:;)\]}\"'`*|>。！？]$")
_WORDS = {
    "lines": "its line breaks are gone",
    "letters": "some of its letters were replaced by the sign for unreadable ones",
    "end": "its responses break off",
}


@dataclass(frozen=True, slots=True)
class EditMarks:
    """Rows of each side that bear a mark which the row of the other side does not, by mark."""

    a: Counter[str] = field(default_factory=Counter)
    b: Counter[str] = field(default_factory=Counter)

    @property
    def made(self) -> tuple[str, str] | None:
        """Which side ("a" or "b") was made from the other, and by what mark; None where marks do not tell."""
        told = {
            side: [
                name
                for name in _WORDS
                if own[name] >= max(_LEAST_ROWS, _ONE_WAY * other[name], _MOST * own[f"{name}, perhaps"])
            ]
            for side, own, other in (("a", self.a, self.b), ("b", self.b, self.a))
        }
        if bool(told["a"]) == bool(told["b"]):
            return None
        side = "a" if told["a"] else "b"
        name = told[side][0]
        return side, f"{_WORDS[name]} in {(self.a if side == 'a' else self.b)[name]:,} rows"


def find_edits(a: Corpus, b: Corpus, table: pa.Table) -> EditMarks:
    """Read the marks on both sides of the linked rows; none without the texts."""
    found = EditMarks()
    for channel in ("prompt", "response"):
        sides = [getattr(corpus, f"{channel}s") for corpus in (a, b)]
        if sides[0] is None or sides[1] is None:
            continue
        kept = pc.or_(
            pc.greater_equal(table[f"{channel}_jaccard"], _LIKE),
            pc.greater_equal(
                pc.max_element_wise(table[f"{channel}_containment_ab"], table[f"{channel}_containment_ba"]), _WITHIN
            ),
        )
        places = np.flatnonzero(pc.fill_null(kept, False).to_numpy(zero_copy_only=False))
        if len(places) > _PAIRS:
            places = places[np.linspace(0, len(places) - 1, _PAIRS).astype(np.int64)]
        rows = [table[name].to_numpy()[places] for name in ("row_a", "row_b")]
        texts = [
            take_texts(side, own, corpus.release).to_pylist()
            for side, own, corpus in zip(sides, rows, (a, b), strict=True)
        ]
        # A conversation goes on after the answer to a prompt of its own; only the same prompt's answer was cut short.
        asked = pc.greater_equal(pc.fill_null(table["prompt_jaccard"], 1.0), _LIKE).to_numpy()[places]
        for one, other, same in zip(*texts, asked & (channel == "response"), strict=True):
            found.a.update(_marks(one or "", other or "", same))
            found.b.update(_marks(other or "", one or "", same))
    return found


def _marks(text: str, source: str, answer: bool) -> list[str]:
    """Name the marks that `text` bears if it was made from `source`; `answer`: both answer one prompt."""
    if text == source or not text:
        return []
    marks = []
    if "\n" in source.strip() and "\n" not in text and text.split() == source.split():
        marks.append("lines")
    if "\ufffd" in text and "\ufffd" not in source:
        marks.append("letters")
    whole, part = source.strip(), text.strip()
    begins = answer and len(part) < len(whole) and whole.startswith(part)
    if begins:
        marks.append("end, perhaps")
    if begins and _ENDED.search(whole) and not _ENDED.search(part):
        marks.append("end")
    return marks

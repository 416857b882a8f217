"""One sentence on what an alignment found and rests on."""

from dataclasses import replace

import pyarrow.compute as pc

from lineage.link.aligned.alignment import BASES, Alignment
from lineage.link.aligned.leftovers import Leftovers
from lineage.link.coverage import Coverage

_IN_ORDER = 0.9

_LEADS = {
    ("translated", "a_from_b"): "{a} is a translation of {b}",
    ("translated", "b_from_a"): "{b} is a translation of {a}",
    ("translated", "unknown"): "{a} and {b} are translations, one of the other or both of a third",
    ("revised", "unknown"): "{a} and {b} say the same in other words, reworded or written anew to the same prompts",
}
_BASIS = {
    "marks": "by numbers, names and code that both hold",
    "words": "by words that always meet",
    "order": "by place and length",
}


def say(alignment: Alignment, left: Leftovers) -> Alignment:
    """Return the alignment with its sentence."""
    lead = _LEADS[alignment.kind, alignment.direction].format(a=alignment.a, b=alignment.b)
    parts = [f"{lead}: {_share(alignment.a, alignment.aligned_a)} match {_share(alignment.b, alignment.aligned_b)}"]
    basis = pc.cast(alignment.pairs["basis"], "string").to_pylist()
    parts.append(", ".join(f"{basis.count(name):,} {_BASIS[name]}" for name in BASES if name in basis))
    parts.append("in the same order" if alignment.order >= _IN_ORDER else "not in one order")
    if alignment.numbers_only:
        parts.append(f"{alignment.numbers_only:,} of them the same but for their numbers")
    chance = alignment.chance
    parts.append(f"{chance.found:,} {chance.how}, where chance would give {chance.expected:,}")
    if alignment.ground == "edit marks":
        counts = sorted((left.in_a, left.in_b), reverse=True)
        parts.append(
            f"sentences of the source's language are left in {counts[0]:,} rows, of the other in {counts[1]:,}"
        )
    if alignment.sampled:
        parts.append("only a sample of the rows was looked at, so that more may match")
    return replace(alignment, why="; ".join(parts) + ".")


def _share(name: str, coverage: Coverage) -> str:
    low, high = coverage.interval
    return f"{coverage.linked:,} of {coverage.rows:,} rows of {name} ({low:.1%} to {high:.1%})"

"""One sentence on what two datasets are to each other, and what that rests on."""

from lineage.link.direction import DatasetRelation
from lineage.link.side import Side
from lineage.link.unknown import IN_WORDS
from lineage.link.verdict import Verdict

_LEADS: dict[DatasetRelation, str] = {
    "copy": "{a} and {b} hold the same rows",
    "subset": "{a} is contained in {b}",
    "superset": "{a} contains {b}",
    "version": "{a} and {b} are versions of one set, with edited rows",
    "reanswered": "{a} and {b} answer the same prompts differently",
    "revised": "{a} and {b} share prompts or responses and keep part of the rest",
    "evolved_from": "{a} evolved from {b}: its texts hold those of {b} and more",
    "evolved_into": "{a} evolved into {b}: the texts of {b} hold those of {a} and more",
    "translated_from": "{a} is a translation of {b}",
    "translated_into": "{a} was translated into {b}",
    "overlap": "{a} and {b} share rows",
    "unrelated": "{a} and {b} share no more than incidental rows",
}

_PHRASES = {
    "identical": "the same words",
    "near_duplicate": "nearly the same words",
    "extended": "one text inside the other",
    "revised": "part of the text kept",
    "same_response": "the same response only",
    "same_prompt": "the same prompt only",
}


def explain(a: Side, b: Side, verdict: Verdict, *, exact: bool) -> str:
    """Say in one sentence what the verdict rests on.

    exact: whether the links were counted from texts; otherwise the sentence says that they are estimates.
    """
    lead = _LEADS[verdict.relation].format(a=a.name, b=b.name)
    basis = "" if exact else f"; {IN_WORDS}"
    if not a.coverage.linked:
        low, high = a.coverage.interval
        return f"No row of {a.name} is linked to {b.name} (95 % interval of the share {low:.1%} to {high:.2%}){basis}."
    ground = "" if verdict.relation == "unrelated" else f"; {verdict.why}"
    return f"{lead}: {_linked(a)} and {_linked(b)} are linked ({_parts(a, b)}){ground}{basis}."


def _linked(side: Side) -> str:
    low, high = side.coverage.interval
    return f"{side.coverage.linked:,} of {side.rows:,} rows of {side.name} ({low:.1%} to {high:.1%})"


def _parts(a: Side, b: Side) -> str:
    """Name the relations on the side that is linked more, in falling order."""
    side = a if a.coverage.share >= b.coverage.share else b
    parts = sorted(((count, name) for name, count in side.by_relation.items() if count), reverse=True)
    return f"of {side.name}: " + ", ".join(f"{count:,} with {_PHRASES[name]}" for count, name in parts)

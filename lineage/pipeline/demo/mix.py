"""Another lab's training set, made for the demo: rows of a generated corpus and a benchmark among rows of its own.

The set has other column names than the corpus and names no model, as sets do whose makers do not say where rows came
from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from lineage.errors import UsageError
from lineage.pipeline.demo.edits import edit_prompt, edit_response
from lineage.pipeline.demo.own import own_exercises
from lineage.pipeline.demo.truth import How, Planted, Truth
from lineage.records.sample import Sample

# A lab would not take rows with next to no text, and so few words are no evidence of anything.
_LEAST_PROMPT_WORDS = 4
_LEAST_RESPONSE_WORDS = 12


class Names(NamedTuple):
    """What the set, the corpus and the benchmark are called."""

    lab: str = "lab"
    corpus: str = "corpus"
    benchmark: str = "HumanEval"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the set is made from: a corpus, other answers to some of its prompts, and a benchmark."""

    corpus: Sequence[Sample]
    reanswered: Sequence[Sample]
    benchmark: Sequence[Sample]
    names: Names


class Amounts(NamedTuple):
    """How many rows of each kind; copied, edited and re-answered ones are fewer where the corpus has too few."""

    own: int
    copied: int
    edited: int
    leaked: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """The rows of the set, as `instruction` and `output`, and the truth about them."""

    rows: tuple[dict[str, str], ...]
    truth: Truth


class _Row(NamedTuple):
    prompt: str
    response: str
    how: How | None
    origin: str
    origin_row: int


def mix(sources: Sources, amounts: Amounts, *, seed: int) -> Mixed:
    """Make the set and its truth, the same for the same sources, amounts and seed.

    Raises UsageError when the corpus has no row with enough text.
    """
    random = Random(f"mix {seed}")  # noqa: S311 (not for secrets)
    names, reanswered = sources.names, _reanswered(sources)
    taken = {row.origin_row for row in reanswered}
    free = [number for number in _usable(sources.corpus) if number not in taken]
    if not free and not reanswered:
        raise UsageError("the corpus has no row with enough text to take; generate more rows")
    random.shuffle(free)
    copied, edited = _split(free, amounts)
    rows = [_taken(sources.corpus, number, "copied", names.corpus) for number in copied]
    rows += [_edited(_taken(sources.corpus, number, "edited", names.corpus), random) for number in edited]
    rows += reanswered
    leaked = random.sample(range(len(sources.benchmark)), min(amounts.leaked, len(sources.benchmark)))
    rows += [_taken(sources.benchmark, number, "leaked", names.benchmark) for number in sorted(leaked)]
    rows += [_Row(*exercise, None, "", 0) for exercise in own_exercises(amounts.own, seed)]
    random.shuffle(rows)
    planted = [Planted(at, row.how, row.origin, row.origin_row) for at, row in enumerate(rows) if row.how]
    texts = tuple({"instruction": row.prompt, "output": row.response} for row in rows)
    return Mixed(texts, Truth(*names, len(rows), seed, tuple(planted)))


def _split(free: list[int], amounts: Amounts) -> tuple[list[int], list[int]]:
    """Share out the rows that may be taken; where there are too few, both kinds get their part."""
    wanted = amounts.copied + amounts.edited
    copied = amounts.copied if wanted <= len(free) else round(len(free) * amounts.copied / max(wanted, 1))
    return free[:copied], free[copied : copied + amounts.edited]


def _usable(samples: Sequence[Sample]) -> list[int]:
    return [
        number
        for number, sample in enumerate(samples)
        if len((sample.prompt or "").split()) >= _LEAST_PROMPT_WORDS
        and len((sample.response or "").split()) >= _LEAST_RESPONSE_WORDS
    ]


def _reanswered(sources: Sources) -> list[_Row]:
    """Find the corpus row of each other answer by its prompt; answers that came out the same are no other answers."""
    rows_of: dict[str | None, int] = {}
    for number, sample in enumerate(sources.corpus):
        rows_of.setdefault(sample.prompt, number)
    rows: dict[int, _Row] = {}
    for number in _usable(sources.reanswered):
        sample = sources.reanswered[number]
        origin = rows_of.get(sample.prompt)
        if origin is not None and sample.response != sources.corpus[origin].response:
            rows.setdefault(
                origin, _Row(sample.prompt or "", sample.response or "", "reanswered", sources.names.corpus, origin)
            )
    return list(rows.values())


def _taken(samples: Sequence[Sample], number: int, how: How, origin: str) -> _Row:
    return _Row(samples[number].prompt or "", samples[number].response or "", how, origin, number)


def _edited(row: _Row, random: Random) -> _Row:
    return row._replace(prompt=edit_prompt(row.prompt, random), response=edit_response(row.response, random))

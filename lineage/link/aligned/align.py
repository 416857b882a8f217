"""Match the rows of two corpora that have few words in common, and say whether that is more than chance.

First by the marks that both hold; then, in rounds, by words learned from the rows matched so far; last by place between
matched rows. Chance is judged on the first step alone, where nothing has been learned from the data yet.
"""

from typing import NamedTuple

import numpy as np

from lineage.link.aligned.chain import Chain, find_chain
from lineage.link.aligned.common import Common, Floats, Ids, common_marks
from lineage.link.aligned.confirm import agree_otherwise, side_by_side
from lineage.link.aligned.evidence import Evidence, EvidenceKind, judge_matches
from lineage.link.aligned.fill import fill, keeps_place
from lineage.link.aligned.lengths import find_stretches
from lineage.link.aligned.marks import Offsets, without_numbers
from lineage.link.aligned.matches import SURE, Matches, find_matches
from lineage.link.aligned.rows import Read
from lineage.link.aligned.words import learn_words, translate

# Words are learned best from rows matched by place, which one round has nearly all of; without order they take longer.
_ROUNDS: dict[EvidenceKind, int] = {"order": 1, "leads": 5, "lengths": 2}
# Another round is worth its time while it matches so many more rows.
_GAIN = 1.03
# A match off the chain, in sets that are otherwise in one order, is an error more often than not unless it leads far.
_SURE_OFF_CHAIN = 8.0
# A match on the chain may lead by less where its neighbours on the chain lie as far apart in both sets.
_NEAR_ROWS = 10
_NEIGHBOURS = 5

MARKS, WORDS, ORDER = range(3)
_NOTHING = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)


class Aligned(NamedTuple):
    """Rows matched one to one, ascending in a: positions among the rows read, score in nats, place in BASES."""

    a: Ids
    b: Ids
    scores: Floats
    bases: np.ndarray[tuple[int], np.dtype[np.int8]]
    evidence: Evidence


class Start(NamedTuple):
    """What shows that rows belong together: the rows with the marks that count, those matched first, and the proof.

    agree: whether rows so matched agree in more than what matched them.
    """

    a: Read
    b: Read
    kept: Matches
    common: Common
    evidence: Evidence
    agree: bool


def align_rows(a: Read, b: Read, *, threads: int | None = None) -> Aligned | None:
    """Match the rows, or return None where what matches may be chance."""
    start = prove_by_marks(a, b, threads=threads) or _by_lengths(a, b, threads)
    if start is None:
        return None
    a, b, kept, common, evidence, _ = start
    by_marks = _codes(kept)
    places = evidence.kind != "leads" and keeps_place(_chained(kept), (a.lengths, b.lengths))
    for _ in range(_ROUNDS[evidence.kind]):
        filled = _fill(a, b, kept, common) if places else _NOTHING
        dictionary = learn_words(a.marks, b.marks, (np.append(kept.a, filled[0]), np.append(kept.b, filled[1])))
        common = common_marks(translate(a.marks, dictionary), b.marks, threads=threads)
        matches, _ = find_matches(common, threads=threads)
        before = len(kept.a)
        found = _accept(matches, find_chain(matches.a, matches.b, matches.lead), evidence)
        if len(found.a) <= before:
            break
        kept = found
        if len(found.a) < _GAIN * before:
            break
    return _joined(kept, _fill(a, b, kept, common) if places else _NOTHING, by_marks, evidence)


def prove_by_marks(a: Read, b: Read, *, threads: int | None = None) -> Start | None:
    """Prove that rows of the two belong together by their marks, without those that only count where need be.

    Returns None where chance may have made all of it, or a count that both have.
    """
    start = _by_marks(a, b, threads)
    if start is not None and not start.agree:
        bare = [one._replace(marks=without_numbers(one.marks)) for one in (a, b)]
        start = _by_marks(bare[0], bare[1], threads)
    return start if start is not None and start.agree else None


def _by_marks(a: Read, b: Read, threads: int | None) -> Start | None:
    common = common_marks(a.marks, b.marks, threads=threads)
    matches, leads = find_matches(common, threads=threads)
    chain = find_chain(a.rows[matches.a], b.rows[matches.b], matches.lead)
    evidence = judge_matches(matches, chain, leads)
    if evidence is None:
        return None
    kept = _accept(matches, chain, evidence)
    pairs = (kept.a, kept.b)
    if evidence.kind == "order":
        chained = matches.take(chain.places)
        pairs = side_by_side((chained.a, chained.b), (a.rows, b.rows))
    agree = agree_otherwise(pairs, common, ((*a.channel_lengths, a.lengths), (*b.channel_lengths, b.lengths)))
    return Start(a, b, kept, common, evidence, agree)


def _by_lengths(a: Read, b: Read, threads: int | None) -> Start | None:
    """Start from stretches of rows that fit by their lengths; their pairs are as sure as pairs in place."""
    found = find_stretches(a.channel_lengths, b.channel_lengths)
    if found is None:
        return None
    sure = np.full(len(found.a), SURE)
    evidence = Evidence("lengths", found.fitting, 0, found.log_p)
    common = common_marks(a.marks, b.marks, threads=threads)
    return Start(a, b, Matches(found.a, found.b, sure, sure), common, evidence, agree=True)


def _accept(matches: Matches, chain: Chain, evidence: Evidence) -> Matches:
    """Return the matches that lead enough; less is enough where neighbours agree on the place."""
    if evidence.kind == "leads":
        return matches.take(np.flatnonzero(matches.lead >= SURE))
    kept = matches.lead >= _SURE_OFF_CHAIN
    shift = (matches.b - matches.a)[chain.places].astype(np.int64)
    around = np.pad(shift, _NEIGHBOURS, mode="edge")
    local = np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * _NEIGHBOURS + 1), axis=1)
    in_place = np.abs(shift - local) <= _NEAR_ROWS
    kept[chain.places] = in_place | (matches.lead[chain.places] >= SURE)
    return matches.take(np.flatnonzero(kept))


def _chained(kept: Matches) -> tuple[Ids, Ids]:
    """Return the matches that are in one order: rows of a, rows of b."""
    chain = find_chain(kept.a, kept.b, kept.lead).places
    return kept.a[chain], kept.b[chain]


def _fill(a: Read, b: Read, kept: Matches, common: Common) -> tuple[Ids, Ids, Floats]:
    """Match rows by place, between the accepted matches that are in one order."""
    rows, others, scores = fill(_chained(kept), (a.lengths, b.lengths), common)
    free = ~(np.isin(rows, kept.a) | np.isin(others, kept.b))
    return rows[free], others[free], scores[free]


def _joined(kept: Matches, filled: tuple[Ids, Ids, Floats], by_marks: Offsets, evidence: Evidence) -> Aligned:
    bases = np.where(np.isin(_codes(kept), by_marks), MARKS, WORDS)
    a, b = np.append(kept.a, filled[0]), np.append(kept.b, filled[1])
    order = np.argsort(a)
    bases = np.append(bases, np.full(len(filled[0]), ORDER))
    return Aligned(a[order], b[order], np.append(kept.score, filled[2])[order], bases[order].astype(np.int8), evidence)


def _codes(matches: Matches) -> Offsets:
    return (matches.a.astype(np.int64) << 32) | matches.b

"""Tell whether one corpus is a translation or a rewriting of another, row by row, though they share few words."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lineage.link.aligned.align import Aligned, align_rows
from lineage.link.aligned.alignment import ALIGNED_PAIRS, BASES, AlignedGround, Alignment, Chance, Kind
from lineage.link.aligned.common import Ids
from lineage.link.aligned.evidence import EvidenceKind
from lineage.link.aligned.languages import ONE_LANGUAGE, word_likeness
from lineage.link.aligned.leftovers import Leftovers, find_leftovers
from lineage.link.aligned.probe import worth_matching
from lineage.link.aligned.rows import Read, Texts, choose_rows, most_rows, read_rows
from lineage.link.aligned.say import say
from lineage.link.arrays import Ints
from lineage.link.corpus import Corpus
from lineage.link.coverage import Coverage
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.sources import Release, take_texts

_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
# Some rows in common, which two sets may have taken from a third, do not make one a translation of the other.
_INCIDENTAL = 0.02
NO_ROWS: Ints = np.empty(0, np.int64)
_NO_LEFTOVERS = Leftovers(0, 0, "unknown")

_HOW: dict[EvidenceKind, str] = {
    "order": "rows with common marks in one order on both sides",
    "leads": "rows whose best partner leads all others far",
    "lengths": "stretches of rows with the same ups and downs of length",
}


def find_alignment(
    a: Corpus,
    b: Corpus,
    options: LinkOptions = DEFAULT_OPTIONS,
    *,
    linked: tuple[Ints, Ints] = (NO_ROWS, NO_ROWS),
) -> Alignment | None:
    """Match the rows of two corpora by what outlives a translation or a paraphrase.

    linked: rows of either that are linked by their words. They are matched with the others, but prove nothing.
    Returns None where what matches may be chance or is less than 2 % of both, or where a corpus has no texts at hand.
    `kind` is "revised" where both are in one language, else "translated". Of corpora too large for `options.memory`,
    blocks of rows are read. Cost: reading the texts once, and a search in proportion to the rows; where nothing is to
    be found, of large corpora only a sample is read.
    """
    texts = (a.prompts, a.responses), (b.prompts, b.responses)
    if not (_at_hand(texts[0]) and _at_hand(texts[1]) and len(a) and len(b)):
        return None
    most = most_rows(texts[0], options.memory // 4), most_rows(texts[1], options.memory // 4)
    free = _others(len(a), linked[0]), _others(len(b), linked[1])
    if not worth_matching(texts, free, most=min(most), release=(a.release, b.release), threads=options.threads):
        return None
    read_a, read_b = (
        read_rows(side, choose_rows(len(one), rows), release=one.release, threads=options.threads)
        for one, side, rows in zip((a, b), texts, most, strict=True)
    )
    aligned = align_rows(read_a, read_b, threads=options.threads)
    if aligned is None:
        return None
    shares = Coverage(len(aligned.a), len(read_a.rows)), Coverage(len(aligned.a), len(read_b.rows))
    if max(share.interval[0] for share in shares) < _INCIDENTAL:
        return None
    kind: Kind = "revised" if word_likeness(read_a.marks, read_b.marks) >= ONE_LANGUAGE else "translated"
    rows = read_a.rows[aligned.a], read_b.rows[aligned.b]
    matched = aligned.a, aligned.b
    left = find_leftovers(read_a.marks, read_b.marks, matched) if kind == "translated" else _NO_LEFTOVERS
    numbers_only = _numbers_only(texts, rows, (a.release, b.release)) if kind == "revised" else 0
    return _alignment((a, b), (read_a, read_b), aligned, kind, left, numbers_only)


def _others(count: int, rows: Ints) -> Ids:
    """Return the rows that are not among these."""
    kept = np.ones(count, np.bool_)
    kept[rows] = False
    return np.flatnonzero(kept).astype(np.int32)


def _at_hand(texts: Texts) -> bool:
    return any(one is not None for one in texts)


def _alignment(  # noqa: PLR0913, PLR0917 (each part of the result is found elsewhere)
    corpora: tuple[Corpus, Corpus],
    read: tuple[Read, Read],
    aligned: Aligned,
    kind: Kind,
    left: Leftovers,
    numbers_only: int,
) -> Alignment:
    evidence = aligned.evidence
    ground: AlignedGround = "unknown" if left.direction == "unknown" else "edit marks"
    alignment = Alignment(
        a=corpora[0].name,
        b=corpora[1].name,
        kind=kind,
        aligned_a=Coverage(len(aligned.a), len(read[0].rows)),
        aligned_b=Coverage(len(aligned.a), len(read[1].rows)),
        pairs=_pairs(aligned, (read[0].rows, read[1].rows)),
        order=_order(aligned.b),
        chance=Chance(_HOW[evidence.kind], evidence.found, evidence.chance, math.exp(evidence.log_p)),
        direction=left.direction,
        ground=ground,
        numbers_only=numbers_only,
        sampled=any(len(side.rows) < len(one) for side, one in zip(read, corpora, strict=True)),
        why="",
    )
    return say(alignment, left)


def _pairs(aligned: Aligned, rows: tuple[Ids, Ids]) -> pa.Table:
    basis = pa.DictionaryArray.from_arrays(pa.array(aligned.bases), pa.array(BASES))
    columns = [pa.array(rows[0][aligned.a], pa.int64()), pa.array(rows[1][aligned.b], pa.int64())]
    return pa.Table.from_arrays([*columns, pa.array(aligned.scores), basis], schema=ALIGNED_PAIRS)


def _order(b: Ids) -> float:
    steps = np.diff(b.astype(np.int64))
    return float(np.mean(np.sign(steps))) if len(steps) else 0.0


def _numbers_only(texts: tuple[Texts, Texts], rows: tuple[Ids, Ids], release: tuple[Release, Release]) -> int:
    """Count the pairs of rows with different numbers in a text that is otherwise the same, prompts before responses."""
    count = 0
    for one, other in zip(*texts, strict=True):
        if one is None or other is None or one.null_count == len(one) or other.null_count == len(other):
            continue
        here, there = (take_texts(*side) for side in zip((one, other), rows, release, strict=True))
        masked = [pc.replace_substring_regex(side, _NUMBER, "0") for side in (here, there)]
        changed = pc.and_(pc.equal(*masked), pc.not_equal(here, there))
        count = max(count, pc.sum(pc.fill_null(changed, False)).as_py() or 0)
    return count

"""Pairs of texts of one view that are alike enough to link samples: near copies, and prompts that grew.

Every distinct text is looked at once, however many samples hold it. Knows texts, not samples or relations.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.link.bands import Signatures, candidates
from lineage.link.contain import ContainRule, contained_in
from lineage.link.distinctive import distinctive_shares
from lineage.link.ids import NO_TEXT, Distinct, Groups, Ints, group
from lineage.link.measure import Likeness, View, measure
from lineage.link.options import LinkOptions
from lineage.link.thresholds import (
    CONTAINED_PROMPT,
    CONTAINED_PROMPT_SHINGLES,
    DISTINCTIVE_CONTAINMENT,
    DISTINCTIVE_JACCARD,
    LARGER,
)
from lineage.text.shingles import shingle_sets

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Texts:
    """The distinct texts of one view of one corpus.

    ids: their numbers, ascending, equal across corpora where the words are. of_sample: for each distinct sample the
    place of its text, or NO_TEXT. rows: the first row that holds each text. samples: the samples that hold it.
    """

    view: View
    ids: Ints
    of_sample: Ints
    rows: Ints
    samples: Groups


@dataclass(frozen=True, slots=True)
class TextPairs:
    """Pairs of texts that are not equal, coded a * texts of b + b, ascending; `cut` as in Candidates.

    agree: at or above the threshold, and not by a common template alone.
    """

    codes: Ints
    likeness: Likeness
    agree: Bools
    cut: int = 0

    def joined(self, other: "TextPairs") -> "TextPairs":
        """Return these pairs and others, which must be other ones."""
        codes = np.concatenate([self.codes, other.codes])
        order = np.argsort(codes)
        agree = np.concatenate([self.agree, other.agree])[order]
        return TextPairs(codes[order], self.likeness.joined(other.likeness).take(order), agree, self.cut + other.cut)

    def take(self, places: Ints) -> "TextPairs":
        """Return some of the pairs."""
        return TextPairs(self.codes[places], self.likeness.take(places), self.agree[places], self.cut)


def distinct_texts(view: View, distinct: Distinct, numbers: Ints) -> Texts:
    """Collapse the samples, whose texts in this view have these numbers, to distinct texts."""
    ids = np.unique(numbers)
    ids = ids[ids != NO_TEXT]
    places = np.searchsorted(ids, numbers)
    places[numbers == NO_TEXT] = NO_TEXT
    groups = group(places, len(ids))
    # Samples without a text come first in the sort and are dropped.
    samples = Groups(groups.order[groups.starts[0] :], groups.starts - groups.starts[0])
    return Texts(view, ids, places, distinct.rows.first[samples.first], samples)


def near_texts(a: Texts, b: Texts, options: LinkOptions) -> TextPairs:
    """Find the pairs that share a band of their signatures and agree; LinkOptions says how many are missed."""
    signatures = tuple(Signatures(side.ids, side.view.prints.minima[side.rows]) for side in (a, b))
    found = candidates(*signatures, options=options)
    pairs = measured(a, b, np.sort(found.a * len(b.ids) + found.b), options)
    kept = pairs.take(np.flatnonzero(pairs.agree))
    return TextPairs(kept.codes, kept.likeness, kept.agree, found.cut)


def grown_texts(a: Texts, b: Texts, options: LinkOptions) -> TextPairs:
    """Find the pairs of which one text lies in the other; none without the texts."""
    if a.view.texts is None or b.view.texts is None:
        return measured(a, b, np.empty(0, np.int64), options)
    sets_a = shingle_sets(a.view.texts.take(pa.array(a.rows)), a.view.model, threads=options.threads)
    sets_b = shingle_sets(b.view.texts.take(pa.array(b.rows)), b.view.model, threads=options.threads)
    rule = ContainRule(CONTAINED_PROMPT, CONTAINED_PROMPT_SHINGLES, LARGER, options.posting_limit)
    in_b, cut_a = contained_in(sets_a, sets_b, rule, threads=options.threads)
    in_a, cut_b = contained_in(sets_b, sets_a, rule, threads=options.threads)
    codes = np.unique(np.concatenate([in_b[0] * len(b.ids) + in_b[1], in_a[1] * len(b.ids) + in_a[0]]))
    shares = distinctive_shares(a.view, b.view, rows_of(a, b, codes), threads=options.threads)
    if shares is not None:
        codes = codes[shares[1] >= DISTINCTIVE_CONTAINMENT]
    pairs = measured(a, b, codes, options)
    return TextPairs(pairs.codes, pairs.likeness, pairs.agree, cut_a + cut_b)


def measured(a: Texts, b: Texts, codes: Ints, options: LinkOptions) -> TextPairs:
    """Measure coded pairs of texts that are not equal, and decide which agree."""
    likeness = measure(a.view, b.view, rows_of(a, b, codes), threads=options.threads)
    agree: Bools = likeness.jaccard >= options.threshold
    near = np.flatnonzero(agree)
    shares = distinctive_shares(a.view, b.view, rows_of(a, b, codes[near]), threads=options.threads)
    if shares is not None:
        agree[near] = shares[0] >= DISTINCTIVE_JACCARD
    return TextPairs(codes, likeness, agree)


def rows_of(a: Texts, b: Texts, codes: Ints) -> tuple[Ints, Ints]:
    """Return the rows that stand for coded pairs of texts."""
    text_a, text_b = np.divmod(codes, max(len(b.ids), 1))
    return a.rows[text_a], b.rows[text_b]

"""Pairs of texts of one view that are alike enough to link samples: near copies, and prompts that grew.

Every distinct text is looked at once, however many samples hold it. Knows texts, not samples or relations.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.link.bands import candidates, gathered
from lineage.link.bins import Signatures
from lineage.link.contain import ContainRule, contained_in
from lineage.link.cuts import NO_CUTS, Cuts
from lineage.link.distinctive import distinctive_shares
from lineage.link.exact import similar_pairs
from lineage.link.frequency import count_holders
from lineage.link.ids import NO_TEXT, Distinct, Groups, Ints, group
from lineage.link.known import KnownPairs
from lineage.link.likeness import Floats, Likeness, counted_likeness, joined, no_likeness
from lineage.link.measure import alike, measure
from lineage.link.options import LinkOptions
from lineage.link.postings import CountRule
from lineage.link.prefix import Searched
from lineage.link.sources import SetSource
from lineage.link.thresholds import (
    CONTAINED_PART,
    CONTAINED_PROMPT,
    CONTAINED_PROMPT_SHINGLES,
    CONTAINED_SHINGLES,
    DISTINCTIVE_CONTAINMENT,
    DISTINCTIVE_JACCARD,
    LARGER,
    SHARED_WINNOWS,
)
from lineage.link.view import View, shingled, winnowed
from lineage.link.winnowed import sharing_passages

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
    """Pairs of texts that are not equal, coded a * texts of b + b, ascending.

    agree: at or above the threshold, and not by a common template alone.
    """

    codes: Ints
    likeness: Likeness
    agree: Bools
    cuts: Cuts = NO_CUTS

    def joined(self, other: "TextPairs") -> "TextPairs":
        """Return these pairs and others, which must be other ones."""
        codes = np.concatenate([self.codes, other.codes])
        order = np.argsort(codes)
        agree = np.concatenate([self.agree, other.agree])[order]
        return TextPairs(
            codes[order], joined([self.likeness, other.likeness]).take(order), agree, self.cuts.plus(other.cuts)
        )

    def take(self, places: Ints) -> "TextPairs":
        """Return some of the pairs."""
        return TextPairs(self.codes[places], self.likeness.take(places), self.agree[places], self.cuts)

    def with_cuts(self, cuts: Cuts) -> "TextPairs":
        """Return the same pairs, with what was left out in finding them."""
        return TextPairs(self.codes, self.likeness, self.agree, cuts)


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
    """Find the pairs at or above the threshold, by their signatures or, when asked for exactness, one and all."""
    sides = shingled(a.view, b.view) if options.exact else None
    if a.view.near is not None:
        codes, likeness, cuts = _known(a.view.near, a, b)
    else:
        codes, likeness, cuts = _banded(a, b, options) if sides is None else _every(sides, (a, b), options)
    pairs = TextPairs(codes, likeness, np.ones(len(codes), np.bool_), cuts)
    agreeing = np.flatnonzero(_beyond_template(a, b, pairs, options))
    return pairs.take(agreeing)


def _known(known: KnownPairs, a: Texts, b: Texts) -> tuple[Ints, Likeness, Cuts]:
    codes = known.text_a(a.view.prints, a.rows) * len(b.ids) + known.text_b(b.view.prints, b.rows)
    order = np.argsort(codes)
    likeness = counted_likeness(known.both, known.size_a, known.size_b).take(order)
    return codes[order], likeness, Cuts(bucket_pairs=known.cut)


def _banded(a: Texts, b: Texts, options: LinkOptions) -> tuple[Ints, Likeness, Cuts]:
    signatures = [Signatures(side.ids, side.rows, side.view.prints.minima) for side in (a, b)]
    codes, measures, cut = [np.empty(0, np.int64)], [no_likeness(0)], 0
    for found in gathered(candidates(*signatures, options=options), options):
        some = np.unique(found.a * len(b.ids) + found.b)
        a.view.release()
        b.view.release()
        kept, likeness = alike(a.view, b.view, rows_of(a, b, some), options=options)
        codes.append(some[kept])
        measures.append(likeness)
        cut += found.cut
    # Once each: a pair of an overfull bucket may have come in two batches.
    distinct, first = np.unique(np.concatenate(codes), return_index=True)
    return distinct, joined(measures).take(first), Cuts(bucket_pairs=cut)


def _every(
    sides: tuple[SetSource, SetSource], texts: tuple[Texts, Texts], options: LinkOptions
) -> tuple[Ints, Likeness, Cuts]:
    a, b = texts
    shingles = sum(int(one.view.prints.counts[one.rows].sum()) for one in texts)
    found = similar_pairs(Searched(sides[0], a.rows), Searched(sides[1], b.rows), shingles, options=options)
    other = a.ids[found.a] != b.ids[found.b]
    codes = np.sort((found.a * len(b.ids) + found.b)[other])
    kept, likeness = alike(a.view, b.view, rows_of(a, b, codes), options=options)
    return codes[kept], likeness, Cuts(postings=found.cut)


def grown_texts(a: Texts, b: Texts, options: LinkOptions) -> TextPairs:
    """Find the pairs of which one text lies in the other: all of them, or without the texts by winnowed hashes."""
    sides = shingled(a.view, b.view)
    if sides is None:
        return passages(a, b, options)
    searched = Searched(sides[0], a.rows), Searched(sides[1], b.rows)
    shingles = sum(int(one.view.prints.counts[one.rows].sum()) for one in (a, b))
    frequencies = count_holders(searched, shingles, options=options)
    rule = ContainRule(CONTAINED_PROMPT, CONTAINED_PROMPT_SHINGLES, LARGER, options.posting_limit)
    in_b = contained_in(searched, frequencies, rule, options=options)
    in_a = contained_in((searched[1], searched[0]), frequencies, rule, options=options)
    codes = np.unique(np.concatenate([in_b.a * len(b.ids) + in_b.b, in_a.b * len(b.ids) + in_a.a]))
    shares = distinctive_shares(a.view, b.view, rows_of(a, b, codes), options=options)
    if shares is not None:
        codes = codes[shares[1] >= DISTINCTIVE_CONTAINMENT]
    return measured(a, b, codes, options).with_cuts(Cuts(postings=in_b.cut + in_a.cut))


def passages(a: Texts, b: Texts, options: LinkOptions) -> TextPairs:
    """Find the pairs of which one text lies in good part in the other, by winnowed hashes; none where there are none.

    Cut short, embedded, wrapped or edited in places. Counted with the texts, estimated without.
    """
    sides = winnowed(a.view, b.view)
    nothing = np.empty(0, np.int64)
    if sides is None:
        return measured(a, b, nothing, options)
    long = [np.flatnonzero(one.view.prints.counts[one.rows] >= CONTAINED_SHINGLES) for one in (a, b)]
    searched = Searched(sides[0], a.rows[long[0]]), Searched(sides[1], b.rows[long[1]])
    found = sharing_passages(searched, CountRule(SHARED_WINNOWS, options.winnow_limit), options=options)
    text_a, text_b = long[0][found.a], long[1][found.b]
    codes = np.sort((text_a * len(b.ids) + text_b)[a.ids[text_a] != b.ids[text_b]])
    pairs = measured(a, b, codes, options)
    pairs = pairs.take(np.flatnonzero(_surely_contained(pairs.likeness) >= CONTAINED_PART))
    shares = distinctive_shares(a.view, b.view, rows_of(a, b, pairs.codes), options=options)
    if shares is not None:
        contained = np.maximum(pairs.likeness.containment_ab, pairs.likeness.containment_ba)
        pairs = pairs.take(np.flatnonzero(shares[1] >= DISTINCTIVE_CONTAINMENT * contained))
    return pairs.with_cuts(Cuts(postings=found.cut))


def _surely_contained(likeness: Likeness) -> Floats:
    """Return the larger containment, less three errors of an estimate: of many pairs some look contained by chance."""
    in_b = likeness.containment_ab - 3 * likeness.error_ab
    in_a = likeness.containment_ba - 3 * likeness.error_ba
    return np.maximum(in_a, in_b)


def measured(a: Texts, b: Texts, codes: Ints, options: LinkOptions) -> TextPairs:
    """Measure coded pairs of texts that are not equal, and decide which agree."""
    likeness = measure(a.view, b.view, rows_of(a, b, codes), options=options)
    pairs = TextPairs(codes, likeness, likeness.jaccard >= options.threshold)
    return TextPairs(codes, likeness, _beyond_template(a, b, pairs, options))


def _beyond_template(a: Texts, b: Texts, pairs: TextPairs, options: LinkOptions) -> Bools:
    """Tell which of the pairs that agree do so by more than a template that many texts are made from."""
    agree = pairs.agree.copy()
    near = np.flatnonzero(agree)
    shares = distinctive_shares(a.view, b.view, rows_of(a, b, pairs.codes[near]), options=options)
    if shares is not None:
        agree[near] = shares[0] >= DISTINCTIVE_JACCARD
    return agree


def rows_of(a: Texts, b: Texts, codes: Ints) -> tuple[Ints, Ints]:
    """Return the rows that stand for coded pairs of texts."""
    text_a, text_b = np.divmod(codes, max(len(b.ids), 1))
    return a.rows[text_a], b.rows[text_b]

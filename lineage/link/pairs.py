"""Pairs of distinct samples that share a prompt or a response, with both channels measured for every pair.

Rows with the same words are one sample here, and texts that recur in many samples are measured once. Says how alike two
samples are; what that makes them is decided in `relation`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.link.bands import Signatures, candidates
from lineage.link.contain import ContainRule, contained_in
from lineage.link.distinctive import distinctive_shares
from lineage.link.ids import NO_TEXT, Distinct, Groups, Ints, group
from lineage.link.measure import Likeness, View, equal_likeness, measure, no_likeness
from lineage.link.options import LinkOptions
from lineage.link.thresholds import (
    CONTAINED_PROMPT,
    CONTAINED_PROMPT_SHINGLES,
    DISTINCTIVE_CONTAINMENT,
    DISTINCTIVE_JACCARD,
    LARGER,
)
from lineage.text.jit import kernel
from lineage.text.shingles import shingle_sets

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Channel:
    """The evidence of one view for n pairs of samples.

    equal: the same words in the same order. has_a, has_b: whether the sample has words in this view.
    small: the smaller number of shingles of the two (repeats counted), 0 where one side has none.
    recurs: how many distinct samples of one corpus share the text, the larger of the two sides.
    """

    equal: Bools
    has_a: Bools
    has_b: Bools
    likeness: Likeness
    small: Ints
    recurs: Ints

    @property
    def absent(self) -> Bools:
        """Where neither side has words in this view."""
        return ~(self.has_a | self.has_b)


@dataclass(frozen=True, slots=True)
class SamplePairs:
    """Pairs of distinct samples (positions in two Distinct), each once, in ascending order; `cut` as in Candidates."""

    a: Ints
    b: Ints
    prompt: Channel
    response: Channel
    cut: int


@dataclass(frozen=True, slots=True)
class _Side:
    """The distinct texts of one view of one corpus: number, first row, and the samples that hold it."""

    view: View
    ids: Ints
    of_sample: Ints
    rows: Ints
    samples: Groups


@dataclass(frozen=True, slots=True)
class _Near:
    """Pairs of texts that are alike enough to link samples, but not equal; codes (a * texts of b + b) ascend."""

    codes: Ints
    likeness: Likeness
    cut: int


def find_pairs(
    views: tuple[tuple[View, View], tuple[View, View]], distinct: tuple[Distinct, Distinct], *, options: LinkOptions
) -> SamplePairs:
    """Join two corpora by prompts and by responses; `views` is ((prompts of a, of b), (responses of a, of b))."""
    a, b = distinct
    prompts = (_side(views[0][0], a, a.prompt), _side(views[0][1], b, b.prompt))
    responses = (_side(views[1][0], a, a.response), _side(views[1][1], b, b.response))
    near_prompts = _with_grown(_near_texts(*prompts, options), prompts, options)
    near_responses = _near_texts(*responses, options)
    codes = np.unique(
        np.concatenate(
            [
                _same_samples(a, b),
                _sample_codes(prompts, near_prompts, len(b), options),
                _sample_codes(responses, near_responses, len(b), options),
            ]
        )
    )
    pair_a, pair_b = np.divmod(codes, max(len(b), 1))
    return SamplePairs(
        pair_a,
        pair_b,
        _channel(prompts, near_prompts, (pair_a, pair_b), options),
        _channel(responses, near_responses, (pair_a, pair_b), options),
        near_prompts.cut + near_responses.cut,
    )


def _side(view: View, distinct: Distinct, numbers: Ints) -> _Side:
    ids = np.unique(numbers)
    ids = ids[ids != NO_TEXT]
    places = np.searchsorted(ids, numbers)
    places[numbers == NO_TEXT] = NO_TEXT
    samples = _grouped(places, len(ids))
    return _Side(view, ids, places, distinct.rows.first[samples.first], samples)


def _grouped(places: Ints, count: int) -> Groups:
    """Group the samples by place; those without a text come first in the sort and are dropped."""
    groups = group(places, count)
    return Groups(groups.order[groups.starts[0] :], groups.starts - groups.starts[0])


def _near_texts(a: _Side, b: _Side, options: LinkOptions) -> _Near:
    signatures = tuple(Signatures(side.ids, side.view.prints.minima[side.rows]) for side in (a, b))
    found = candidates(*signatures, options=options)
    likeness = measure(a.view, b.view, (a.rows[found.a], b.rows[found.b]), threads=options.threads)
    codes = found.a * len(b.ids) + found.b
    keep = np.flatnonzero(likeness.jaccard >= options.threshold)
    shares = distinctive_shares(a.view, b.view, (a.rows[found.a[keep]], b.rows[found.b[keep]]), threads=options.threads)
    if shares is not None:
        keep = keep[shares[0] >= DISTINCTIVE_JACCARD]
    keep = keep[np.argsort(codes[keep])]
    return _Near(codes[keep], likeness.take(keep), found.cut)


def _with_grown(near: _Near, sides: tuple[_Side, _Side], options: LinkOptions) -> _Near:
    """Add the pairs of prompts of which one contains the other; without the texts they cannot be found."""
    a, b = sides
    if a.view.texts is None or b.view.texts is None:
        return near
    sets_a = shingle_sets(a.view.texts.take(pa.array(a.rows)), a.view.model, threads=options.threads)
    sets_b = shingle_sets(b.view.texts.take(pa.array(b.rows)), b.view.model, threads=options.threads)
    rule = ContainRule(CONTAINED_PROMPT, CONTAINED_PROMPT_SHINGLES, LARGER, options.posting_limit)
    in_b, cut_a = contained_in(sets_a, sets_b, rule, threads=options.threads)
    in_a, cut_b = contained_in(sets_b, sets_a, rule, threads=options.threads)
    codes = np.concatenate([in_b[0] * len(b.ids) + in_b[1], in_a[1] * len(b.ids) + in_a[0]])
    grown = np.setdiff1d(codes, near.codes)
    text_a, text_b = np.divmod(grown, max(len(b.ids), 1))
    shares = distinctive_shares(a.view, b.view, (a.rows[text_a], b.rows[text_b]), threads=options.threads)
    if shares is not None:
        grown = grown[shares[1] >= DISTINCTIVE_CONTAINMENT]
    text_a, text_b = np.divmod(grown, max(len(b.ids), 1))
    fresh = measure(a.view, b.view, (a.rows[text_a], b.rows[text_b]), threads=options.threads)
    return _merged(near, _Near(grown, fresh, cut_a + cut_b))


def _merged(one: _Near, other: _Near) -> _Near:
    codes = np.concatenate([one.codes, other.codes])
    order = np.argsort(codes)
    return _Near(codes[order], one.likeness.joined(other.likeness).take(order), one.cut + other.cut)


def _same_samples(a: Distinct, b: Distinct) -> Ints:
    """Code the pairs of samples with equal texts in both views; samples without any text pair with none."""
    width = max(int(a.response.max(initial=0)), int(b.response.max(initial=0))) + 2
    codes_a, codes_b = ((side.prompt + 1) * width + side.response + 1 for side in (a, b))
    shared, in_a, in_b = np.intersect1d(codes_a, codes_b, assume_unique=True, return_indices=True)
    codes: Ints = (in_a.astype(np.int64) * len(b) + in_b)[shared > 0]
    return codes


def _sample_codes(sides: tuple[_Side, _Side], near: _Near, count_b: int, options: LinkOptions) -> Ints:
    """Turn equal and near texts into pairs of the samples that hold them, coded as a * count_b + b."""
    a, b = sides
    _, equal_a, equal_b = np.intersect1d(a.ids, b.ids, assume_unique=True, return_indices=True)
    near_a, near_b = np.divmod(near.codes, max(len(b.ids), 1))
    texts = (np.concatenate([equal_a, near_a]), np.concatenate([equal_b, near_b]))
    pairs = expand(texts, (a.samples, b.samples), limit=options.group_limit)
    codes: Ints = pairs[0] * count_b + pairs[1]
    return codes


def expand(pairs: tuple[Ints, Ints], groups: tuple[Groups, Groups], *, limit: int) -> Ints:
    """Turn pairs of groups into pairs of their members, shape (2, n).

    Up to `limit` pairs a group pair gives the whole product; beyond it every member is paired once, those of the
    smaller group in turn, so that the result grows with the number of members and not with its square.
    """
    a, b = pairs
    sizes_a, sizes_b = groups[0].sizes[a], groups[1].sizes[b]
    product = sizes_a * sizes_b
    counts = np.where(product <= limit, product, np.maximum(sizes_a, sizes_b))
    ends = np.cumsum(counts)
    out = np.empty((2, int(ends[-1]) if len(ends) else 0), np.int64)
    _expand(pairs, groups, ends - counts, limit, out)
    return out


def _channel(sides: tuple[_Side, _Side], near: _Near, pairs: tuple[Ints, Ints], options: LinkOptions) -> Channel:
    a, b = sides
    text_a, text_b = a.of_sample[pairs[0]], b.of_sample[pairs[1]]
    has_a, has_b = text_a != NO_TEXT, text_b != NO_TEXT
    both = np.flatnonzero(has_a & has_b)
    text_a, text_b = text_a[both], text_b[both]
    equal = np.zeros(len(has_a), np.bool_)
    equal[both] = a.ids[text_a] == b.ids[text_b]
    small = np.zeros(len(has_a), np.int64)
    small[both] = np.minimum(a.view.prints.counts[a.rows[text_a]], b.view.prints.counts[b.rows[text_b]])
    recurs = np.zeros(len(has_a), np.int64)
    recurs[both] = np.maximum(a.samples.sizes[text_a], b.samples.sizes[text_b])
    codes = text_a * len(b.ids) + text_b
    measured = _measure_codes(sides, near, (codes, equal[both]), options)
    likeness = no_likeness(len(has_a)).replaced(both, measured)
    return Channel(equal, has_a, has_b, likeness, small, recurs)


def _measure_codes(
    sides: tuple[_Side, _Side], near: _Near, coded: tuple[Ints, Bools], options: LinkOptions
) -> Likeness:
    """Measure coded text pairs: equal ones are 1 by definition, near ones are known, the rest is measured once each."""
    a, b = sides
    codes, equal = coded
    unknown = np.setdiff1d(codes[~equal], near.codes)
    text_a, text_b = np.divmod(unknown, max(len(b.ids), 1))
    fresh = measure(a.view, b.view, (a.rows[text_a], b.rows[text_b]), threads=options.threads)
    known = _merged(near, _Near(unknown, fresh, 0))
    places = np.searchsorted(known.codes, codes[~equal])
    return equal_likeness(len(codes)).replaced(np.flatnonzero(~equal), known.likeness.take(places))


@kernel
def _expand(pairs: tuple[Ints, Ints], groups: tuple[Groups, Groups], begins: Ints, limit: int, out: Ints) -> None:
    a, b = groups
    for pair in range(begins.shape[0]):
        members_a = a.order[a.starts[pairs[0][pair]] : a.starts[pairs[0][pair] + 1]]
        members_b = b.order[b.starts[pairs[1][pair]] : b.starts[pairs[1][pair] + 1]]
        size_a = members_a.shape[0]
        size_b = members_b.shape[0]
        whole = size_a * size_b <= limit
        for i in range(size_a * size_b if whole else max(size_a, size_b)):
            out[0, begins[pair] + i] = members_a[i // size_b if whole else i % size_a]
            out[1, begins[pair] + i] = members_b[i % size_b]

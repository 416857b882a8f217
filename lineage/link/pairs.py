"""Pairs of distinct samples that share a prompt or a response, with both channels measured for every pair.

Rows with the same words are one sample here, and texts that recur in many samples are measured once. Says how alike two
samples are; what that makes them is decided in `relation`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lineage.link.alike import Bools, TextPairs, Texts, distinct_texts, grown_texts, measured, near_texts, passages
from lineage.link.arrays import Floats
from lineage.link.cuts import Cuts
from lineage.link.ids import NO_TEXT, Distinct, Ints
from lineage.link.likeness import Likeness, equal_likeness, no_likeness
from lineage.link.members import Limits, expand
from lineage.link.options import LinkOptions
from lineage.link.thresholds import LEAST_RESPONSE_SHINGLES
from lineage.link.view import View


@dataclass(frozen=True, slots=True)
class Channel:
    """The evidence of one view for n pairs of samples.

    equal: the same words in the same order. agree: equal, or alike at or above the threshold by more than a template.
    has_a, has_b: whether the sample has words in this view.
    small: the smaller number of shingles of the two (repeats counted), 0 where one side has none.
    recurs: how many distinct samples of one corpus share the text, the larger of the two sides.
    """

    equal: Bools
    agree: Bools
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
class GroupPairs:
    """Pairs of texts that recur in so many samples that not every pair of those is written, but one a sample.

    a, b: the first sample of each group, which stands for it. size_a, size_b: samples of each group. jaccard: of the
    texts.
    """

    a: Ints
    b: Ints
    size_a: Ints
    size_b: Ints
    jaccard: Floats


@dataclass(frozen=True, slots=True)
class SamplePairs:
    """Pairs of distinct samples (positions in two Distinct), each once, in ascending order.

    prompt_groups, response_groups: the texts that recur too often for all their samples to be paired. cuts: all that
    was left out.
    """

    a: Ints
    b: Ints
    prompt: Channel
    response: Channel
    prompt_groups: GroupPairs
    response_groups: GroupPairs
    cuts: Cuts

    @property
    def cut(self) -> int:
        """How much was left out, by whatever rule."""
        return self.cuts.total


class _Coded(NamedTuple):
    """Pairs of samples, coded; and the pairs of groups that are among them in part only, with the pairs left out."""

    codes: Ints
    groups: GroupPairs
    left_out: int


def find_pairs(
    views: tuple[tuple[View, View], tuple[View, View]], distinct: tuple[Distinct, Distinct], *, options: LinkOptions
) -> SamplePairs:
    """Join two corpora by prompts and by responses; `views` is ((prompts of a, of b), (responses of a, of b)).

    Neither the memory allowed nor the number of threads changes what is found.
    """
    a, b = distinct
    prompts = (distinct_texts(views[0][0], a, a.prompt), distinct_texts(views[0][1], b, b.prompt))
    responses = (distinct_texts(views[1][0], a, a.response), distinct_texts(views[1][1], b, b.response))
    near_prompts = _with_more(near_texts(*prompts, options), grown_texts(*prompts, options))
    near_responses = _with_more(near_texts(*responses, options), passages(*responses, options))
    of_prompts = _sample_codes(prompts, near_prompts, 1, options)
    of_responses = _sample_codes(responses, near_responses, LEAST_RESPONSE_SHINGLES, options)
    codes = np.unique(np.concatenate([_same_samples(a, b), of_prompts.codes, of_responses.codes]))
    pair_a, pair_b = np.divmod(codes, max(len(b), 1))
    left_out = Cuts(group_pairs=of_prompts.left_out + of_responses.left_out)
    return SamplePairs(
        pair_a,
        pair_b,
        _channel(prompts, near_prompts, (pair_a, pair_b), options),
        _channel(responses, near_responses, (pair_a, pair_b), options),
        of_prompts.groups,
        of_responses.groups,
        near_prompts.cuts.plus(near_responses.cuts).plus(left_out),
    )


def _with_more(near: TextPairs, more: TextPairs) -> TextPairs:
    new = np.flatnonzero(~np.isin(more.codes, near.codes, assume_unique=True))
    return near.joined(more.take(new))


def _same_samples(a: Distinct, b: Distinct) -> Ints:
    """Code the pairs of samples with equal texts in both views; samples without any text pair with none."""
    width = max(int(a.response.max(initial=0)), int(b.response.max(initial=0))) + 2
    codes_a, codes_b = ((side.prompt + 1) * width + side.response + 1 for side in (a, b))
    shared, in_a, in_b = np.intersect1d(codes_a, codes_b, assume_unique=True, return_indices=True)
    codes: Ints = (in_a.astype(np.int64) * len(b) + in_b)[shared > 0]
    return codes


def _sample_codes(sides: tuple[Texts, Texts], near: TextPairs, least: int, options: LinkOptions) -> _Coded:
    """Turn equal and near texts of at least `least` shingles into pairs of the samples that hold them."""
    a, b = sides
    _, equal_a, equal_b = np.intersect1d(a.ids, b.ids, assume_unique=True, return_indices=True)
    near_a, near_b = np.divmod(near.codes, max(len(b.ids), 1))
    text_a, text_b = np.concatenate([equal_a, near_a]), np.concatenate([equal_b, near_b])
    jaccard = np.concatenate([np.ones(len(equal_a)), near.likeness.jaccard])
    long = np.minimum(a.view.prints.counts[a.rows[text_a]], b.view.prints.counts[b.rows[text_b]]) >= least
    text_a, text_b, jaccard = text_a[long], text_b[long], jaccard[long]
    limits = Limits(options.group_limit, options.group_limit)
    (sample_a, sample_b), written = expand((text_a, text_b), (a.samples, b.samples), -jaccard, limits)
    size_a, size_b = a.samples.sizes[text_a], b.samples.sizes[text_b]
    large = np.flatnonzero(size_a * size_b > written)
    groups = GroupPairs(
        a.samples.first[text_a[large]], b.samples.first[text_b[large]], size_a[large], size_b[large], jaccard[large]
    )
    left_out = int((groups.size_a * groups.size_b - written[large]).sum())
    return _Coded(sample_a * len(b.of_sample) + sample_b, groups, left_out)


def _channel(sides: tuple[Texts, Texts], near: TextPairs, pairs: tuple[Ints, Ints], options: LinkOptions) -> Channel:
    a, b = sides
    text_a, text_b = a.of_sample[pairs[0]], b.of_sample[pairs[1]]
    has_a, has_b = text_a != NO_TEXT, text_b != NO_TEXT
    both = np.flatnonzero(has_a & has_b)
    text_a, text_b = text_a[both], text_b[both]
    small, recurs = np.zeros(len(has_a), np.int64), np.zeros(len(has_a), np.int64)
    small[both] = np.minimum(a.view.prints.counts[a.rows[text_a]], b.view.prints.counts[b.rows[text_b]])
    recurs[both] = np.maximum(a.samples.sizes[text_a], b.samples.sizes[text_b])
    same = a.ids[text_a] == b.ids[text_b]
    known, places = _known(sides, near, (text_a * len(b.ids) + text_b)[~same], options)
    equal, agree = np.zeros(len(has_a), np.bool_), np.zeros(len(has_a), np.bool_)
    equal[both] = agree[both] = same
    agree[both[~same]] = known.agree[places]
    likeness = no_likeness(len(has_a)).replaced(both, equal_likeness(len(both)))
    likeness = likeness.replaced(both[~same], known.likeness.take(places))
    return Channel(equal, agree, has_a, has_b, likeness, small, recurs)


def _known(sides: tuple[Texts, Texts], near: TextPairs, codes: Ints, options: LinkOptions) -> tuple[TextPairs, Ints]:
    """Measure the coded text pairs that are not among the near ones, each once; and say where each code is."""
    known = near.joined(measured(*sides, np.setdiff1d(codes, near.codes), options))
    return known, np.searchsorted(known.codes, codes)

"""Link corpora: find the rows they share, and say what that makes them to each other."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.errors import UsageError
from lineage.fingerprint.card import check_comparable
from lineage.link.alike import Bools
from lineage.link.banding import s_curve
from lineage.link.corpus import Corpus
from lineage.link.coverage import Coverage
from lineage.link.explain import explain
from lineage.link.ids import Distinct, Ints, distinct_samples, joint_ids
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.pairs import Channel, SamplePairs, expand, find_pairs
from lineage.link.relation import NO_RELATION, RELATIONS, Relation, answers, relate
from lineage.link.result import CHANNELS, PAIRS, DatasetPair, LinkResult, RelationCount
from lineage.link.unknown import unknown
from lineage.link.verdict import Side, judge
from lineage.link.view import View

Ranks = npt.NDArray[np.int8]


def link(corpora: Sequence[Corpus], *, options: LinkOptions = DEFAULT_OPTIONS) -> LinkResult:
    """Compare every two of the corpora and return what they share.

    Raises UsageError when there are fewer than two corpora or two have one name, CardError when fingerprints were made
    with different parameters.
    """
    if len(corpora) < 2:
        raise UsageError(f"linking needs two datasets or more, {len(corpora)} given")
    names = [corpus.name for corpus in corpora]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two datasets are both called {name!r}; give each a name of its own")
    pairs = tuple(link_pair(a, b, options=options) for a, b in combinations(corpora, 2))
    every = options.exact and all(one.has_texts(channel) for one in corpora for channel in CHANNELS)
    width = corpora[0].card.meta.params.num_perm
    recall_at = None if every else s_curve(width, options.threshold, options.recall)
    return LinkResult(tuple((one.name, len(one)) for one in corpora), pairs, options.threshold, recall_at)


def link_pair(a: Corpus, b: Corpus, *, options: LinkOptions = DEFAULT_OPTIONS) -> DatasetPair:
    """Compare two corpora; the result does not depend on the number of threads.

    Evidence is exact in the channels whose texts both corpora have at hand, and estimated from signatures elsewhere.
    Cost: a sort per band and view, and one merge of two shingle sets per distinct pair of texts that is measured.
    """
    check_comparable(a.card, b.card)
    prompt_ids = joint_ids(a.card.prompt, b.card.prompt)
    response_ids = joint_ids(a.card.response, b.card.response)
    distinct = (
        distinct_samples(prompt_ids[0], response_ids[0]),
        distinct_samples(prompt_ids[1], response_ids[1]),
    )
    pairs = find_pairs((_views(a, b, "prompt"), _views(a, b, "response")), distinct, options=options)
    ranks = relate(pairs)
    best = (_strongest(pairs.a, ranks, len(distinct[0])), _strongest(pairs.b, ranks, len(distinct[1])))
    marks = answers(pairs)
    kept = (_marked(pairs.a, marks, distinct[0]), _marked(pairs.b, marks, distinct[1]))
    sides = tuple(_side(*parts) for parts in zip((a, b), distinct, best, kept, strict=True))
    verdict = judge(*sides)
    table = _table(pairs, ranks, distinct, exact=_exact(a, b))
    exact = all(_exact(a, b).values())
    return DatasetPair(
        a=a.name,
        b=b.name,
        relation=verdict.relation,
        direction=verdict.direction,
        linked_a=sides[0].coverage,
        linked_b=sides[1].coverage,
        by_relation=_counts(sides[0].by_relation, sides[1].by_relation, table),
        table=table,
        why=explain(sides[0], sides[1], verdict, exact=exact),
        cut=pairs.cut,
        cuts=pairs.cuts,
        unknown_without_text=unknown(exact=exact),
    )


def _views(a: Corpus, b: Corpus, channel: str) -> tuple[View, View]:
    return a.view(channel), b.view(channel)


def _exact(a: Corpus, b: Corpus) -> dict[str, bool]:
    return {channel: a.has_texts(channel) and b.has_texts(channel) for channel in CHANNELS}


def _strongest(samples: Ints, ranks: Ranks, count: int) -> Ranks:
    """Return the strongest relation of each distinct sample, NO_RELATION where it has none."""
    best = np.full(count, NO_RELATION, np.int8)
    np.minimum.at(best, samples, ranks)
    return best


def _marked(samples: Ints, marks: tuple[Bools, Bools], distinct: Distinct) -> Coverage:
    """Count the rows that are in a pair of the first kind, and those of them that are in one of the second."""
    sizes = distinct.rows.sizes
    counts = [int(sizes[np.unique(samples[mark])].sum()) for mark in marks]
    return Coverage(linked=counts[1], rows=counts[0])


def _side(corpus: Corpus, distinct: Distinct, best: Ranks, kept: Coverage) -> Side:
    rows = np.bincount(best, weights=distinct.rows.sizes, minlength=NO_RELATION + 1)
    return Side(
        corpus.name,
        len(corpus),
        kept,
        {name: int(rows[rank]) for rank, name in enumerate(RELATIONS)},
        bool(np.any(corpus.card.prompt.counts > 0)),
        bool(np.any(corpus.card.response.counts > 0)),
        corpus.date,
    )


def _counts(a: Mapping[Relation, int], b: Mapping[Relation, int], table: pa.Table) -> dict[Relation, RelationCount]:
    codes = table["relation"].combine_chunks().indices.to_numpy(zero_copy_only=False)
    pairs = np.bincount(codes, minlength=len(RELATIONS))
    counts = {name: RelationCount(a[name], b[name], int(pairs[rank])) for rank, name in enumerate(RELATIONS)}
    return {name: count for name, count in counts.items() if count.pairs}


def _table(
    pairs: SamplePairs, ranks: Ranks, distinct: tuple[Distinct, Distinct], *, exact: Mapping[str, bool]
) -> pa.Table:
    """Write the related pairs of samples out as pairs of rows."""
    kept = np.flatnonzero(ranks != NO_RELATION)
    samples = pairs.a[kept], pairs.b[kept]
    sizes = np.maximum(distinct[0].rows.sizes[samples[0]], distinct[1].rows.sizes[samples[1]])
    row_a, row_b = expand(samples, (distinct[0].rows, distinct[1].rows), limit=0)
    origin = np.repeat(kept, sizes)
    order = np.lexsort((row_b, row_a))
    origin = origin[order]
    relation = pa.DictionaryArray.from_arrays(pa.array(ranks[origin]), pa.array(RELATIONS))
    columns = [pa.array(row_a[order]), pa.array(row_b[order]), relation]
    for channel in CHANNELS:
        columns += _channel_columns(pairs.prompt if channel == "prompt" else pairs.response, origin, exact[channel])
    return pa.Table.from_arrays(columns, schema=PAIRS)


def _channel_columns(channel: Channel, origin: Ints, exact: bool) -> list[pa.Array]:
    equal: Bools = channel.equal[origin]
    likeness = channel.likeness.take(origin)
    missing = np.isnan(likeness.jaccard)
    measures = (likeness.jaccard, likeness.containment_ab, likeness.containment_ba, likeness.standard_error)
    return [
        pa.array(equal),
        *(pa.array(values, mask=missing) for values in measures),
        pa.array(equal | exact, mask=missing),
    ]

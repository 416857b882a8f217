"""Link corpora: find the rows they share, and say what that makes them to each other."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa

from lineage.errors import UsageError
from lineage.fingerprint.card import check_comparable
from lineage.link.banding import s_curve
from lineage.link.corpus import Corpus
from lineage.link.cuts import Cuts
from lineage.link.direction import LEADING, NO_SIGNS, Signs, smaller
from lineage.link.edits import find_edits
from lineage.link.evidence import Grounds, gather
from lineage.link.explain import explain
from lineage.link.family import find_family
from lineage.link.groups import find_groups
from lineage.link.ids import distinct_samples, joint_ids
from lineage.link.inplace import lie_in_place
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.pairs import find_pairs
from lineage.link.placement import find_placement
from lineage.link.relation import RELATIONS, Relation, grown, relate
from lineage.link.result import CHANNELS, DatasetPair, LinkResult, RelationCount
from lineage.link.side import Marks, Side, make_side
from lineage.link.table import make_table
from lineage.link.translate import find_alignment
from lineage.link.unknown import unknown
from lineage.link.verdict import Verdict, judge, judge_alignment
from lineage.link.wrapped import Wrapping, find_wrapping, template_text, unwrapped

# Public translations share at most .05 of their rows with their source.
_FEW = 0.1


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
    grounds = Grounds(options.threads, options.language)
    pairs = tuple(link_pair(a, b, options=options, grounds=grounds) for a, b in combinations(corpora, 2))
    every = options.exact and all(one.has_texts(channel) for one in corpora for channel in CHANNELS)
    width = None if every else corpora[0].card.meta.params.num_perm
    return make_result([(one.name, len(one)) for one in corpora], pairs, options, width=width)


def make_result(
    datasets: Sequence[tuple[str, int]], pairs: Sequence[DatasetPair], options: LinkOptions, *, width: int | None
) -> LinkResult:
    """Put the pairs of all datasets, given as (name, rows), together; width: slots they were found by, None for all."""
    recall_at = None if width is None else s_curve(width, options.threshold, options.recall)
    return LinkResult(tuple(datasets), tuple(pairs), options.threshold, recall_at, find_family(datasets, pairs))


def link_pair(
    a: Corpus, b: Corpus, *, options: LinkOptions = DEFAULT_OPTIONS, grounds: Grounds | None = None
) -> DatasetPair:
    """Compare two corpora; the result does not depend on the number of threads.

    Evidence is exact in the channels whose texts both corpora have at hand, and estimated from signatures elsewhere.
    Where words that are shared explain nothing, rows are matched by what outlives a translation or a paraphrase.
    Cost: a sort per band and view, and one merge of two shingle sets per distinct pair of texts that is measured.
    """
    check_comparable(a.card, b.card)
    grounds = grounds or Grounds(options.threads, options.language)
    prompt_ids = joint_ids(a.card.prompt, b.card.prompt)
    response_ids = joint_ids(a.card.response, b.card.response)
    distinct = (
        distinct_samples(prompt_ids[0], response_ids[0]),
        distinct_samples(prompt_ids[1], response_ids[1]),
    )
    views = ((a.view("prompt"), b.view("prompt")), (a.view("response"), b.view("response")))
    found = find_pairs(views, distinct, options=options)
    wrapping = find_wrapping(found, views[0], distinct)
    pairs = unwrapped(found, wrapping)
    ranks = relate(pairs, wrapping.pairs)
    evidence = gather((a, b), views, distinct, pairs=pairs, ranks=ranks, grounds=grounds, options=options)
    grew = grown(pairs)
    same = pairs.prompt.equal | wrapping.pairs
    sides = (
        make_side(a, distinct[0], pairs.a, ranks, Marks(evidence.firm, grew[0], same, wrapping.pairs)),
        make_side(b, distinct[1], pairs.b, ranks, Marks(evidence.firm, grew[1], same, wrapping.pairs)),
    )
    exact = {channel: a.has_texts(channel) and b.has_texts(channel) for channel in CHANNELS}
    table, left_out = make_table(pairs, ranks, distinct, evidence, exact=exact, most=options.group_limit)
    cuts = pairs.cuts.plus(Cuts(group_pairs=left_out))
    signs = _signs((a, b), sides, judge(*sides, evidence.answers), table)
    verdict = judge(*sides, evidence.answers, signs)
    pair = DatasetPair(
        a=a.name,
        b=b.name,
        relation=verdict.relation,
        direction=verdict.direction,
        ground=verdict.ground,
        placement=signs.holder,
        linked_a=sides[0].coverage,
        linked_b=sides[1].coverage,
        firm_a=sides[0].firm,
        firm_b=sides[1].firm,
        by_relation=_counts(sides[0].by_relation, sides[1].by_relation, table),
        chance=evidence.chance,
        answers=evidence.answers,
        templates=_templates(a, b, wrapping),
        table=table,
        why=explain(*sides, verdict, exact=all(exact.values())),
        cut=cuts.total,
        cuts=cuts,
        groups=find_groups(pairs, ranks, distinct),
        unknown_without_text=unknown(exact=all(exact.values())),
    )
    return pair if any(one.stands_for is not None for one in (a, b)) else match_otherwise(pair, a, b, options=options)


def match_otherwise(pair: DatasetPair, a: Corpus, b: Corpus, *, options: LinkOptions) -> DatasetPair:
    """Look for rows that share no words where those that do make no relation; a and b have all their rows."""
    linked = max(pair.linked_a.share, pair.linked_b.share)
    if pair.relation not in {"unrelated", "overlap"} or linked >= LEADING:
        return pair
    # Rows shared here and there are an overlap; a translation leaves some rows as they were, and in their places.
    if pair.relation == "overlap" and linked > _FEW and not lie_in_place(pair.table):
        return pair
    options.report("matching rows without shared words", 0, 0)
    known = pair.table["row_a"].to_numpy(), pair.table["row_b"].to_numpy()
    alignment = find_alignment(a, b, options, linked=known)
    if alignment is None or max(alignment.aligned_a.share, alignment.aligned_b.share) < 2 * linked:
        return pair
    verdict = judge_alignment(a, b, alignment)
    return dataclasses.replace(
        pair,
        relation=verdict.relation,
        direction=verdict.direction,
        ground=verdict.ground,
        why=alignment.why,
        alignment=alignment,
    )


def _signs(corpora: tuple[Corpus, Corpus], sides: tuple[Side, Side], verdict: Verdict, table: pa.Table) -> Signs:
    """Read what the texts tell of the direction, where there is one and no dates tell it."""
    whole = all(corpus.stands_for is None and corpus.has_texts(channel) for corpus in corpora for channel in CHANNELS)
    if verdict.relation == "unrelated" or verdict.ground == "dates" or not whole:
        return NO_SIGNS
    child = smaller(verdict.relation, *sides)
    if child is None:
        return Signs(find_edits(*corpora, table))
    if verdict.relation.startswith("evolved"):
        return NO_SIGNS
    holder, column = (corpora[1], "row_b") if child is sides[0] else (corpora[0], "row_a")
    return Signs(holder=find_placement(holder, np.unique(table[column].to_numpy())))


def _templates(a: Corpus, b: Corpus, wrapping: Wrapping) -> tuple[str, ...]:
    """Write out the templates from their examples."""
    if a.prompts is None or b.prompts is None:
        return ()
    return tuple(template_text(a.prompts[x].as_py(), b.prompts[y].as_py()) for x, y in wrapping.examples)


def _counts(a: Mapping[Relation, int], b: Mapping[Relation, int], table: pa.Table) -> dict[Relation, RelationCount]:
    codes = table["relation"].combine_chunks().indices.to_numpy(zero_copy_only=False)
    pairs = np.bincount(codes, minlength=len(RELATIONS))
    counts = {name: RelationCount(a[name], b[name], int(pairs[rank])) for rank, name in enumerate(RELATIONS)}
    return {name: count for name, count in counts.items() if count.pairs}

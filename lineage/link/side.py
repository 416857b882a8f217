"""What the pairs of two corpora come to on each side: its rows by their strongest relation, and what marks them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from lineage.link.alike import Bools
from lineage.link.corpus import Corpus
from lineage.link.coverage import Coverage
from lineage.link.ids import Distinct, Ints
from lineage.link.relation import NO_RELATION, RELATIONS, Ranks, Relation


@dataclass(frozen=True, slots=True)
class Side:
    """One corpus of a pair: its linked rows by their strongest relation, what it has, when it was made (ISO date).

    firm: linked rows whose evidence is more than chance and boilerplate. grown: rows that hold one of the
    other corpus and more (see `relation.grown`). reworded: rows whose prompt the other corpus has only in other words,
    answered anew. wrapped: rows that are near_duplicate because only a template was put around their prompt, or taken
    off it.
    """

    name: str
    rows: int
    by_relation: Mapping[Relation, int]
    firm: int
    grown: int
    reworded: int
    wrapped: int
    has_prompts: bool
    has_responses: bool
    date: str | None

    @property
    def coverage(self) -> Coverage:
        """How many rows have a link."""
        return Coverage(sum(self.by_relation.values()), self.rows)

    def count(self, relations: Collection[Relation]) -> int:
        """Return the number of rows under one of the relations."""
        return sum(rows for name, rows in self.by_relation.items() if name in relations)

    def part(self, relations: Collection[Relation]) -> float:
        """Return the share of the linked rows that is under one of the relations."""
        linked = self.coverage.linked
        return self.count(relations) / linked if linked else 0.0


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of n pairs of samples, each bool, shape (n,): see Side; `grown` for the side at hand.

    same: the prompts are the same, but perhaps for a template.
    """

    firm: Bools
    grown: Bools
    same: Bools
    wrapped: Bools


def make_side(corpus: Corpus, distinct: Distinct, samples: Ints, ranks: Ranks, marks: Marks) -> Side:
    """Count the rows of one corpus; `samples` are its samples in the pairs that have the ranks and the marks."""
    sizes = distinct.rows.sizes
    best = np.full(len(distinct), NO_RELATION, np.int8)
    np.minimum.at(best, samples, ranks)
    rows = np.bincount(best, weights=sizes, minlength=NO_RELATION + 1)
    related = ranks != NO_RELATION
    strongest = related & (ranks == best[samples])

    def marked(pairs: Bools) -> int:
        return int(sizes[np.unique(samples[pairs])].sum())

    prompts = strongest & (ranks == RELATIONS.index("same_prompt"))
    near = strongest & (ranks == RELATIONS.index("near_duplicate"))
    # A row that agrees with another row without a template has not been wrapped.
    bare = np.unique(samples[near & ~marks.wrapped])
    asked = np.unique(samples[prompts & marks.same])
    return Side(
        corpus.name,
        len(corpus),
        {name: int(rows[rank]) for rank, name in enumerate(RELATIONS)},
        marked(related & marks.firm),
        marked(strongest & (ranks == RELATIONS.index("extended")) & marks.grown),
        marked(prompts & ~np.isin(samples, asked)),
        marked(near & marks.wrapped & ~np.isin(samples, bare)),
        bool(np.any(corpus.card.prompt.counts > 0)),
        bool(np.any(corpus.card.response.counts > 0)),
        corpus.date,
    )

"""One dataset linked with itself: rows that repeat, pairs of texts that are alike, and the families they form.

Reports; deletes nothing.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lineage.link.arrays import Ints
from lineage.link.banding import s_curve
from lineage.link.bands import candidates_within, gathered
from lineage.link.bins import Signatures
from lineage.link.clusters import Clusters, clusters
from lineage.link.corpus import Corpus
from lineage.link.cuts import Cuts
from lineage.link.exact import similar_pairs
from lineage.link.ids import NO_TEXT, Groups, distinct_samples, group, own_ids
from lineage.link.likeness import Likeness, joined, no_likeness
from lineage.link.measure import alike
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.prefix import Searched
from lineage.link.view import View, shingled

CONTRACT = "lineage.within/1"
_VIEWS = ("prompt", "response")
_LISTED = 10

# One row a pair: a row and one with the same words before it (`equal`), or two different texts that are alike, each by
# the first row that holds it.
PAIRS = pa.schema(
    [
        pa.field("view", pa.dictionary(pa.int8(), pa.string()), nullable=False),
        pa.field("row_a", pa.int64(), nullable=False),
        pa.field("row_b", pa.int64(), nullable=False),
        pa.field("equal", pa.bool_(), nullable=False),
        *(
            pa.field(name, pa.float64(), nullable=False)
            for name in ("jaccard", "containment_ab", "containment_ba", "standard_error")
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class TextsWithin:
    """The texts of one view of a dataset.

    texts: its distinct texts; text t stands first in row `texts.first[t]`. a, b: texts that are alike, a before b in
    the dataset, with their likeness. exact: counted from the texts rather than estimated. cuts: what was left out.
    """

    texts: Groups
    a: Ints
    b: Ints
    likeness: Likeness
    clusters: Clusters
    exact: bool
    cuts: Cuts

    @property
    def repeated(self) -> Ints:
        """The texts that stand in more than one row, those of most rows first."""
        sizes = self.texts.sizes
        several = np.flatnonzero(sizes > 1)
        return several[np.argsort(-sizes[several], kind="stable")]

    def table(self, view: str) -> pa.Table:
        """Return every pair, schema PAIRS, ordered by rows."""
        first, sizes = self.texts.first, self.texts.sizes
        later = np.ones(len(self.texts.order), np.bool_)
        later[self.texts.starts[:-1]] = False
        row_a = np.concatenate([np.repeat(first, sizes - 1), first[self.a]])
        row_b = np.concatenate([self.texts.order[later], first[self.b]])
        same = int(later.sum())
        order = np.lexsort((row_b, row_a))
        measures = [
            np.concatenate([np.full(same, equal), one])[order]
            for equal, one in zip((1.0, 1.0, 1.0, 0.0), self.likeness.parts, strict=False)
        ]
        names = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(order), np.int8)), pa.array([view]))
        columns = [names, row_a[order], row_b[order], order < same, *measures]
        return pa.Table.from_arrays([pa.array(one) for one in columns], schema=PAIRS)

    def to_dict(self) -> dict[str, object]:
        """Return the counts, and the largest groups and families by their first rows."""
        first, sizes, families = self.texts.first, self.texts.sizes, self.clusters
        repeated = self.repeated
        return {
            "texts": int(sizes.sum()),
            "distinct_texts": len(sizes),
            "repeated_texts": len(repeated),
            "largest_repeated": [{"row": int(first[t]), "rows": int(sizes[t])} for t in repeated[:_LISTED]],
            "near_pairs": len(self.a),
            "exact": self.exact,
            "clusters": len(families),
            "largest_clusters": [
                {
                    "row": int(first[families.representative[n]]),
                    "rows": int(families.samples[n]),
                    "texts": int(families.texts[n]),
                    "least_jaccard": round(float(families.least_jaccard[n]), 6),
                    "diameter": int(families.diameter[n]),
                    "diameter_is_a_lower_bound": not families.followed[n],
                }
                for n in range(min(len(families), _LISTED))
            ],
            "cuts": self.cuts.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Within:
    """What the rows of one dataset share.

    samples: rows with the same words in every view. prompts, responses: the texts of each view. recall_at: the
    probability that a pair of some Jaccard is found, None when every pair was searched for.
    """

    name: str
    rows: int
    threshold: float
    samples: Groups
    prompts: TextsWithin
    responses: TextsWithin
    recall_at: dict[float, float] | None

    def table(self) -> pa.Table:
        """Return the pairs of both views, schema PAIRS."""
        tables = [self.prompts.table("prompt"), self.responses.table("response")]
        return pa.concat_tables(tables).unify_dictionaries()

    def to_dict(self) -> dict[str, object]:
        """Return the result as the JSON contract `lineage.within/1`, without the pairs."""
        sizes = self.samples.sizes
        return {
            "schema": CONTRACT,
            "threshold": self.threshold,
            "dataset": {"name": self.name, "rows": self.rows},
            "repeated_samples": int((sizes > 1).sum()),
            "rows_repeating_another": int((sizes - 1).sum()),
            "recall_at": self.recall_at and {str(at): round(found, 6) for at, found in self.recall_at.items()},
            "prompt": self.prompts.to_dict(),
            "response": self.responses.to_dict(),
        }


def link_within(corpus: Corpus, *, options: LinkOptions = DEFAULT_OPTIONS) -> Within:
    """Find what the rows of one dataset share; the result does not depend on memory or threads.

    Pairs are verified exactly where the texts are at hand, and estimated from signatures elsewhere.
    """
    views = corpus.view("prompt"), corpus.view("response")
    ids = tuple(own_ids(view.prints) for view in views)
    prompts, responses = (_texts_within(view, numbers, options) for view, numbers in zip(views, ids, strict=True))
    every = options.exact and prompts.exact and responses.exact
    width = corpus.card.meta.params.num_perm
    return Within(
        name=corpus.name,
        rows=len(corpus),
        threshold=options.threshold,
        samples=distinct_samples(*ids).rows,
        prompts=prompts,
        responses=responses,
        recall_at=None if every else s_curve(width, options.threshold, options.recall),
    )


def _texts_within(view: View, numbers: Ints, options: LinkOptions) -> TextsWithin:
    texts = group(numbers, int(numbers.max(initial=NO_TEXT)) + 1)
    # Rows without words come first in the sort and are dropped.
    texts = Groups(texts.order[texts.starts[0] :], texts.starts - texts.starts[0])
    a, b, likeness, cuts = near_within(view, texts.first, options=options)
    found = clusters((a, b), likeness.jaccard, texts.sizes)
    return TextsWithin(texts, a, b, likeness, found, shingled(view, view) is not None, cuts)


def near_within(view: View, rows: Ints, *, options: LinkOptions) -> tuple[Ints, Ints, Likeness, Cuts]:
    """Find the pairs of distinct texts, which stand in `rows`, at or above the threshold.

    Returns positions among the rows, the smaller first and in ascending order, with their likeness.
    """
    sides = shingled(view, view) if options.exact else None
    if sides is not None:
        searched = Searched(sides[0], rows)
        shingles = int(view.prints.counts[rows].sum())
        found = similar_pairs(searched, searched, shingles, options=options)
        order = np.lexsort((found.b, found.a))
        a, b, likeness = _alike(view, rows, found.a[order], found.b[order], options)
        return a, b, likeness, Cuts(postings=found.cut)
    codes, measures, cut = [np.empty(0, np.int64)], [no_likeness(0)], 0
    signatures = Signatures(np.arange(len(rows)), rows, view.prints.minima)
    for met in gathered(candidates_within(signatures, options=options), options):
        some = np.unique(met.a * len(rows) + met.b)
        view.release()
        a, b, likeness = _alike(view, rows, *np.divmod(some, max(len(rows), 1)), options)
        codes.append(a * len(rows) + b)
        measures.append(likeness)
        cut += met.cut
    distinct, first = np.unique(np.concatenate(codes), return_index=True)
    a, b = np.divmod(distinct, max(len(rows), 1))
    return a, b, joined(measures).take(first), Cuts(bucket_pairs=cut)


def _alike(view: View, rows: Ints, a: Ints, b: Ints, options: LinkOptions) -> tuple[Ints, Ints, Likeness]:
    kept, likeness = alike(view, view, (rows[a], rows[b]), options=options)
    return a[kept], b[kept], likeness

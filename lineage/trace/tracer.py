"""Where a text comes from: the samples of many datasets that hold it, hold most of it, or lie in it.

Everything found is compared with the stored text before it is reported; where only fingerprints are stored, likeness is
estimated and says so. Opened once, a Tracer answers any number of questions. Knows segments, not the graph.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from lineage.errors import UsageError
from lineage.fingerprint.permutations import draw_permutations
from lineage.index.layout import VIEWS
from lineage.index.search import Candidates, SearchRule, Tables, tables_of
from lineage.index.segment import Segment
from lineage.index.sketch import WINDOW, Sketch, winnow
from lineage.index.tables import find, upper_tags
from lineage.index.texts import text_at
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL
from lineage.text.plain import shingles_of, words_of
from lineage.trace.engine import Engine
from lineage.trace.result import Explained, Hit, Kind, Span, Trace, View
from lineage.trace.spans import shared_runs, shared_spans

NUM_PERM, SEED = 64, 1
WORDS = {"prompt": PROMPT_MODEL.words, "response": RESPONSE_MODEL.words}


# For each candidate: its distinct shingles, how many are shared, and the standard error of the Jaccard.
Numbers = npt.NDArray[np.int64] | npt.NDArray[np.float64]
Measured = tuple[Numbers, Numbers, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """What counts as a match.

    threshold: least Jaccard of near copies. contained: the part of the smaller text's shingles that the larger one has
    to hold. most: candidates compared in one view of one dataset, and samples listed that are equal.
    """

    threshold: float = 0.7
    contained: float = 0.8
    most: int = 256

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1 or not 0 < self.contained <= 1:
            raise UsageError(f"thresholds lie in (0, 1], not {self.threshold} and {self.contained}; try 0.7 and 0.8")


DEFAULT_OPTIONS = TraceOptions()


@dataclass(frozen=True, slots=True)
class Indexed:
    """A dataset to be searched: what it is called, and its index."""

    name: str
    segment: Segment


class Tracer:
    """Searches datasets for texts; the datasets must have been fingerprinted with the usual parameters, see `fits`."""

    def __init__(self, datasets: Sequence[Indexed], engine: Engine, options: TraceOptions = DEFAULT_OPTIONS) -> None:
        self.datasets = tuple(datasets)
        self.options = options
        self.samples = sum(len(one.segment) for one in self.datasets)
        self._engine = engine
        self._permutations = draw_permutations(NUM_PERM, SEED)
        self._tables: dict[str, list[Tables]] = {
            view: [tables_of(one.segment, view, NUM_PERM) for one in self.datasets] for view in VIEWS
        }
        deviation = sqrt(options.threshold * (1 - options.threshold) / NUM_PERM)
        # A text that lies to .8 in another shares about that part of its winnowed hashes; half of it leaves room for
        # what is scattered. Four deviations below the threshold lose nothing.
        need = max(1, ceil((options.threshold - 4 * deviation) * NUM_PERM))
        self._rule = SearchRule(need=need, share=0.4, bucket=4096, posting=1024, most=options.most)

    def trace(self, text: str, *, skip: tuple[int, int] | None = None) -> Trace:
        """Find the samples that match a text, as a prompt and as a response.

        skip: (place of a dataset, row) not to be reported, because the text was taken from there.
        """
        hits: list[Hit] = []
        equal_left = left = cut = 0
        sketches = self._engine.sketches(text, [WORDS[view] for view in VIEWS], self._permutations)
        for view, sketch in zip(VIEWS, sketches, strict=True):
            for place, tables in enumerate(self._tables[view] if sketch.size else ()):
                found = self._engine.search(tables, sketch, self._rule)
                hits += self._hits(place, view, sketch, found)  # type: ignore[arg-type]
                equal_left += max(0, len(found.equal) - self.options.most)
                left, cut = left + found.left, cut + found.cut
        kept = sorted((one for one in hits if (one.place, one.row) != skip), key=_rank)
        return Trace(text, tuple(kept), self.samples, equal_left, left, cut, self._cannot_find(text))

    def explain(self, text: str, hit: Hit) -> Explained:
        """Show what a hit rests on: the sample's text, where the two agree, and how surprising that is."""
        name, segment = self.datasets[hit.place].name, self.datasets[hit.place].segment
        sample = text_at(segment, hit.view, hit.row) if segment.meta.texts else None
        words_each = WORDS[hit.view]
        spans: tuple[Span, ...] | None = None if sample is None else shared_spans(text, sample, words_each)
        files = segment.meta.card["sources"]
        source = int(segment.array("source")[hit.row])
        return Explained(
            hit, name, segment.array("sample_id")[hit.row].tobytes().hex(),
            files[source] if source < len(files) else None, int(segment.array("row")[hit.row]), sample, spans,
            self._bits(text, text if sample is None else sample, hit.view),
        )  # fmt: skip

    def text(self, place: int, row: int, view: str) -> str:
        """Return a stored text; UsageError when the dataset's texts were not kept."""
        one = self.datasets[place]
        if not one.segment.meta.texts:
            raise UsageError(f"{one.name} was registered without its texts; give the text itself")
        return text_at(one.segment, view, row)

    def _hits(self, place: int, view: View, sketch: Sketch, found: Candidates) -> Iterator[Hit]:
        for row in found.equal[: self.options.most].tolist():
            yield Hit(place, row, view, "identical", 1.0, 1.0, 1.0, 0.0)
        if not len(found.rows):
            return
        segment = self.datasets[place].segment
        measure = self._count if segment.meta.texts else self._estimate
        sizes, shared, errors = measure(segment, view, found, sketch)
        own = len(sketch.shingles)
        jaccard = shared / (own + sizes - shared)
        least = min(self.options.threshold, self.options.contained)
        kept = np.flatnonzero((jaccard >= least) | (shared >= least * np.minimum(own, sizes)))
        evidence = (part[kept].tolist() for part in (found.rows, sizes, shared, jaccard, errors))
        for row, size, both, likeness, error in zip(*evidence, strict=True):
            kind = self._kind(own, size, both)
            # An estimate that is good enough for near copies says nothing of parts.
            if kind == "near" or (kind is not None and not error):
                yield Hit(place, row, view, kind, likeness, both / own, both / size, error)

    def _count(self, segment: Segment, view: View, found: Candidates, sketch: Sketch) -> Measured:
        sizes, shared = self._engine.overlaps(segment, view, found.rows, sketch, WORDS[view])
        return sizes, shared, np.zeros(len(sizes))

    def _estimate(self, segment: Segment, view: View, found: Candidates, sketch: Sketch) -> Measured:
        """Estimate from the share of equal minima. Source: Broder 1997; the error is binomial, smoothed by a half."""
        jaccard = found.matches / NUM_PERM
        sizes = segment.array(f"{view}_counts")[found.rows].astype(np.float64)
        own = len(sketch.shingles)
        shared = np.minimum(jaccard / (1 + jaccard) * (sizes + own), np.minimum(sizes, own))
        smooth = (found.matches + 0.5) / (NUM_PERM + 1)
        return sizes, shared, np.sqrt(smooth * (1 - smooth) / NUM_PERM)

    def _kind(self, own: float, size: float, shared: float) -> Kind | None:
        if shared / (own + size - shared) >= self.options.threshold:
            return "near"
        smaller = min(own, size)
        # Of a short text all has to be there: a few common phrases are in many samples.
        least = self.options.contained if smaller >= WINDOW else 1.0
        if shared / smaller < least or smaller < _LEAST_CONTAINED:
            return None
        return "query_in_sample" if own <= size else "sample_in_query"

    def _bits(self, text: str, sample: str, view: View) -> float:
        """Add up how surprising the shared runs are: by winnowed shingles that do not overlap, so it is a lower bound.

        A shingle that m of n samples have winnowed is worth log2((n + 1) / (m + 1)) bits.
        Source: surprisal under the document frequencies of the samples searched.
        """
        words = words_of(text)
        size = min(WORDS[view], len(words))
        if not size:
            return 0.0
        hashes = shingles_of(words, size)
        least = np.isin(hashes, winnow(hashes))
        chosen: list[int] = []
        for start, _, length in shared_runs(words, words_of(sample), size):
            for place in range(start, start + length - size + 1):
                if least[place] and (not chosen or place - chosen[-1] >= size):
                    chosen.append(place)
        if not chosen:
            return 0.0
        holders = np.zeros(len(chosen), np.int64)
        for tables in self._tables[view]:
            lows, highs = find(tables.winnows.entries, upper_tags(hashes[chosen]))
            holders += highs - lows
        return float(np.log2((self.samples + 1) / (holders + 1)).sum())

    def _cannot_find(self, text: str) -> tuple[str, ...]:
        said = [f"copies that share less than {self.options.threshold:.0%} of all shingles of the two"]
        words = len(words_of(text[:_SHORT]))
        if words < RESPONSE_MODEL.words:
            said.append(f"parts of responses, for which {words} words are too few to look for")
        said.append(
            f"parts of which less than {self.options.contained:.0%} is kept, or without"
            f" {WINDOW + WORDS['prompt'] - 1} words in a row in prompts, {WINDOW + WORDS['response'] - 1} in responses"
        )
        bare = [one.name for one in self.datasets if not one.segment.meta.texts]
        if bare:
            said.append(f"parts of samples whose texts were not kept ({', '.join(bare)})")
        return tuple(said)


# Of a text whose every shingle is found so many have to be there; two words stand together in too many texts.
_LEAST_CONTAINED = 3
# Characters that are looked at to tell whether a text has few words.
_SHORT = 200


def fits(segment: Segment) -> bool:
    """Tell whether a segment was fingerprinted as questions are."""
    expected = {
        "num_perm": NUM_PERM, "seed": SEED, "scheme": "affine32", "prompt_model": PROMPT_MODEL.name,
        "response_model": RESPONSE_MODEL.name,
    }  # fmt: skip
    return {name: value for name, value in segment.meta.params.items() if value is not None} == expected


def _rank(hit: Hit) -> tuple[float, float, int, int, str]:
    return -hit.jaccard, -max(hit.in_sample, hit.in_query), hit.place, hit.row, hit.view

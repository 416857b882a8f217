"""What the related pairs of two corpora are worth: bits of every pair, and what their answers have in common.

Texts are read for the pairs that were found, never for a whole corpus; without texts there is nothing to read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from lineage.fingerprint.card import Card
from lineage.link.alike import Bools
from lineage.link.arrays import Floats
from lineage.link.background import Background, Backgrounds, build_background, no_background, without_words
from lineage.link.corpus import Corpus
from lineage.link.coverage import Coverage
from lineage.link.ids import Distinct, Ints
from lineage.link.language import language_background
from lineage.link.options import LinkOptions
from lineage.link.pairs import SamplePairs
from lineage.link.passage_order import compare_passages
from lineage.link.relation import NO_RELATION, RELATIONS, Ranks
from lineage.link.rewrite import KEPT_LIKENESS, OWN_PHRASES, Answers, compare_answers
from lineage.link.view import View
from lineage.link.weight import chance_bits, weigh
from lineage.text.parallel import run_chunks

Views = tuple[tuple[View, View], tuple[View, View]]

# Without the texts nothing can be weighed. These relations then count as more than chance, and others do where this
# share of a corpus is linked: sets written apart have up to 2 % of "Write a function to ..." and usual programs.
_MANY = 0.05
# Pairs that are weighed before their texts are let go of: a row in a mapped file brings 64 kB of its neighbours along.
_AT_ONCE = 1 << 14
_FIRM = [RELATIONS.index(name) for name in ("identical", "near_duplicate", "revised", "same_prompt")]


@dataclass(slots=True)
class Grounds:
    """The backgrounds of corpora, each built when it is first asked for.

    language: the language whose words are taken instead of theirs, None where theirs are; as `language_background`, it
    raises UsageError where nothing is known of it.
    """

    threads: int | None = None
    language: str | None = None
    # Corpora of which only a part is compared, by the card of the part.
    _wholes: dict[int, Corpus] = field(default_factory=dict)
    # By the card, which is kept so that no other can take its place in memory.
    _known: dict[tuple[int, int], tuple[Card, Background]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.language is not None:  # before any work is done
            language_background(self.language, 1)

    @contextmanager
    def standing_in(self, part: Corpus, whole: Corpus) -> Iterator[None]:
        """Take the background of the whole for that of a part, whose rows were chosen for what they share.

        It is let go of at the end.
        """
        place = id(part.card)
        self._wholes[place] = whole
        try:
            yield
        finally:
            del self._wholes[place]
            for channel in (0, 1):
                self._known.pop((place, channel), None)

    def of(self, corpora: tuple[Corpus, Corpus], channel: int) -> Backgrounds:
        """Return the backgrounds of both for prompts (0) or responses (1), whose texts are at hand."""
        missing = [one for one in corpora if (id(one.card), channel) not in self._known]

        def build(low: int, high: int) -> None:
            for one in missing[low:high]:
                self._known[id(one.card), channel] = one.card, _background(self._wholes.get(id(one.card), one), channel)

        run_chunks(build, len(missing), threads=self.threads, chunk=1)
        one, other = (self._known[id(corpus.card), channel][1] for corpus in corpora)
        if self.language is None:
            return one, other, no_background(one.size)
        return without_words(one), without_words(other), language_background(self.language, one.size)


def _background(corpus: Corpus, channel: int) -> Background:
    view = corpus.view("prompt" if channel == 0 else "response")
    return build_background(view.texts, view.prints, view.model.words, view.release)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What n pairs are worth.

    prompt_bits, response_bits: shared bits, NaN where there are no texts, or no relation. firm: more than chance.
    chance: the bits that the best of all chance pairs has. answers: what the answers to shared prompts have in common.
    """

    prompt_bits: Floats
    response_bits: Floats
    firm: Bools
    chance: float
    answers: Answers


def gather(  # noqa: PLR0913 (everything that was found, to be read once)
    corpora: tuple[Corpus, Corpus],
    views: Views,
    distinct: tuple[Distinct, Distinct],
    *,
    pairs: SamplePairs,
    ranks: Ranks,
    grounds: Grounds,
    options: LinkOptions,
) -> Evidence:
    """Read the texts of the related pairs."""
    related = np.flatnonzero(ranks != NO_RELATION)
    rows = _rows(distinct, pairs, related)
    sizes = tuple(one.stands_for or len(own) for one, own in zip(corpora, distinct, strict=True))
    chance = chance_bits(*sizes)
    bits = (np.full(len(ranks), np.nan), np.full(len(ranks), np.nan))
    for channel, sides in enumerate(views):
        if len(related) and sides[0].texts is not None and sides[1].texts is not None:
            ground = grounds.of(corpora, channel)
            for low in range(0, len(related), _AT_ONCE):
                options.report("weighing links", channel * len(related) + low, 2 * len(related))
                some = slice(low, low + _AT_ONCE)
                part = rows[0][some], rows[1][some]
                bits[channel][related[some]] = weigh(*sides, part, ground, threads=options.threads)
                for one in sides:
                    one.release()
    weighed = ~(np.isnan(bits[0]) & np.isnan(bits[1]))
    total = np.nan_to_num(bits[0]) + np.nan_to_num(bits[1])
    firm = np.where(weighed, total > chance, _firm_by_relation(pairs, ranks, distinct)) & (ranks != NO_RELATION)
    return Evidence(bits[0], bits[1], firm, chance, _answers(views, distinct, pairs, grounds.threads))


def _firm_by_relation(pairs: SamplePairs, ranks: Ranks, distinct: tuple[Distinct, Distinct]) -> Bools:
    """Tell which pairs are more than chance where nothing can be weighed: by their relation, or all of them if many."""
    related = ranks != NO_RELATION
    counts = [len(np.unique(samples[related])) for samples in (pairs.a, pairs.b)]
    shares = [Coverage(count, len(own)).interval[0] for count, own in zip(counts, distinct, strict=True)]
    return np.isin(ranks, _FIRM) | (max(shares) > _MANY)


def _answers(
    views: Views,
    distinct: tuple[Distinct, Distinct],
    pairs: SamplePairs,
    threads: int | None,
) -> Answers:
    """Compare the answers to prompts that agree: of every sample of a with the answer of b that is nearest."""
    response = pairs.response
    compared = np.flatnonzero(pairs.prompt.agree & response.has_a & response.has_b)
    order = compared[np.lexsort((-response.likeness.jaccard[compared], pairs.a[compared]))]
    nearest = order[np.unique(pairs.a[order], return_index=True)[1]]
    if views[1][0].texts is not None and views[1][1].texts is not None and len(nearest):
        rows = _rows(distinct, pairs, nearest)
        return compare_answers(views, rows, threads=threads)
    long = nearest[response.small[nearest] >= OWN_PHRASES]
    kept = np.count_nonzero(response.likeness.jaccard[long] >= KEPT_LIKENESS)
    return compare_passages(*views[1], _rows(distinct, pairs, long), Coverage(int(kept), len(long)))


def _rows(distinct: tuple[Distinct, Distinct], pairs: SamplePairs, places: Ints) -> tuple[Ints, Ints]:
    return distinct[0].rows.first[pairs.a[places]], distinct[1].rows.first[pairs.b[places]]

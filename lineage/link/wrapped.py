"""Prompts of a whole dataset that were put into one template, found by what is left when the bare prompt is taken out.

"Below is an instruction ... ### Instruction: X ### Response:" and X differ by the same words whatever X is. The word
hashes of a text are added up; two prompts of a pair then differ by a number that stands for the words that one has and
the other has not, in any order and place. The same difference in many pairs of different prompts is a template.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lineage.link.alike import Bools
from lineage.link.chunks import row_chunks
from lineage.link.ids import Distinct, Ints
from lineage.link.pairs import SamplePairs
from lineage.link.sources import take_texts
from lineage.link.thresholds import CONTAINED_PROMPT
from lineage.link.view import View
from lineage.link.words import Hashes, Words, words_of

# A template is put around this many different prompts, and this share of the rows, at least; half of a tiny set.
_LEAST_PROMPTS = 10
_LEAST_SHARE = 0.05
# So many templates account for this part of the prompts that are in one.
_FEW = 3
_ACCOUNT_FOR = 0.8
# Words of both prompts that are held at a time, 8 bytes each.
_CHUNK_WORDS = 1 << 22


@dataclasses.dataclass(frozen=True, slots=True)
class Wrapping:
    """Which pairs differ by a template only, and the rows that show each template: (row of a, row of b) examples."""

    pairs: Bools
    examples: tuple[tuple[int, int], ...]


def find_wrapping(pairs: SamplePairs, views: tuple[View, View], distinct: tuple[Distinct, Distinct]) -> Wrapping:
    """Find the pairs whose prompts differ by a template of their dataset; none without the texts."""
    wrapped = np.zeros(len(pairs.a), np.bool_)
    if views[0].texts is None or views[1].texts is None:
        return Wrapping(wrapped, ())
    prompt = pairs.prompt
    within = np.fmax(prompt.likeness.containment_ab, prompt.likeness.containment_ba) >= CONTAINED_PROMPT
    places = np.flatnonzero(prompt.has_a & prompt.has_b & ~prompt.equal & (within | pairs.response.agree))
    samples = pairs.a[places], pairs.b[places]
    rows = distinct[0].rows.first[samples[0]], distinct[1].rows.first[samples[1]]
    differences = _differences(views, rows)
    prompts = distinct[0].prompt[samples[0]], distinct[1].prompt[samples[1]]
    templates = _templates(differences, prompts, distinct)
    wrapped[places] = np.isin(differences, templates)
    examples = [int(np.flatnonzero(differences == template)[0]) for template in templates]
    return Wrapping(wrapped, tuple((int(rows[0][at]), int(rows[1][at])) for at in examples))


def unwrapped(pairs: SamplePairs, wrapping: Wrapping) -> SamplePairs:
    """Return the pairs with prompts that differ by a template only taken as agreeing."""
    prompt = dataclasses.replace(pairs.prompt, agree=pairs.prompt.agree | wrapping.pairs)
    return dataclasses.replace(pairs, prompt=prompt)


def template_text(bare: str, wrapped: str) -> str:
    """Return what a template puts around a prompt, the prompt itself as an ellipsis.

    >>> template_text("Name a river.", "Question: Name a river. Answer:")
    'Question: … Answer:'
    """
    if len(bare) > len(wrapped):
        bare, wrapped = wrapped, bare
    inner = bare.strip()
    if inner and inner in wrapped:
        return " ".join(wrapped.replace(inner, " … ", 1).split())
    return " ".join(wrapped.split())


def _differences(views: tuple[View, View], rows: tuple[Ints, Ints]) -> Hashes:
    out = np.empty(len(rows[0]), np.uint64)
    words = views[0].prints.counts[rows[0]].astype(np.int64) + views[1].prints.counts[rows[1]]
    for low, high in row_chunks(words, _CHUNK_WORDS):
        part = slice(low, high)
        a, b = (
            _sums(words_of(take_texts(view.texts, own[part], view.release)))
            for view, own in zip(views, rows, strict=True)
        )
        out[part] = b - a
    return out


def _sums(texts: Words) -> Hashes:
    """Add up the word hashes of every text, modulo 2^64."""
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(texts.hashes, dtype=np.uint64)])
    return np.asarray(sums[texts.starts[1:]] - sums[texts.starts[:-1]], np.uint64)


def _templates(differences: Hashes, prompts: tuple[Ints, Ints], distinct: Sequence[Distinct]) -> Hashes:
    """Return the differences that enough different prompts of both sides have in common.

    None where it takes more than a few to account for most: a stock of sentences that prompts were extended by.
    """
    least = min(max(_LEAST_PROMPTS, _LEAST_SHARE * min(map(len, distinct))), max(2, min(map(len, distinct)) / 2))
    found = []
    for side in prompts:
        kinds, prompt = np.unique(np.stack([differences, side.astype(np.uint64)]), axis=1)
        values, place, counts = np.unique(kinds, return_inverse=True, return_counts=True)
        found.append(values[(counts >= least) & (values != 0)])
        # Of every prompt the commonest of its differences, if other prompts have it too.
        order = np.lexsort((place, -counts[place], prompt))
        own = place[order[np.unique(prompt[order], return_index=True)[1]]]
        shared = np.bincount(own[(counts[own] > 1) & (values[own] != 0)], minlength=1)
        if np.sort(shared)[-_FEW:].sum() < _ACCOUNT_FOR * shared.sum():
            return np.empty(0, np.uint64)
    return np.intersect1d(found[0], found[1])

"""The words of a language with their frequencies, from the package wordfreq, as a background for shared words.

For corpora that are too small, or too much alike, to say how common a word is. Phrases are still counted in the
corpora: the package knows none. Needs the extra `frequency`.
Source: Speer 2022, wordfreq 3 (doi:10.5281/zenodo.7199437); its data is licensed CC BY-SA 4.0.
"""

import functools
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from lineage.errors import UsageError
from lineage.link.background import Background, Counts, no_background
from lineage.link.words import words_of

# Occurrences are of so many words, so that the rarest word listed, 1 in 10^8, has ten.
_TOTAL = 1_000_000_000
_PLACES = 1 << 21
# The package lists numbers of several digits by their shape, 0000 for all years, with a rule for each.
_NUMBERS = 10_000


def language_background(language: str, size: int) -> Background:
    """Return what is known of the words of a language, and of no phrases of `size` words.

    Raises UsageError when the extra is not installed or does not know the language.
    """
    words, kinds = _words(language)
    return no_background(size)._replace(words=words, kinds=kinds, total=_TOTAL)


@functools.cache
def _words(language: str) -> tuple[Counts, int]:
    """Return the occurrences by word place, and how many different words there are."""
    listed = dict(_listed(language))
    words = words_of(pa.array(listed, pa.large_string()))
    # An entry such as "don't" is more than one word here; each occurs as often as the entry.
    rates = np.repeat(np.fromiter(listed.values(), np.float64, len(listed)), np.diff(words.starts))
    places = (words.hashes ^ (words.hashes >> np.uint64(32))) & np.uint64(_PLACES - 1)
    counts = np.bincount(places.astype(np.int64), weights=rates * _TOTAL, minlength=_PLACES)
    return counts.astype(np.int32), int(np.count_nonzero(counts))


def _listed(language: str) -> Iterator[tuple[str, float]]:
    try:
        import wordfreq  # noqa: PLC0415 (an optional dependency)
        from wordfreq.numbers import digit_freq  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "this background needs wordfreq; install it with: pip install 'lineage-tracer[frequency]'"
        ) from error
    try:
        listed = wordfreq.get_frequency_dict(language, "best")
    except LookupError as error:
        known = ", ".join(sorted(wordfreq.available_languages("best")))
        raise UsageError(f"wordfreq has no words of the language {language!r}; it knows {known}") from error
    for word, rate in listed.items():
        if sum(letter.isdigit() for letter in word) < 2:
            yield word, rate
    for number in map(str, range(10, _NUMBERS)):
        yield number, listed.get("0" * len(number), 0.0) * digit_freq(number)

"""Responses that say the prompt again."""

import numpy as np

from lineage.text.plain import shingles_of, words_of

# Shorter prompts are said again by good answers: "Paris", to "Paris or London?".
_LEAST_WORDS = 5
_SAME = 0.9


def prompt_echo(prompt: str, response: str) -> float | None:
    """Return how alike a response and its prompt are where they are nearly the same text, else None.

    Jaccard of their pairs of words. A text that was to be corrected is not the same as the prompt, which says more.

    >>> prompt_echo("Name three rivers in the north of Spain.", "Name three rivers in the north of Spain:")
    1.0
    """
    asked = words_of(prompt)
    if len(asked) < _LEAST_WORDS:
        return None
    one, other = np.unique(shingles_of(asked, 2)), np.unique(shingles_of(words_of(response), 2))
    both = len(np.intersect1d(one, other, assume_unique=True))
    alike = both / (len(one) + len(other) - both)
    return alike if alike >= _SAME else None

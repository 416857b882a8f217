"""What two cards cannot tell of two datasets, however well their numbers agree.

The words are part of the JSON contract; docs/formats.md says what each means.
"""

from typing import Literal, get_args

Unknown = Literal["exact_likeness", "small_parts", "edits", "translation"]

UNKNOWN_WITHOUT_TEXT: tuple[Unknown, ...] = get_args(Unknown)
# For the end of a sentence.
IN_WORDS = (
    "without the texts, likeness is estimated from signatures, and small parts that long texts share, edits and "
    "translations cannot be seen"
)


def unknown(*, exact: bool) -> tuple[Unknown, ...]:
    """Return what a comparison leaves open: nothing when it was `exact`, counted from the texts of both.

    >>> unknown(exact=True)
    ()
    """
    return () if exact else UNKNOWN_WITHOUT_TEXT

r"""Reduces any Unicode text to its words, joined by single spaces: the definition of the text model, in Python.

A word is a run of letters and digits with their combining marks, after NFKC and case folding. In scripts written
without spaces (Han, kana, bopomofo, Thai, Lao, Khmer, Myanmar) each letter with its marks is a word; Hangul, which has
spaces, is treated like Latin. Characters that only steer display (soft hyphen, joiners, variation selectors, byte order
mark) vanish. Everything else separates, the underscore and the apostrophe too.
Does not segment Chinese or Thai into dictionary words, and does not know languages. `spelling` makes the tables of the
compiled path from what stands here.
"""

import unicodedata

import regex

# The prolonged sound mark and the vertical repeat marks belong to kana but have the script Common.
_UNSPACED = (
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u30FC\u3031-\u3035"
    r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}"
)
_MARKS = r"[\p{Mn}\p{Mc}]*+"
_WORD = regex.compile(
    rf"(?V1)[[\p{{L}}\p{{N}}]&&[{_UNSPACED}]]{_MARKS}|(?:[[\p{{L}}\p{{N}}]--[{_UNSPACED}]]{_MARKS})++"
)
_UNSPACED_LETTER = regex.compile(rf"(?V1)[[\p{{L}}\p{{N}}]&&[{_UNSPACED}]]")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_MARK = regex.compile(r"[\p{Mn}\p{Mc}]")
# Marks attach to the character before, and some vowels and finals of Hangul compose with it.
_LEANS_BACK = regex.compile(r"[\p{M}\u1160-\u11FF\uD7B0-\uD7FF]")
_INVISIBLE = regex.compile(r"[\p{Cf}\p{Default_Ignorable_Code_Point}]+")


def normal_form(text: str) -> str:
    """Return the words of a text, lower-cased as case folding has it, with one space between each two.

    Two texts have the same normal form exactly when they have the same words; a normal form is its own normal form.

    >>> normal_form("Straße — l’ÉTÉ, 2½ ﬁsh: 東京タワー")
    'strasse l été 21 2 fish 東 京 タ ワ ー'
    """
    return " ".join(_WORD.findall(fold(text)))


def fold(text: str) -> str:
    """Return the text without invisible characters, in NFKC and case-folded, stable under a second call."""
    visible = _INVISIBLE.sub("", text)
    # Folding can undo NFKC (a folded letter may compose with the mark after it), so it is normalised again.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())


def leans_back(folded: str) -> bool:
    """Say whether a folded character depends on what stands before it, being a mark or a part of a Hangul syllable."""
    return _LEANS_BACK.match(folded) is not None


def is_mark(character: str) -> bool:
    """Say whether a folded character belongs to the word before it, if there is one, and else separates."""
    return _MARK.match(character) is not None


def is_letter(character: str) -> bool:
    """Say whether a folded character is a letter or a digit."""
    return _LETTER.match(character) is not None


def stands_alone(character: str) -> bool:
    """Say whether a folded character is a letter of a script without spaces, and so a word with the marks after it."""
    return _UNSPACED_LETTER.match(character) is not None

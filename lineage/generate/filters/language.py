"""In which language a text is written: by letter n-grams where py3langid is installed, else by its script alone.

Chosen by measurement among three offline detectors (docs/howto/filters.md).
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from lineage.errors import UsageError

# Codes of which the detector tells apart more than people do when they name a language.
_SAME = {"wuu": "zh", "yue": "zh", "nn": "no", "nb": "no", "pcm": "en"}
# Scripts that name one language well enough, and those that many share.
_BY_SCRIPT = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh", "GREEK": "el", "HEBREW": "he", "THAI": "th",
    "TAMIL": "ta", "TELUGU": "te", "BENGALI": "bn", "GEORGIAN": "ka", "ARMENIAN": "hy", "KHMER": "km", "LAO": "lo",
}  # fmt: skip
_SHARED = {
    "LATIN": "en fr de es it pt nl pl cs sk sv da no fi hu ro tr vi id ms sw hr sl et lv lt ca eu gl ga cy is sq af tl"
    " la eo",
    "CYRILLIC": "ru uk bg sr mk be kk ky mn",
    "ARABIC": "ar fa ur ps",
    "DEVANAGARI": "hi mr ne sa",
}
# Below so many letters nothing is said: names, numbers and code are in every language.
_LEAST_LETTERS = 12
# An instruction is only rejected when the languages asked for have so little of the probability.
_LEAST_PROBABILITY = 0.05
_LOOKED_AT_CHARS = 1000


class Detector(Protocol):
    """Tells languages. `name` goes into the record of a run."""

    name: str

    def language(self, text: str) -> str | None:
        """Return the likeliest language (ISO 639-1), or None where it cannot be told."""

    def is_foreign(self, text: str, languages: Sequence[str]) -> str | None:
        """Return the language of a text that is in none of these languages, beyond doubt; else None."""


def open_detector() -> Detector:
    """Return the best detector that is installed."""
    try:
        return NgramDetector()
    except ModuleNotFoundError:
        return ScriptDetector()


def check_languages(languages: Sequence[str], detector: Detector) -> None:
    """Raise UsageError for a language that the detector cannot tell from others."""
    known = detector.known if isinstance(detector, NgramDetector | ScriptDetector) else frozenset(languages)
    if missing := [one for one in languages if one not in known]:
        raise UsageError(
            f"{detector.name} does not know the language {', '.join(missing)}; give ISO 639-1 codes such as en,fr,zh"
        )


class NgramDetector:
    """Letter n-grams and naive Bayes. Source: Lui and Baldwin 2012 (langid.py); py3langid's retrained model."""

    def __init__(self) -> None:
        self._model = _load()
        self.name = "py3langid"
        self.known = frozenset(_SAME.get(one, one) for one in self._model.labels)

    def language(self, text: str) -> str | None:
        """Return the likeliest language, or None where the text has too few letters."""
        ranked = self._rank(text)
        return max(ranked, key=lambda one: ranked[one]) if ranked else None

    def is_foreign(self, text: str, languages: Sequence[str]) -> str | None:
        """Return the language of a text in which those asked for have less than 5 % of the probability; else None."""
        ranked = self._rank(text)
        if not ranked or sum(ranked.get(one, 0.0) for one in languages) >= _LEAST_PROBABILITY:
            return None
        return max(ranked, key=lambda one: ranked[one])

    def _rank(self, text: str) -> dict[str, float]:
        looked = text[:_LOOKED_AT_CHARS]
        if sum(letter.isalpha() for letter in looked) < _LEAST_LETTERS and not _is_cjk(looked):
            return {}
        found: defaultdict[str, float] = defaultdict(float)
        for code, probability in self._model.rank(looked):
            found[_SAME.get(code, code)] += probability
        return dict(found)


class ScriptDetector:
    """Scripts alone: tells Chinese from English, not French from English."""

    name = "script"
    known = frozenset(_BY_SCRIPT.values()).union(*(codes.split() for codes in _SHARED.values()))

    def language(self, text: str) -> str | None:
        """Return the language of a script that only one language has, else None."""
        return _BY_SCRIPT.get(_script(text) or "")

    def is_foreign(self, text: str, languages: Sequence[str]) -> str | None:
        """Return the script, in lower case, of a text that none of the languages is written in; else None."""
        script = _script(text)
        if script is None:
            return None
        written = {*_SHARED.get(script, "").split(), _BY_SCRIPT.get(script, "")}
        return None if written.intersection(languages) else script.lower()


def _script(text: str) -> str | None:
    """Return the script that most letters are in; kana anywhere make a text Japanese."""
    looked = text[:_LOOKED_AT_CHARS]
    scripts = Counter(unicodedata.name(one, "").split()[0].split("-")[0] for one in looked if one.isalpha())
    if scripts["HIRAGANA"]:
        return "HIRAGANA"
    if sum(scripts.values()) < _LEAST_LETTERS and not _is_cjk(looked):
        return None
    return scripts.most_common(1)[0][0]


def _is_cjk(text: str) -> bool:
    """Tell whether a text has four letters or more that stand for a syllable or a word each."""
    return sum(one > "\u2e80" and one.isalpha() for one in text) >= 4


@lru_cache(maxsize=1)
def _load() -> Any:
    # About a second and 130 MB; only where languages are asked for.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

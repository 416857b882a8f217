"""Made-up languages: word for word, with their own letters, word order and synonyms; numbers, code and names stay."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.link.corpora import WORDS, Row

HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 2500)))
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюя"
LATIN = "bcdefghijlmnoprstuvz"
_TOKEN = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9_]+)*|[0-9][0-9.,]*|\s+|.")
_NAMES = [
    f"{start}{end}" for start in ("Mar", "Jon", "Ali", "Tob", "Ned", "Eva") for end in ("tin", "as", "ce", "ik", "ora")
]
_RARE_FIRST = [1 / (rank + 3) for rank in range(len(WORDS))]


@dataclass
class Language:
    """letters: what its words are spelled with. meanings: words for each word of the source, one drawn each time."""

    seed: int
    letters: str
    space: str = " "
    meanings: int = 2
    words: dict[str, list[str]] = field(default_factory=dict)

    def row(self, row: Row, rng: random.Random) -> Row:
        return self.text(row[0] or "", rng), self.text(row[1] or "", rng)

    def text(self, text: str, rng: random.Random) -> str:
        return "\n".join(self._line(line, rng) for line in text.split("\n"))

    def _line(self, line: str, rng: random.Random) -> str:
        tokens = [self._token(token, rng) for token in _TOKEN.findall(line)]
        for place in range(len(tokens) - 2):  # another word order
            if rng.random() < 0.2 and not tokens[place].isspace():
                tokens[place], tokens[place + 2] = tokens[place + 2], tokens[place]
        return "".join(tokens)

    def _token(self, token: str, rng: random.Random) -> str:
        if token.isspace():
            return self.space
        return rng.choice(self._meanings(token)) if token.isalpha() and token.islower() else token

    def _meanings(self, word: str) -> list[str]:
        if word not in self.words:
            own = random.Random(f"{self.seed} {word}")
            sizes = (1, 3) if self.letters is HAN else (2, 9)
            self.words[word] = ["".join(own.choices(self.letters, k=own.randint(*sizes))) for _ in range(self.meanings)]
        return self.words[word]


LANGUAGES = {
    "han": Language(1, HAN, space=""),
    "cyrillic": Language(2, CYRILLIC),
    "latin": Language(3, LATIN),
}


def source_rows(rng: random.Random, count: int) -> list[Row]:
    """Rows in the language of `WORDS`; half of them have a number, a third a name, a tenth some code."""
    return [(_sentence(rng, rng.randint(5, 20)), _answer(rng)) for _ in range(count)]


def _sentence(rng: random.Random, words: int) -> str:
    chosen = rng.choices(WORDS, _RARE_FIRST, k=words)
    if rng.random() < 0.3:
        chosen.insert(rng.randrange(1, words), str(rng.randint(2, 3000)))
    if rng.random() < 0.2:
        chosen.insert(rng.randrange(1, words), rng.choice(_NAMES) + rng.choice(_NAMES).lower())
    return " ".join(chosen) + rng.choice((".", "?"))


def _answer(rng: random.Random) -> str:
    lines = [_sentence(rng, rng.randint(4, 25)) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.1:
        lines.append(f"{rng.choice(WORDS)}_{rng.choice(WORDS)}(x={rng.randint(0, 99)})")
    return "\n".join(lines)


def translated(rows: Sequence[Row], language: Language, rng: random.Random, places: Sequence[int]) -> list[Row]:
    """The rows at those places, in the language."""
    return [language.row(rows[place], rng) for place in places]

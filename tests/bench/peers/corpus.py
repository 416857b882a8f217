"""The pile of texts that every tool gets: made up, with planted derivations, or the rows of a file.

    python tests/bench/peers/corpus.py OUT.parquet --rows 20000 [--data FILE]

One column, `text`. Words have Zipf's frequencies; a fifth of the texts are short. Of every 100 texts 52 are original,
8 are made from common templates, and 40 are derived from an original: reformatted, wrapped, lightly, moderately or
heavily edited, cut short, or embedded in another text. The same arguments give the same texts.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Words = npt.NDArray[np.object_]

VOCABULARY = 30_000
TEMPLATES_PER = 2_500
BEFORE = ("Sure! Here is the answer: ", "### Instruction: ", "As an assistant, I can say this. ", "User: ")
AFTER = (" I hope this helps! Let me know if there is anything else.", " ### End", " (Source: generated)")


class Maker:
    """Makes texts from one stream of random numbers."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        lengths = self.rng.integers(2, 11, VOCABULARY)
        self.words: Words = np.array(["".join(self.rng.choice(letters, length)) for length in lengths], object)
        weights = 1 / (np.arange(VOCABULARY) + 8.0)
        self.steps = np.cumsum(weights) / weights.sum()

    def draw(self, count: int) -> Words:
        """Draw that many words."""
        return self.words[np.searchsorted(self.steps, self.rng.random(count))]

    def originals(self, count: int) -> list[str]:
        """Texts of 5 to 30 words, and four times as many of 30 to 1,500; all derivations done 1.4 kB on average."""
        long = np.clip(self.rng.lognormal(5.25, 0.75, count), 30, 1500).astype(int)
        lengths = np.where(self.rng.random(count) < 0.2, self.rng.integers(5, 31, count), long)
        ends = np.cumsum(lengths)
        drawn = self.draw(int(ends[-1]) if count else 0)
        return [sentence(drawn[end - length : end]) for length, end in zip(lengths, ends, strict=True)]

    def templated(self, count: int) -> list[str]:
        """Texts of a template each, with one word in eight of their own."""
        templates = [self.draw(int(self.rng.integers(20, 60))) for _ in range(max(1, count // TEMPLATES_PER * 8))]
        return [sentence(self.replaced(templates[self.rng.integers(len(templates))], 0.12)) for _ in range(count)]

    def replaced(self, words: Words, share: float) -> Words:
        """Replace about that share of the words, at least one."""
        out = words.copy()
        places = self.rng.random(len(words)) < share
        places[self.rng.integers(len(words))] = True
        out[places] = self.draw(int(places.sum()))
        return out

    def derived(self, texts: list[str]) -> str:
        """Change one of the texts in one of seven ways."""
        text = texts[self.rng.integers(len(texts))]
        words = np.array(text.split(), object)
        ways: tuple[Callable[[], str], ...] = (
            lambda: text.upper().replace(".", " .\n"),
            lambda: BEFORE[self.rng.integers(len(BEFORE))] + text + AFTER[self.rng.integers(len(AFTER))],
            lambda: " ".join(self.replaced(words, 0.005)),
            lambda: " ".join(self.replaced(words, 0.03)),
            lambda: " ".join(self.replaced(words, 0.15)),
            lambda: " ".join(words[: max(5, int(len(words) * self.rng.uniform(0.3, 0.95)))]),
            lambda: texts[self.rng.integers(len(texts))] + "\n\n" + text,
        )
        return ways[self.rng.integers(len(ways))]()


def sentence(words: Words) -> str:
    return " ".join(words).capitalize() + "."


def made_up(rows: int, seed: int = 1) -> list[str]:
    """Return that many texts, shuffled."""
    maker = Maker(seed)
    originals = maker.originals(rows * 52 // 100)
    templated = maker.templated(rows * 8 // 100)
    derived = [maker.derived(originals) for _ in range(rows - len(originals) - len(templated))]
    texts = originals + templated + derived
    return [texts[place] for place in maker.rng.permutation(len(texts))]


def real(path: str) -> list[str]:
    """Return prompt and response of every row of a data set, as one text."""
    from lineage.records.read import open_records

    samples = (row.sample for row in open_records(path).rows())
    return [f"{one.prompt or ''}\n{one.response or ''}" for one in samples]


def write_corpus(out: Path, rows: int | None, data: str | None) -> None:
    """Write the texts to a Parquet file; with a file of data its first `rows`, or all."""
    texts = real(data)[:rows] if data else made_up(rows or 20_000)
    part = out.with_name(f".{out.name}.part")
    pq.write_table(pa.table({"text": pa.array(texts, pa.large_string())}), part, row_group_size=50_000)
    part.replace(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--data")
    given = parser.parse_args()
    write_corpus(given.out, given.rows, given.data)

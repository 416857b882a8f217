"""Corpora made in the test, and likeness counted again in plain Python."""

import random
from collections.abc import Iterable, Sequence

import pyarrow as pa

from lineage.fingerprint.fingerprint import fingerprint
from lineage.fingerprint.salt import Salt
from lineage.link.corpus import Corpus
from lineage.records.identity import sample_id
from lineage.records.sample import Message
from lineage.records.schema import SAMPLES

Row = tuple[str | None, str | None]
STARTS = ("ba", "de", "fi", "go", "lu", "ka", "me", "no", "pi", "ro", "su", "ta", "ve", "wi")
ENDS = ("bol", "car", "dim", "fen", "gar", "hol", "jat", "kip", "lom", "mur", "nas", "pel", "rin", "sot")
WORDS = [start + end for start in STARTS for end in ENDS]


def corpus(
    name: str, rows: Sequence[Row], *, date: str | None = None, texts: bool = True, salt: Salt | None = None
) -> Corpus:
    ids = []
    for prompt, response in rows:
        said = [("user", prompt), ("assistant", response)]
        ids.append(sample_id([Message(role, text) for role, text in said if text is not None]))
    columns = [
        pa.array([0] * len(rows), pa.int32()),
        pa.array(range(len(rows)), pa.int64()),
        pa.array(ids, pa.binary(16)),
        pa.array([prompt for prompt, _ in rows], pa.large_string()),
        pa.array([response for _, response in rows], pa.large_string()),
    ]
    batch = pa.RecordBatch.from_arrays(columns, schema=SAMPLES)
    card = fingerprint([batch], name=name, salt=salt)
    if not texts:
        return Corpus(name, card, date=date)
    return Corpus(name, card, batch.column("prompt"), batch.column("response"), date)


def sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def own_rows(rng: random.Random, count: int, *, prompt_words: int = 16, response_words: int = 60) -> list[Row]:
    return [(sentence(rng, prompt_words), sentence(rng, response_words)) for _ in range(count)]


def edited(rng: random.Random, text: str, share: float) -> str:
    """Replace that share of the words, at least one."""
    words = text.split()
    for place in rng.sample(range(len(words)), max(1, round(share * len(words)))):
        words[place] = "edited" + str(rng.randrange(10_000))
    return " ".join(words)


def shingles(text: str | None, size: int) -> set[tuple[str, ...]]:
    words = (text or "").split()
    if not words:
        return set()
    return {tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))}


def jaccard(a: str | None, b: str | None, size: int) -> float:
    one, other = shingles(a, size), shingles(b, size)
    return len(one & other) / len(one | other) if one and other else float("nan")


def all_pairs(a: Iterable[str | None], b: Iterable[str | None], size: int) -> dict[tuple[int, int], float]:
    """Every pair with a shared shingle, by plain counting."""
    others = [shingles(text, size) for text in b]
    found = {}
    for i, text in enumerate(a):
        own = shingles(text, size)
        for j, other in enumerate(others):
            if own & other:
                found[i, j] = len(own & other) / len(own | other)
    return found

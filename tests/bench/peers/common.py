"""What adapters share: reading texts, words and shingles in Python, and noting how long each step takes.

Runs in the tools' own environments: NumPy, pyarrow and the standard library only.
"""

import contextlib
import os
import re
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

WORDS = re.compile(r"[^\W_]+")
SIZE = 5
NUM_PERM, THRESHOLD = 128, 0.7
# Of the settings that tools leave open: the bands that find nearly every pair at 0.7 with 128 minima.
BANDS, ROWS = 32, 4

Ints = npt.NDArray[np.int64]
# Pairs of rows (a, b), each pair at least once, in any order; or for each row the number of its cluster, -1 for none.
Pairs = tuple[Ints, Ints]
PHASES: dict[str, dict[str, float]] = {}


def children_cpu_s() -> float:
    """CPU time of the children that this process has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_s() -> float:
    """CPU time of this process, its threads and the children it has waited for."""
    return time.process_time() + children_cpu_s()


@contextlib.contextmanager
def phase(name: str) -> Iterator[None]:
    """Add the time that the block takes to a phase."""
    wall, cpu = time.perf_counter(), cpu_s()
    yield
    spent = PHASES.setdefault(name, {"wall_s": 0.0, "cpu_s": 0.0})
    spent["wall_s"] += time.perf_counter() - wall
    spent["cpu_s"] += cpu_s() - cpu


def threads() -> int:
    """Count the processors at hand."""
    return len(os.sched_getaffinity(0))


def texts(corpus: Path, batch: int = 20_000) -> Iterator[list[str]]:
    """Read the corpus, a batch at a time."""
    with pq.ParquetFile(corpus) as file:
        for rows in file.iter_batches(batch, columns=["text"]):
            yield rows.column(0).to_pylist()


def shingles(text: str) -> list[str]:
    """Return the 5-word shingles of a text, or the whole text when it is shorter."""
    words = WORDS.findall(text.lower())
    return [" ".join(words[i : i + SIZE]) for i in range(max(1, len(words) - SIZE + 1))] if words else []


def shingled(corpus: Path) -> Iterator[list[list[str]]]:
    """Read the corpus as lists of shingles, a batch of texts at a time."""
    for batch in texts(corpus):
        with phase("tokenise"):
            lists = [shingles(text) for text in batch]
        yield lists


def spaced(corpus: Path) -> list[str]:
    """Read the corpus as lower-cased words with one space between them, for tools that split on spaces."""
    with phase("normalise"):
        return [" ".join(WORDS.findall(text.lower())) for batch in texts(corpus) for text in batch]


def hits(found: Iterable[Iterable[int]]) -> Pairs:
    """Turn the rows that were found for each row into pairs."""
    a, b = [], []
    for row, others in enumerate(found):
        near = [other for other in others if other < row]
        a.extend(near)
        b.extend([row] * len(near))
    return np.array(a, np.int64), np.array(b, np.int64)


def members(groups: Iterable[Ints]) -> Pairs:
    """Turn groups of rows into all pairs of each."""
    a, b = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for group in groups:
        first, second = np.triu_indices(len(group), 1)
        a.append(group[first])
        b.append(group[second])
    return np.concatenate(a), np.concatenate(b)

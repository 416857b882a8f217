"""Which pairs of texts really are alike: an exact join that shares no code with what is measured.

    python tests/bench/peers/truth.py CORPUS.parquet OUT.npz [--threshold 0.7] [--check]

A text is its lower-cased words (runs of letters and digits); a shingle is 5 words, or the whole text if shorter. Texts
with the same words are one, the first of them stands for all. Words are numbered in Python, shingles hashed in NumPy;
the join is a prefix filter: two sets with a Jaccard of t or more share one of the rarest n - ceil(t n) + 1 of each.
--check compares with every pair counted by Python sets (small corpora).
Source: Bayardo, Ma, Srikant 2007 (prefix filtering).
"""

import argparse
import re
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

WORDS = re.compile(r"[^\W_]+")
SIZE = 5
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


class Truth(NamedTuple):
    """The pairs a < b of rows at or above the threshold; stands_for: of every row the first with the same words."""

    a: Ints
    b: Ints
    jaccard: Floats
    stands_for: Ints


class Sets(NamedTuple):
    """The members of n sets by rising frequency: set i has `members[starts[i]:starts[i + 1]]`, numbers from 0."""

    starts: Ints
    members: Ints


def numbered(texts: list[str]) -> tuple[Ints, Ints]:
    """Return every word of every text as a number, and where each text starts."""
    numbers: dict[str, int] = {}
    starts, out = [0], []
    for text in texts:
        out.extend([numbers.setdefault(word, len(numbers)) for word in WORDS.findall(text.lower())])
        starts.append(len(out))
    return np.array(out, np.int64), np.array(starts, np.int64)


def shingle_hashes(words: Ints, starts: Ints) -> tuple[Hashes, Ints]:
    """Return a hash for each shingle of each text, and the text of each."""
    rng = np.random.default_rng(12345)
    # Random values for words, summed with a random odd factor for each place.
    values = rng.integers(0, 2**64, int(words.max(initial=0)) + 2, np.uint64)
    factors = rng.integers(0, 2**63, SIZE, np.uint64) * np.uint64(2) + np.uint64(1)
    lengths = np.diff(starts)
    hashes = np.zeros(max(len(words) - SIZE + 1, 0), np.uint64)
    for place in range(SIZE):
        hashes += values[words[place : place + len(hashes)]] * factors[place]
    text = np.repeat(np.arange(len(lengths)), lengths)
    inside = text[: len(hashes)] == text[SIZE - 1 :] if len(hashes) else np.zeros(0, np.bool_)
    short = [one for one in range(len(lengths)) if 0 < lengths[one] < SIZE]
    whole = [_whole(values, factors, words[starts[one] : starts[one + 1]]) for one in short]
    return (
        np.concatenate([hashes[inside], np.array(whole, np.uint64)]),
        np.concatenate([text[: len(hashes)][inside], np.array(short, np.int64)]),
    )


def _whole(values: Hashes, factors: Hashes, words: Ints) -> np.uint64:
    shorter = np.uint64(len(words)) * np.uint64(0x9E3779B97F4A7C15)
    return np.uint64(shorter + np.sum(values[words] * factors[: len(words)], dtype=np.uint64))


def ordered_sets(hashes: Hashes, text: Ints, count: int) -> Sets:
    """Collect the distinct shingles of each text, the rarest first."""
    _, members = np.unique(hashes, return_inverse=True)
    order = np.lexsort((members, text))
    text, members = text[order], members[order]
    new = np.ones(len(text), np.bool_)
    new[1:] = (text[1:] != text[:-1]) | (members[1:] != members[:-1])
    text, members = text[new], members[new]
    held = np.bincount(members)
    rank = np.empty(len(held), np.int64)
    rank[np.argsort(held, kind="stable")] = np.arange(len(held))
    members = rank[members]
    order = np.lexsort((members, text))
    return Sets(np.searchsorted(text, np.arange(count + 1)).astype(np.int64), members[order])


def first_copies(words: Ints, starts: Ints) -> Ints:
    """Return for each text the first with the same words; texts without words stand for themselves."""
    firsts: dict[bytes, int] = {}
    out = np.arange(len(starts) - 1)
    for text in range(len(out)):
        own = words[starts[text] : starts[text + 1]]
        if len(own):
            out[text] = firsts.setdefault(own.tobytes(), text)
    return out


@numba.njit
def _join(sets: Sets, order: Ints, held_starts: Ints, threshold: float, out: tuple[Ints, Floats]) -> int:
    """Join sets, smallest first; writes pairs (2, n) and Jaccards as far as they fit, returns how many there are."""
    starts, members = sets
    room, found = out
    holders = np.empty(held_starts[-1], np.int64)
    filled = np.zeros(held_starts.size - 1, np.int64)
    seen = np.full(starts.size - 1, -1, np.int64)
    count = 0
    for one in order:
        start, end = starts[one], starts[one + 1]
        size = end - start
        prefix = size - int(np.ceil(threshold * size - 1e-9)) + 1
        for place in range(start, start + prefix):
            member = members[place]
            first = held_starts[member]
            for held in range(first, first + filled[member]):
                other = holders[held]
                other_size = starts[other + 1] - starts[other]
                if seen[other] == one or other_size < threshold * size - 1e-9:
                    continue
                seen[other] = one
                i, j, shared = start, starts[other], 0
                while i < end and j < starts[other + 1]:
                    x, y = members[i], members[j]
                    shared += x == y
                    i += x <= y
                    j += y <= x
                jaccard = shared / (size + other_size - shared)
                if jaccard >= threshold:
                    if count < room.shape[1]:
                        room[0, count], room[1, count] = min(one, other), max(one, other)
                        found[count] = jaccard
                    count += 1
            holders[first + filled[member]] = one
            filled[member] += 1
    return count


def exact_pairs(texts: list[str], threshold: float) -> Truth:
    """Find every pair of different texts at or above the threshold."""
    words, starts = numbered(texts)
    stands_for = first_copies(words, starts)
    sets = ordered_sets(*shingle_hashes(words, starts), len(texts))
    sizes = np.diff(sets.starts)
    own = np.flatnonzero((stands_for == np.arange(len(texts))) & (sizes > 0))
    order = own[np.argsort(sizes[own], kind="stable")]
    held = np.bincount(sets.members, minlength=1)
    held_starts = np.concatenate([[0], np.cumsum(held)]).astype(np.int64)
    capacity = 1 << 20
    while True:
        room, found = np.empty((2, capacity), np.int64), np.empty(capacity)
        count = _join(sets, order, held_starts, threshold, (room, found))
        if count <= capacity:
            break
        capacity = count
    ranked = np.lexsort((room[1, :count], room[0, :count]))
    return Truth(room[0, :count][ranked], room[1, :count][ranked], found[:count][ranked], stands_for)


def counted_pairs(texts: list[str], threshold: float) -> dict[tuple[int, int], float]:
    """Count every pair with Python sets."""
    sets = []
    copies: dict[tuple[str, ...], int] = {}
    for place, text in enumerate(texts):
        words = tuple(WORDS.findall(text.lower()))
        first = not words or copies.setdefault(words, place) == place
        sets.append({words[i : i + SIZE] for i in range(max(1, len(words) - SIZE + 1))} if words and first else set())
    found = {}
    for a, one in enumerate(sets):
        for b in range(a + 1, len(sets)):
            other = sets[b]
            if min(len(one), len(other)) >= threshold * max(len(one), len(other), 1):
                shared = len(one & other)
                if shared and shared / (len(one) + len(other) - shared) >= threshold:
                    found[a, b] = shared / (len(one) + len(other) - shared)
    return found


def read_truth(path: Path) -> Truth:
    """Read what `write_truth` wrote."""
    with np.load(path) as file:
        return Truth(*(file[name] for name in Truth._fields))


def write_truth(corpus: Path, out: Path, threshold: float) -> Truth:
    """Find the pairs of a corpus and keep them in a file."""
    truth = exact_pairs(pq.read_table(corpus)["text"].to_pylist(), threshold)
    part = out.with_name(f".{out.stem}.part.npz")
    np.savez(part, **truth._asdict())
    part.replace(out)
    return truth


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    truth = write_truth(given.corpus, given.out, given.threshold)
    print(f"{len(truth.a):,} pairs among {len(np.unique(truth.stands_for)):,} different texts")
    if given.check:
        counted = counted_pairs(pq.read_table(given.corpus)["text"].to_pylist(), given.threshold)
        pairs = dict(zip(zip(truth.a.tolist(), truth.b.tolist(), strict=True), truth.jaccard.tolist(), strict=True))
        assert pairs == counted, f"{len(set(pairs) ^ set(counted))} pairs differ"
        print("the same as counted pair by pair")


if __name__ == "__main__":
    main()

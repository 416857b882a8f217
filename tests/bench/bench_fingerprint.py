"""How fast texts are signed: MB/s and time over the floor (hashing every shingle once), against datasketch.

    python tests/bench/bench_fingerprint.py [DATA]

Kernels run in one thread, timed by processor time, their repetitions interleaved; datasketch signs a part of the same
texts in the same run. Without DATA (any source of records) the texts are made up here.
"""

import argparse
import json
import random
import re
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa
from datasketch import MinHash

from lineage.fingerprint import kernels
from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import Permutations, draw_permutations
from lineage.records.read import open_records
from lineage.text.buffers import TextBuffers, open_texts, rows_at_once
from lineage.text.kernels import hash_shingles, longest_text, make_scratch
from lineage.text.models import RESPONSE_MODEL
from lineage.text.shingles import shingle_sets

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "fingerprint.json"
REPEATS = 9
PEER_TEXTS = 400
FLOOR, OPEN, SETS, PEER = "floor: shingle hashes", "normalising", "shingle sets", "datasketch K=128"
compiled = numba.njit(nogil=True, boundscheck=False, error_model="numpy")


@compiled
def floor(texts: TextBuffers, size: int) -> int:
    data, spelled, starts, ends = texts
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    total = 0
    for text in range(starts.size):
        lo, hi = starts[text], ends[text]
        total += hash_shingles(data, spelled, lo, hi, size, lowered, edges, words, shingles)[0]
    return total


@compiled
def minima_only(texts: TextBuffers, size: int, maps: Permutations, out: np.ndarray) -> None:
    data, spelled, starts, ends = texts
    a, b = maps
    lowered, edges, words, shingles = make_scratch(longest_text(texts))
    items = np.empty(words.size, np.uint32)
    for text in range(starts.size):
        lo, hi = starts[text], ends[text]
        count, _, _ = hash_shingles(data, spelled, lo, hi, size, lowered, edges, words, shingles)
        for i in range(count):
            items[i] = kernels.premix(shingles[i])
        kernels.take_minima(items, count, a, b, out[text])


def candidates(texts: pa.LargeStringArray) -> dict[str, Callable[[], None]]:
    """Return what is timed, by name. The floor and the minima start from normalised texts, a card from any."""
    n, size, chunk = len(texts), RESPONSE_MODEL.words, rows_at_once(texts)
    chunks = [(lo, min(lo + chunk, n)) for lo in range(0, n, chunk)]
    opened = [open_texts(texts.slice(lo, hi - lo)) for lo, hi in chunks]
    timed: dict[str, Callable[[], None]] = {
        FLOOR: lambda: [floor(part, size) for part in opened],
        OPEN: lambda: [open_texts(texts.slice(lo, hi - lo)) for lo, hi in chunks],
    }
    for num_perm in (64, 128):
        maps = draw_permutations(num_perm, 1)
        out = np.empty((n, num_perm), np.uint32)
        timed[f"K={num_perm}, minima"] = lambda maps=maps, out=out: [
            minima_only(part, size, maps, out[lo:hi]) for part, (lo, hi) in zip(opened, chunks, strict=True)
        ]
        timed[f"K={num_perm}, all of a card"] = lambda maps=maps: sign_and_winnow(
            texts, RESPONSE_MODEL, maps, threads=1
        )
    timed[SETS] = lambda: shingle_sets(texts, RESPONSE_MODEL, threads=1)
    return timed


def peer(texts: list[str]) -> None:
    """Sign with datasketch as its documentation has it: shingles made in Python, SHA-1, one batch a text."""
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        shingles = {" ".join(words[i : i + 5]).encode() for i in range(max(len(words) - 4, 1))}
        MinHash(num_perm=128, seed=1).update_batch(list(shingles))


def measure(texts: list[str]) -> dict[str, float]:
    """Return MB/s of text by candidate."""
    array = pa.array(texts, pa.large_string())
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    timed = candidates(array)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for call in timed.values():
        call()
    for _ in range(REPEATS):
        for name, call in timed.items():
            seconds[name].append(cpu_seconds(call))
    speeds = {name: megabytes / statistics.median(values) for name, values in seconds.items()}
    part = texts[:PEER_TEXTS]
    speeds[PEER] = sum(len(text.encode()) for text in part) / 1e6 / cpu_seconds(lambda: peer(part))
    return speeds


def cpu_seconds(call: Callable[[], None]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def syllables(letters: str, marks: str) -> list[str]:
    return [*letters, *(letter + mark for letter in letters for mark in marks)]


def made_up(count: int, low: int, high: int, *, alphabet: Sequence[str] = "abcdefghijklmnopqrstuvwxyz") -> list[str]:
    draw = random.Random(1)
    words = ["".join(draw.choices(alphabet, k=min(max(int(draw.gauss(4.7, 2.3)), 1), 16))) for _ in range(5000)]
    weights = [1 / rank for rank in range(1, 5001)]
    return [" ".join(draw.choices(words, weights, k=draw.randint(low, high))).capitalize() + "." for _ in range(count)]


def typeset(texts: list[str]) -> list[str]:
    """Put curly quotes, apostrophes and dashes where print has them: at one word in ten."""
    draw = random.Random(2)
    marked = ["\u201c{}\u201d", "{}\u2019s", "{} \u2014", "{}\u2026"]
    return [
        " ".join(draw.choice(marked).format(word) if draw.random() < 0.1 else word for word in text.split())
        for text in texts
    ]


def unspaced(count: int, low: int, high: int) -> list[str]:
    """Make up texts like Chinese: 3000 characters, the first ones often, commas and full stops, no spaces."""
    draw = random.Random(3)
    letters = [chr(code) for code in draw.sample(range(0x4E00, 0x9FA0), 3000)] + ["\uff0c", "\u3002"]
    weights = [1 / (rank + 20) for rank in range(3000)] + [0.4, 0.3]
    return ["".join(draw.choices(letters, weights, k=draw.randint(low, high))) for _ in range(count)]


def text_sets(source: str | None) -> dict[str, list[str]]:
    if source is None:
        latin = "abcdefghijklmnopqrstuvwxyz"
        short, long = made_up(60_000, 5, 30), made_up(4_000, 300, 600)
        return {
            "short (5-30 words)": short,
            "long (300-600 words)": long,
            "short, one in ten typeset": [*short[:54_000], *typeset(short[54_000:])],
            "short, typeset": typeset(short),
            "long, typeset (curly quotes, dashes)": typeset(long),
            "accented (60-120 words)": made_up(4_000, 60, 120, alphabet=latin + "éüñ"),
            "Cyrillic (60-120 words)": made_up(4_000, 60, 120, alphabet="абвгдежзийклмнопрстуфхцчшщыэюя"),
            "Chinese (20-60 characters)": unspaced(20_000, 20, 60),
            "Chinese (300-600 characters)": unspaced(4_000, 300, 600),
            "Devanagari (60-120 words)": made_up(4_000, 60, 120, alphabet=syllables("कखगजटडतदनपबमयरलवसह", "ािीुेो्")),
            "Thai (60-120 groups)": made_up(4_000, 60, 120, alphabet=syllables("กขคงจชตทนบปพมยรลวสห", "ัิีึุู่้")),
            "decomposed accents (60-120 words)": [
                unicodedata.normalize("NFD", text) for text in made_up(1_000, 60, 120, alphabet=latin + "éüñ")
            ],
        }
    texts = [row.sample.response or "" for row in islice(open_records(source).rows(), 100_000)]
    by_length = {text: len(text.split()) for text in texts}
    return {
        "all": texts,
        "short (5-30 words)": [text for text in texts if 5 <= by_length[text] <= 30],
        "long (300+ words)": [text for text in texts if by_length[text] >= 300],
        "not ASCII": [text for text in texts if not text.isascii()],
    }


def first_call_seconds() -> dict[str, float]:
    """Time the first call of a kernel in a fresh process, without and with a warm cache."""
    import os
    import subprocess
    import tempfile

    source = (
        "import time, pyarrow as pa\n"
        "from lineage.fingerprint.minhash import sign\nfrom lineage.text.models import PROMPT_MODEL\n"
        "started = time.perf_counter()\nsign(pa.array(['a b'], pa.large_string()), PROMPT_MODEL)\n"
        "print(time.perf_counter() - started)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        times = [
            float(
                subprocess.run(
                    [sys.executable, "-c", source], check=True, capture_output=True, text=True,
                    env=os.environ | {"NUMBA_CACHE_DIR": folder},
                ).stdout
            )
            for _ in range(2)
        ]  # fmt: skip
    return {"compiling": times[0], "from the cache": times[1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="records whose responses are signed instead of made-up texts")
    source = parser.parse_args().data
    results: dict[str, object] = {"source": "made up" if source is None else Path(source).name}
    for name, texts in text_sets(source).items():
        if not texts:
            continue
        speeds = measure(texts)
        print(f"\n{name}: {len(texts):,} texts")
        for candidate, speed in speeds.items():
            over_floor, over_peer = speeds[FLOOR] / speed, speed / speeds[PEER]
            print(f"  {candidate:24} {speed:9.1f} MB/s   time/floor {over_floor:7.2f}   x datasketch {over_peer:7.1f}")
        results[name] = {
            candidate: {
                "mb_per_s": round(speed, 1),
                "time_over_floor": round(speeds[FLOOR] / speed, 2),
                "times_datasketch": round(speed / speeds[PEER], 1),
            }
            for candidate, speed in speeds.items()
        }
    results["first call, seconds"] = {name: round(value, 2) for name, value in first_call_seconds().items()}
    print("\nfirst call, seconds:", results["first call, seconds"])
    if source is None:
        RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()

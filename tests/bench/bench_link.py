"""From texts to links: this project against datasketch on the same texts, in one run.

Both get the same two lists of texts: a corpus, and a second one of which two fifths were taken from the first (copied,
or with 2 to 10 % of the words replaced). datasketch is used as its documentation shows: lower-cased words, 5-word
shingles, `MinHash.update_batch`, `MinHashLSH(threshold=.7)`; its pairs are not verified. Ours are all verified exactly.

    python tests/bench/bench_link.py [--rows 20000] [--data FILE] [--rounds 3]
"""

import argparse
import json
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from datasketch import MinHash, MinHashLSH

from lineage.fingerprint.fingerprint import fingerprint
from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.records.read import open_records
from lineage.records.schema import SAMPLES

RESULT = Path(__file__).parents[2] / "docs" / "results" / "link.json"
WORDS = re.compile(r"[^\W_]+")
THRESHOLD = 0.7
Pairs = set[tuple[int, int]]


def synthetic_texts(rng: random.Random, rows: int) -> list[str]:
    """Texts of 10 to 300 words over a vocabulary with Zipf's frequencies."""
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 10))) for _ in range(20_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    lengths = [min(300, max(10, int(rng.lognormvariate(4, 0.8)))) for _ in range(rows)]
    stream = iter(rng.choices(words, weights, k=sum(lengths)))
    return [" ".join(next(stream) for _ in range(length)) for length in lengths]


def real_texts(path: str) -> list[str]:
    """The prompt and the response of every row, as one text."""
    samples = (row.sample for row in open_records(path).rows())
    return [f"{one.prompt or ''}\n{one.response or ''}" for one in samples]


def derived(rng: random.Random, texts: list[str], strangers: list[str]) -> tuple[list[str], Pairs]:
    """Two fifths taken from the texts, and the pairs that were planted so; shuffled among strangers."""
    taken = rng.sample(range(len(texts)), len(strangers) * 2 // 3)
    rows = [(edited(rng, texts[place]), place) for place in taken] + [(text, None) for text in strangers]
    rng.shuffle(rows)
    return [text for text, _ in rows], {(place, n) for n, (_, place) in enumerate(rows) if place is not None}


def edited(rng: random.Random, text: str) -> str:
    if rng.random() < 0.5:
        return text
    words = text.split()
    for place in rng.sample(range(len(words)), round(len(words) * rng.uniform(0.02, 0.1))):
        words[place] = "edited"
    return " ".join(words)


def with_datasketch(a: list[str], b: list[str]) -> Pairs:
    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    for place, text in enumerate(a):
        index.insert(place, signed(text))
    return {(int(hit), place) for place, text in enumerate(b) for hit in index.query(signed(text))}


def signed(text: str) -> MinHash:
    words = WORDS.findall(text.lower())
    minhash = MinHash(num_perm=128, scheme="affine32")
    minhash.update_batch([" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))])
    return minhash


def with_lineage(a: pa.RecordBatch, b: pa.RecordBatch) -> Pairs:
    sides = [
        Corpus(name, fingerprint([rows], name=name), None, rows.column("response"))
        for name, rows in (("a", a), ("b", b))
    ]
    table = link_pair(*sides).table
    table = table.filter(pc.greater_equal(table["response_jaccard"], THRESHOLD))  # parts of texts are links, too
    return set(zip(table["row_a"].to_pylist(), table["row_b"].to_pylist(), strict=True))


def batch(texts: list[str]) -> pa.RecordBatch:
    rows = len(texts)
    columns = [
        pa.array([0] * rows, pa.int32()), pa.array(range(rows), pa.int64()),
        pa.array([place.to_bytes(16, "little") for place in range(rows)], pa.binary(16)),
        pa.nulls(rows, pa.large_string()), pa.array(texts, pa.large_string()),
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, schema=SAMPLES)


def jaccard(a: str, b: str) -> float:
    one, other = (
        {tuple(w[i : i + 5]) for i in range(max(1, len(w) - 4))} for w in (WORDS.findall(t.lower()) for t in (a, b))
    )
    return len(one & other) / len(one | other)


def timed(function: Callable[[], Pairs]) -> tuple[float, float, Pairs]:
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = function()
    return time.perf_counter() - wall, time.process_time() - cpu, pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000, help="synthetic texts in the first corpus")
    parser.add_argument("--data", help="a real data set instead")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rng = random.Random(1)
    texts = real_texts(options.data) if options.data else synthetic_texts(rng, options.rows * 5 // 4)
    cut = len(texts) * 4 // 5
    a = texts[:cut]
    b, planted = derived(rng, a, texts[cut:])
    batches = batch(a), batch(b)
    with_lineage(batch(a[:100]), batch(b[:100]))  # compiles
    rounds = [
        (timed(lambda: with_lineage(*batches)), timed(lambda: with_datasketch(a, b))) for _ in range(options.rounds)
    ]
    truth = {pair for pair in planted if jaccard(a[pair[0]], b[pair[1]]) >= THRESHOLD}
    tools = {}
    for name, place in (("lineage", 0), ("datasketch", 1)):
        pairs = rounds[0][place][2]
        right = sum(jaccard(a[x], b[y]) >= THRESHOLD for x, y in pairs)
        tools[name] = {
            "wall_s": statistics.median(one[place][0] for one in rounds),
            "cpu_s": statistics.median(one[place][1] for one in rounds),
            "pairs": len(pairs),
            "recall": len(truth & pairs) / len(truth),
            "precision": right / max(1, len(pairs)),
        }
    ratios = {key: tools["datasketch"][key] / tools["lineage"][key] for key in ("wall_s", "cpu_s")}
    print(f"{len(a):,} texts against {len(b):,}, {len(truth):,} planted pairs, medians of {options.rounds} rounds")
    print(f"{'':12s} {'wall s':>8s} {'CPU s':>8s} {'pairs':>8s} {'recall':>8s} {'precision':>10s}")
    for name, one in tools.items():
        times = f"{one['wall_s']:8.2f} {one['cpu_s']:8.2f}"
        print(f"{name:12s} {times} {one['pairs']:8,} {one['recall']:8.4f} {one['precision']:10.4f}")
    print(f"datasketch takes {ratios['wall_s']:.0f} times as long (CPU {ratios['cpu_s']:.0f} times)")
    source = Path(options.data).name if options.data else "synthetic"
    document = {"data": source, "texts": [len(a), len(b)], "planted": len(truth), "tools": tools, "ratio": ratios}
    results = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.write_text(json.dumps(results | {source: document}, indent=1) + "\n")


if __name__ == "__main__":
    main()

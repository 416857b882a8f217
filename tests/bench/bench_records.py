"""How fast records are read: MB/s of a generated corpus in each format, and the memory it takes.

    python tests/bench/bench_records.py [--megabytes 100]

The baseline of each run is `orjson.loads` over the lines of the same rows, which yields no samples at all.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from lineage.records.read import open_records
from lineage.records.write import open_writer

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "records.json"
NAMES = ("x.jsonl", "x.json", "x.csv", "x.parquet", "x.jsonl.gz", "x.jsonl.zst")


def write_corpus(folder: Path, megabytes: int) -> int:
    """Write the same rows in every format; return how many."""
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyzéü", k=draw.randint(2, 9))) for _ in range(5000)]
    rows: list[dict[str, object]] = []
    size = 0
    while size < megabytes * 1_000_000:
        prompt, response = (" ".join(draw.choices(words, k=count)) for count in (12, draw.randint(5, 120)))
        rows.append({"instruction": prompt, "input": "", "output": response, "id": len(rows)})
        size += len(orjson.dumps(rows[-1]))
    for name in NAMES:
        with open_writer(folder / name) as out:
            for row in rows:
                out.write(row)
    return len(rows)


def measure(path: Path) -> dict[str, float]:
    """Read one file to batches in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def read(path: str) -> None:
    before = peak_kb()
    started = time.perf_counter()
    rows = sum(batch.num_rows for batch in open_records(path).batches())
    seconds = time.perf_counter() - started
    print(json.dumps({"rows": rows, "seconds": seconds, "memory_mb": (peak_kb() - before) / 1024}))


def peak_kb() -> int:
    """Return this process's largest memory so far; `ru_maxrss` would be inherited from the parent."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def parse_only(path: Path) -> float:
    started = time.perf_counter()
    with path.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
    return time.perf_counter() - started


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--megabytes", type=int, default=100)
    arguments.add_argument("--read")
    options = arguments.parse_args()
    if options.read:
        read(options.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = write_corpus(Path(folder), options.megabytes)
        baseline_s = parse_only(Path(folder) / "x.jsonl")
        found = {name: measure(Path(folder) / name) for name in NAMES}
    print(f"{rows:,} rows, {options.megabytes} MB as JSON lines; parsing the lines alone {baseline_s:.2f} s")
    for name, one in found.items():
        one |= {"mb_per_s": options.megabytes / one["seconds"], "times_parse": one["seconds"] / baseline_s}
        print(f"{name:14} {one['seconds']:6.2f} s {one['mb_per_s']:6.0f} MB/s {one['memory_mb']:6.0f} MB more memory")
    document = {"megabytes": options.megabytes, "rows": rows, "parse_s": baseline_s, "formats": found}
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()

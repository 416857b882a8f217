"""How fast records are read, in each format and shape, beside parsing alone and beside signing the same texts.

    python tests/bench/bench_records.py [--megabytes 100] [--only jsonl]

For each file, in a process of its own and interleaved: `orjson.loads` over the lines of the same rows, which yields no
samples at all; reading to batches; signing batches that are in memory already; and both, end to end. All speeds are in
megabytes of the rows as JSON lines, so that they compare. `of the slower` says how near both come to the slower of the
two: 1 where they are overlapped in full, and at most (read + sign) / (cores * slower) where all cores are busy signing.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from lineage.fingerprint.fingerprint import fingerprint
from lineage.records.read import in_batches, open_records
from lineage.records.write import open_writer

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "records.json"
REPEATS = 3
Rows = Iterator[dict[str, object]]


def alpaca(draw: random.Random, words: list[str]) -> Rows:
    for number in range(1 << 40):
        prompt, response = (" ".join(draw.choices(words, k=count)) for count in (12, draw.randint(5, 120)))
        yield {"instruction": prompt, "input": "", "output": f"{response}.\n", "id": number}


def long_answers(draw: random.Random, words: list[str]) -> Rows:
    for row in alpaca(draw, words):
        paragraphs = (" ".join(draw.choices(words, k=draw.randint(40, 80))) for _ in range(draw.randint(6, 12)))
        yield row | {"output": "\n\n".join(paragraphs)}


def messages(draw: random.Random, words: list[str]) -> Rows:
    for row in alpaca(draw, words):
        turns = [{"role": "user", "content": row["instruction"]}, {"role": "assistant", "content": row["output"]}]
        yield {"messages": turns, "id": row["id"]}


def wrapped(draw: random.Random, words: list[str]) -> Rows:
    """Prompts in a training template: rows that only Python reads."""
    for row in alpaca(draw, words):
        yield {"prompt": f"### Instruction:\n{row['instruction']}\n\n### Response:", "completion": row["output"]}


LETTERS = "abcdefghijklmnopqrstuvwxyz"
# (shape, letters of its words, what makes its rows, formats)
CASES = (
    ("alpaca", LETTERS, alpaca, ("jsonl", "json", "csv", "parquet", "jsonl.gz", "jsonl.zst")),
    ("alpaca, 2 letters of 28 accented", LETTERS + "éü", alpaca, ("jsonl", "json", "csv", "parquet")),
    ("long answers", LETTERS, long_answers, ("jsonl", "json", "csv", "parquet")),
    ("messages", LETTERS, messages, ("jsonl", "json", "parquet")),
    ("wrapped prompts", LETTERS, wrapped, ("jsonl",)),
)


def write_case(folder: Path, letters: str, make: Callable[[random.Random, list[str]], Rows], megabytes: float) -> None:
    """Write the same rows in every format."""
    draw = random.Random(1)
    words = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(5000)]
    rows, size = [], 0
    for row in make(draw, words):
        rows.append(row)
        size += len(orjson.dumps(row)) + 1
        if size >= megabytes * 1_000_000:
            break
    for ending in ("jsonl", "json", "csv", "parquet", "jsonl.gz", "jsonl.zst"):
        with open_writer(folder / f"x.{ending}") as out:
            for row in rows:
                out.write(row)


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return seconds by the clock and by the processors."""
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - clock, time.process_time() - processor


def parse_only(path: Path) -> None:
    with path.open("rb") as lines:
        for line in lines:
            orjson.loads(line)


def measure(path: Path, lines: Path) -> dict[str, object]:
    """Time parsing, reading, signing and both; the first round, which compiles, is not counted."""
    held = list(open_records(path).batches())
    calls: dict[str, Callable[[], object]] = {
        "parse": lambda: parse_only(lines),
        "read": lambda: sum(batch.num_rows for batch in open_records(path).batches()),
        "sign": lambda: fingerprint(held, name="x"),
        "both": lambda: fingerprint(open_records(path).batches(), name="x"),
    }
    for name in ("sign", "both"):
        calls[name]()
    rounds = [{name: timed(call) for name, call in calls.items()} for _ in range(REPEATS)]
    size = lines.stat().st_size / 1e6
    clock, processor = ({name: statistics.median(one[name][at] for one in rounds) for name in calls} for at in (0, 1))
    slower = max(clock["read"], clock["sign"])
    return {
        "rows": sum(batch.num_rows for batch in held),
        "mb_per_s": {name: round(size / seconds, 1) for name, seconds in clock.items()},
        "mb_per_processor_s": {name: round(size / seconds, 1) for name, seconds in processor.items()},
        "read_times_parse": round(clock["read"] / clock["parse"], 2),
        "read_over_sign_per_processor": round(processor["sign"] / processor["read"], 2),
        "both_of_the_slower": round(slower / clock["both"], 2),
    }


def by_rows_mb_per_s(lines: Path) -> float:
    """The same rows without the fast path: a Python object each."""
    seconds, _ = timed(lambda: sum(batch.num_rows for batch in in_batches(open_records(lines).rows(), 8192)))
    return round(lines.stat().st_size / 1e6 / seconds, 1)


def memory_mb(path: Path) -> float:
    """Return how much more memory reading takes than importing, at its peak."""
    before = peak_kb()
    for _ in open_records(path).batches():
        pass
    return round((peak_kb() - before) / 1024, 1)


def peak_kb() -> int:
    """Return this process's largest memory so far; `ru_maxrss` would be inherited from the parent."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def apart(*arguments: object) -> dict[str, object]:
    """Run a part of this script in a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def run(megabytes: float, only: str | None) -> dict[str, object]:
    results: dict[str, object] = {"megabytes": megabytes, "cores": len(os.sched_getaffinity(0))}
    for shape, letters, make, endings in CASES:
        with tempfile.TemporaryDirectory() as folder:
            write_case(Path(folder), letters, make, megabytes)
            lines = Path(folder) / "x.jsonl"
            found: dict[str, object] = {}
            for ending in endings:
                if only is None or only == ending:
                    path = Path(folder) / f"x.{ending}"
                    apart("--memory", path)  # compiles what is not in the cache
                    found[ending] = one = apart("--measure", path, lines) | apart("--memory", path)
                    print(f"{shape:33} {ending:10} {one}", flush=True)
            results[shape] = found | {"jsonl, row by row, mb_per_s": by_rows_mb_per_s(lines)}
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--only", help="one format, for example jsonl; results are then not written")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
    elif options.memory:
        print(json.dumps({"memory_mb": memory_mb(options.memory)}))
    else:
        results = run(options.megabytes, options.only)
        if options.only is None:
            RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()

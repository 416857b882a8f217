"""How long `--help` of every command takes: `python tests/bench/bench_start.py [--out docs/results/start.json]`.

Each call is a fresh process; the figure is the median of several, beside that of an interpreter that does nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lineage.cli.main import COMMANDS


def median_ms(command: list[str], repeats: int) -> float:
    """Median wall time of a command, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    rows = {"python -c pass": median_ms([sys.executable, "-c", "pass"], options.repeats)}
    for name in ("", *COMMANDS):
        command = ["lineage", *filter(None, [name]), "--help"]
        rows[" ".join(command)] = median_ms(
            [str(Path(sys.executable).with_name("lineage")), *command[1:]], options.repeats
        )

    for label, ms in rows.items():
        print(f"{label:32} {ms:7.0f} ms")
    if options.out:
        options.out.write_text(json.dumps({"median_ms": rows, "repeats": options.repeats}, indent=2) + "\n")


if __name__ == "__main__":
    main()

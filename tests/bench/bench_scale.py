"""How time and memory grow with the number of samples: two made-up datasets are read, signed and linked.

Half of the rows of the second are taken from the first: copied, edited or cut short. Prompts have 5 to 40 words,
responses 250 on average, so that 500,000 samples are 870 MB of text. Every size runs in a process of its own.
`held` is memory of the process itself; `peak` also counts pages of files that it has mapped, which it can give back.

    python tests/bench/bench_scale.py [--samples 100000 500000 ...] [--memory 1073741824]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

RESULT = Path(__file__).parents[2] / "docs" / "results" / "link_scale.json"
SIZES = (100_000, 500_000)
CHUNK = 10_000
VOCABULARY = 50_000


class Writer:
    """Draws texts over a vocabulary with Zipf's frequencies, the same for the same number."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", "S1")
        lengths = rng.integers(2, 10, VOCABULARY)
        self.words = pa.array([b"".join(rng.choice(letters, n)).decode() for n in lengths], pa.string())
        self.cumulated = np.cumsum(1 / (np.arange(VOCABULARY) + 10))

    def draw(self, number: int, rows: int, mean: float, bounds: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([number, int(mean)])
        lengths = np.clip(rng.lognormal(np.log(mean), 0.6, rows), *bounds).astype(np.int64)
        ends = np.cumsum(lengths)
        ids = np.searchsorted(self.cumulated, rng.random(ends[-1]) * self.cumulated[-1])
        return ids, np.concatenate([[0], ends])

    def texts(self, ids: np.ndarray, offsets: np.ndarray) -> pa.Array:
        return pc.binary_join(
            pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), self.words.take(pa.array(ids))), " "
        )

    def chunk(self, number: int, *, derived: bool) -> pa.Table:
        rng = np.random.default_rng([number, 1])
        columns = []
        for mean, bounds in ((14, (5, 40)), (215, (10, 1500))):
            ids, offsets = self.draw(number, CHUNK, mean, bounds)
            if derived:
                own, own_offsets = self.draw(number + 10**6, CHUNK, mean, bounds)
                ids, offsets = changed(rng, (ids, offsets), (own, own_offsets))
            columns.append(self.texts(ids, offsets))
        return pa.table({"prompt": columns[0], "response": columns[1]})


def changed(rng: np.random.Generator, parent: tuple, own: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Half of the rows from the parent (a third each copied, edited, cut short), half of their own; shuffled."""
    rows = []
    for row in range(CHUNK):
        ids, offsets = parent if row % 2 else own
        words = ids[offsets[row] : offsets[row + 1]]
        if row % 6 == 1:
            words = np.where(
                rng.random(len(words)) < rng.uniform(0, 0.1), rng.integers(0, VOCABULARY, len(words)), words
            )
        elif row % 6 == 3:
            words = words[: max(3, round(len(words) * rng.uniform(0.3, 0.9)))]
        rows.append(words)
    offsets = np.concatenate([[0], np.cumsum([len(words) for words in rows])])
    return np.concatenate(rows), offsets


def write(folder: Path, samples: int) -> None:
    writer = Writer()
    for name in ("a", "b"):
        schema = pa.schema([("prompt", pa.large_string()), ("response", pa.large_string())])
        with pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd") as file:
            for number in range(samples // 2 // CHUNK):
                file.write_table(writer.chunk(number, derived=name == "b").cast(schema))


class Watch:
    """Follows how much memory the process itself holds."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while not self._over.wait(0.02):
            lines = Path("/proc/self/status").read_text().splitlines()
            self.most = max(self.most, *(int(line.split()[1]) for line in lines if line.startswith("RssAnon")))


def run(folder: Path, memory: int) -> None:
    """Link what is in the folder, in this process, and print what it took."""
    from lineage.link.corpus import load_corpus
    from lineage.link.link import link_pair
    from lineage.link.options import LinkOptions

    watch = Watch()
    phases: dict[str, float] = {}
    last = ["start", time.perf_counter()]

    def enter(phase: str, done: int, total: int) -> None:
        now = time.perf_counter()
        phases[str(last[0])] = phases.get(str(last[0]), 0.0) + now - float(last[1])
        last[:] = [phase, now]

    wall, cpu = time.perf_counter(), time.process_time()
    enter("reading and signing", 0, 0)
    corpora = [load_corpus(folder / f"{name}.parquet") for name in ("a", "b")]
    read = time.perf_counter() - wall
    enter("numbering texts", 0, 0)
    peak_reading = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    pair = link_pair(*corpora, options=LinkOptions(memory=memory, progress=enter))
    enter("end", 0, 0)
    text = sum(int(column.nbytes) for one in corpora for column in (one.prompts, one.responses))
    document = {
        "text_bytes": text, "pairs": pair.table.num_rows, "relation": pair.relation, "cuts": pair.cuts.to_dict(),
        "wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "read_s": read,
        "phases_s": {phase: round(took, 3) for phase, took in phases.items() if phase != "start"},
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "peak_reading_bytes": peak_reading,
        "held_bytes": watch.most * 1024,
    }  # fmt: skip
    print(json.dumps(document))


def measured(sizes: list[int], memory: int, place: str | None) -> Iterator[dict[str, object]]:
    for samples in sizes:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            write(Path(folder), samples)
            command = [sys.executable, __file__, "--run", folder, "--memory", str(memory)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            yield {"samples": samples // 2 // CHUNK * CHUNK * 2, **json.loads(done.stdout)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--memory", type=int, default=1 << 30)
    parser.add_argument("--place", help="folder for the made-up data, some 2.5 kB a sample")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run, options.memory)
        return
    found = []
    for one in measured(options.samples, options.memory, options.place):
        found.append(one)
        size, rate = one["text_bytes"] / 1e6, one["samples"] / one["cpu_s"]
        held, peak, reading = (one[name] / 1e9 for name in ("held_bytes", "peak_bytes", "peak_reading_bytes"))
        print(f"{one['samples']:10,} samples, {size:6.0f} MB of text, {one['pairs']:,} pairs: {one['wall_s']:.1f} s")
        print(f"           {one['cpu_s']:.1f} s of CPU, {rate:,.0f} samples for each")
        print(f"           held {held:.2f} GB, peak {peak:.2f} GB ({reading:.2f} after reading)")
        print("           " + ", ".join(f"{phase} {took:.1f}" for phase, took in one["phases_s"].items()))
    RESULT.write_text(json.dumps({"memory": options.memory, "runs": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()

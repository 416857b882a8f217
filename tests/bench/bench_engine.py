"""One job on every engine: two made-up datasets are read, joined and judged, each engine in a process of its own.

`process` is `lineage link` without an engine; the others are `lineage link --engine NAME`. Every run must find the same
links. Engines run in turn, so that whatever else the machine does hits all of them; the median of the rounds counts.
`bands` is the band join alone: signatures to candidate pairs, for prompts and responses.

    python tests/bench/bench_engine.py [--samples 20000] [--rounds 3] [--engines process local daft ray]
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parents[2] / "docs" / "results" / "engine.json"
ENGINES = ("process", "local", "daft", "ray")


def digest(pairs: tuple) -> str:
    """Name the links found: every pair of rows with its relation and measures."""
    found = hashlib.blake2b(digest_size=8)
    for pair in pairs:
        for column in pair.table.columns:
            found.update(repr(column.to_pylist()).encode())
    return found.hexdigest()


def in_process(sources: tuple[str, ...]) -> dict[str, Any]:
    from lineage.link.corpus import load_corpus
    from lineage.link.link import link

    start = time.perf_counter()
    corpora = [load_corpus(source) for source in sources]
    read = time.perf_counter()
    result = link(corpora)
    return {"read_s": read - start, "total_s": time.perf_counter() - start, "links": digest(result.pairs)}


def on_engine(name: str, sources: tuple[str, ...], work: Path) -> dict[str, Any]:
    """Run a job; when its parts were complete is read from the notes that it leaves."""
    from lineage.engine.choose import open_engine
    from lineage.link.distributed import Job, link_on

    start = time.perf_counter()
    engine = open_engine(name)  # type: ignore[arg-type]
    opened = time.perf_counter()
    began = time.time()
    result = link_on(engine, Job(sources, str(work))).result
    total = time.perf_counter() - opened

    def at(note: str) -> float:
        return (work / f"{note}.complete").stat().st_mtime - began

    read = max(note.stat().st_mtime for note in (work / "rows").glob("*.json")) - began
    bands = at("prompt-candidates") - read + at("response-candidates") - at("prompt-counted")
    return {
        "start_s": opened - start, "read_s": read, "bands_s": bands,
        "count_s": at("response-counted") - read - bands, "judge_s": at("judged") - at("response-counted"),
        "total_s": total, "links": digest(result.pairs),
    }  # fmt: skip


def run(name: str, data: Path) -> None:
    """Warm up on the small datasets, so that kernels are loaded and workers are there, then measure the others."""
    start, found = 0.0, {}
    for part in ("small", "large"):
        sources = (str(data / part / "a"), str(data / part / "b"))
        with tempfile.TemporaryDirectory(dir=data) as work:
            found = in_process(sources) if name == "process" else on_engine(name, sources, Path(work))
        start = start or found.get("start_s", 0.0)
    print(json.dumps(found | {"start_s": start, "cpu_s": time.process_time()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=list(ENGINES), choices=ENGINES)
    parser.add_argument("--place", help="folder for the made-up data, some 3 kB a sample")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run[0], Path(options.run[1]))
        return
    from spread import write_files

    runs: dict[str, list[dict[str, float]]] = {name: [] for name in options.engines}
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root), "RAY_DEDUP_LOGS": "0"}
    with tempfile.TemporaryDirectory(dir=options.place) as folder:
        write_files(Path(folder) / "small", 400)
        write_files(Path(folder) / "large", options.samples)
        for _ in range(options.rounds):
            for name in options.engines:
                command = [sys.executable, __file__, "--run", name, folder]
                done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
                if done.returncode:
                    sys.exit(done.stderr)
                runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    if len({one["links"] for several in runs.values() for one in several}) != 1:
        sys.exit("the engines found different links")
    medians = {
        name: {
            what: round(statistics.median(one[what] for one in several), 3) for what in several[0] if what != "links"
        }
        for name, several in runs.items()
    }
    for name, found in medians.items():
        print(f"{name:8} " + ", ".join(f"{what.removesuffix('_s')} {took:.2f}" for what, took in found.items()))
    document = {"samples": options.samples, "cores": os.cpu_count(), "rounds": options.rounds, "seconds": medians}
    RESULT.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()

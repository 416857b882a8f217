"""A model on paper of linking a billion samples on a cluster, checked against what is measured on this machine.

Each stage is said to cost a fixed time and a time for each sample, and to move a number of bytes for each; both are
taken from the two smallest sizes measured, and predict the larger ones. Then they are carried on to a cluster, whose
nodes, network, storage and price are parameters: none of them is measured here.

    python tests/bench/bench_cluster_model.py [--samples 20000 50000 100000] [--nodes 32 --cores 16 ...]
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

RESULT = Path(__file__).parents[2] / "docs" / "results" / "cluster_model.json"
STAGES = ("read", "bands", "count", "judge")
# What a stage reads from storage and writes to it, and what it sends over the network, in bytes a sample.
BYTES = ("source", "kept", "moved", "fetched", "text")


@dataclass(frozen=True)
class Cluster:
    """Assumptions. network, storage: of one node. efficiency: the part of the cores' time that is work."""

    nodes: int
    cores: int
    network_gbit: float
    storage_mb: float
    core_hour: float
    storage_gb_month: float
    efficiency: float


def run(folder: Path, samples: int) -> None:
    """Link two made-up datasets stage by stage, and print what each took and moved."""
    from spread import MeteredEngine, Tally, text_bytes, write_files

    from lineage.link.distributed import Job, link_on
    from lineage.link.ingest import VIEWS, Intake, ingest
    from lineage.link.nearby import find_near
    from lineage.link.options import DEFAULT_OPTIONS
    from lineage.records.read import open_records

    write_files(folder / "small", 400)
    link_on(MeteredEngine(Tally()), Job((str(folder / "small/a"), str(folder / "small/b")), str(folder / "warm")))
    sources = write_files(folder / "data", samples)
    tally, work = Tally(), folder / "work"
    engine, job = MeteredEngine(tally), Job(sources, str(work))
    took: dict[str, tuple[float, float]] = {}

    def timed(stage: str, start: tuple[float, float]) -> tuple[float, float]:
        now = (time.process_time(), time.perf_counter())
        before = took.get(stage, (0.0, 0.0))
        took[stage] = (before[0] + now[0] - start[0], before[1] + now[1] - start[1])
        return (time.process_time(), time.perf_counter())

    clock = (time.process_time(), time.perf_counter())
    parts = ingest(engine, [open_records(source).files for source in sources], Intake(job.work))
    clock = timed("read", clock)
    for view in VIEWS:
        began = time.time()
        find_near(engine, parts, view, intake=Intake(job.work), options=DEFAULT_OPTIONS)
        bands = (work / f"{view}-candidates.complete").stat().st_mtime - began
        # Wall time tells the two halves apart; the processor's is shared out alike.
        cpu, wall = time.process_time() - clock[0], time.perf_counter() - clock[1]
        for stage, part in (("bands", bands / wall), ("count", 1 - bands / wall)):
            before = took.get(stage, (0.0, 0.0))
            took[stage] = (before[0] + cpu * part, before[1] + wall * part)
        clock = (time.process_time(), time.perf_counter())
    result = link_on(engine, job).result
    timed("judge", clock)
    sizes = {
        "source": sum(file.stat().st_size for source in sources for file in Path(source).iterdir()),
        "kept": sum(file.stat().st_size for file in (work / "rows").glob("*.parquet")),
        "moved": tally.total,
        "fetched": sum(file.stat().st_size for view in VIEWS for file in (work / f"{view}-texts").glob("*.parquet")),
        "text": text_bytes(sources),
    }
    rows = sum(part.rows for part in parts)
    document = {
        "samples": rows, "cpu_s": {stage: took[stage][0] for stage in STAGES},
        "wall_s": {stage: took[stage][1] for stage in STAGES}, "bytes": sizes, "moved_by": tally.moved,
        "pairs": result.pairs[0].table.num_rows,
    }  # fmt: skip
    print(json.dumps(document))


def line(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the fixed part and the slope of the straight line through the two smallest sizes, neither below zero."""
    (n, y), *more = points
    if not more:
        return 0.0, y / n
    m, z = more[0]
    slope = max((z - y) / (m - n), 0.0)
    return max(y - slope * n, 0.0), slope


def predict(fitted: tuple[float, float], samples: float) -> float:
    return fitted[0] + fitted[1] * samples


def compare(runs: list[dict], lines: dict[str, dict[str, tuple[float, float]]]) -> None:
    """Print what the two smallest sizes predict of each size, and what was measured."""
    print(f"{'samples':>11}  " + "  ".join(f"{name:>20}" for name in (*STAGES, "moved")) + "   (predicted : measured)")
    for one in runs:
        cpu = lines["cpu_s"]
        cells = [f"{predict(cpu[stage], one['samples']):8.1f} : {one['cpu_s'][stage]:.1f} s" for stage in STAGES]
        moved = predict(lines["bytes"]["moved"], one["samples"]) / 1e6
        cells.append(f"{moved:8.0f} : {one['bytes']['moved'] / 1e6:.0f} MB")
        print(f"{one['samples']:11,}  " + "  ".join(f"{cell:>20}" for cell in cells))


def on_paper(
    lines: dict[str, dict[str, tuple[float, float]]], samples: float, datasets: int, cluster: Cluster
) -> dict[str, float]:
    """Say what linking so many samples in so many datasets of one size takes.

    Every dataset is compared with every other: a sample is judged datasets - 1 times, where the run had it judged once;
    and two datasets are judged on one node, however many nodes there are. Slopes are carried on as they are; what grows
    faster, as pairs inside large families do, the model does not know. Stages wait for each other; inside one, reading,
    sending and computing overlap in part, so their sum is an upper bound.
    """
    cpu = {stage: predict(lines["cpu_s"][stage], samples) / cluster.efficiency / 3600 for stage in STAGES}
    size = {name: predict(lines["bytes"][name], samples) for name in BYTES}
    spread = cpu["read"] + cpu["bands"] + cpu["count"]
    one_pair = cpu["judge"] * 2 / datasets
    waves = math.ceil(datasets * (datasets - 1) / 2 / cluster.nodes)
    stored = size["source"] + 2 * size["kept"] + 2 * size["fetched"] + size["kept"] * (datasets - 1)
    hours = {
        "spread": spread / (cluster.nodes * cluster.cores),
        "judging": waves * one_pair / cluster.cores,
        "network": size["moved"] / (cluster.nodes * cluster.network_gbit / 8 * 1e9) / 3600,
        "storage": stored / (cluster.nodes * cluster.storage_mb * 1e6) / 3600,
    }
    total = sum(hours.values())
    kept = (size["kept"] + size["fetched"]) / 1e9 * cluster.storage_gb_month * total / 730
    return {
        "core hours spread": spread, "core hours judging": cpu["judge"] * (datasets - 1),
        "TB of text": size["text"] / 1e12, "TB from and to storage": stored / 1e12, "TB moved": size["moved"] / 1e12,
        "TB on a node's disk": 2 / datasets * (size["text"] + 700 * samples) / 1e12,
        **{f"hours {name}": value for name, value in hours.items()}, "hours": total,
        "cost": total * cluster.nodes * cluster.cores * cluster.core_hour + kept,
    }  # fmt: skip


def measure(sizes: list[int], place: str | None) -> list[dict]:
    runs = []
    for samples in sizes:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
            command = [sys.executable, __file__, "--run", folder, str(samples)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
            if done.returncode:
                sys.exit(done.stderr)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, nargs="*", default=[20_000, 50_000, 100_000])
    parser.add_argument("--target", type=float, default=1e9, help="samples on paper")
    parser.add_argument("--datasets", type=int, nargs="*", default=[2, 10, 50])
    parser.add_argument("--nodes", type=int, default=32)
    parser.add_argument("--cores", type=int, default=16)
    parser.add_argument("--network-gbit", type=float, default=10.0)
    parser.add_argument("--storage-mb", type=float, default=500.0, help="MB a second and node from the object store")
    parser.add_argument("--core-hour", type=float, default=0.05, help="price of a core for an hour")
    parser.add_argument("--storage-gb-month", type=float, default=0.023, help="price of a GB kept for a month")
    parser.add_argument("--efficiency", type=float, default=0.5)
    parser.add_argument("--place", help="folder for the made-up data, some 6 kB a sample")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(Path(options.run[0]), int(options.run[1]))
        return
    runs = measure(sorted(options.samples), options.place)
    lines = {
        what: {name: line([(one["samples"], one[what][name]) for one in runs]) for name in names}
        for what, names in (("cpu_s", STAGES), ("bytes", BYTES))
    }
    compare(runs, lines)
    cluster = Cluster(
        options.nodes, options.cores, options.network_gbit, options.storage_mb, options.core_hour,
        options.storage_gb_month, options.efficiency,
    )  # fmt: skip
    largest = runs[-2:] if len(runs) > 1 else runs
    slopes = {
        what: {name: line([(one["samples"], one[what][name]) for one in largest]) for name in names}
        for what, names in (("cpu_s", STAGES), ("bytes", BYTES))
    }
    paper = {str(count): on_paper(slopes, options.target, count, cluster) for count in options.datasets}
    nodes = f"{cluster.nodes} nodes of {cluster.cores} cores"
    print(f"\n{options.target:,.0f} samples on {nodes}, carried on from the two largest sizes, by number of datasets:")
    for name in next(iter(paper.values())):
        print(f"  {name:24}" + "".join(f"{count:>6}: {found[name]:<12,.2f}" for count, found in paper.items()))
    document = {"runs": runs, "predicted_from": runs[0:2] and [one["samples"] for one in runs[:2]],
                "assumptions": vars(cluster), "target": options.target, "on_paper": paper}  # fmt: skip
    RESULT.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()

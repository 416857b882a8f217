"""From files to pairs of near-duplicates: this project against the tools people use for it, on one pile of texts.

    python tests/bench/bench_peers.py [--rows 20000 …] [--data FILE] [--only TOOL …] [--rounds 3] [--timeout 900]

Every tool gets the same Parquet file and runs in a process and an environment of its own (made by pip on first use, in
the user's cache folder). The clock runs from the closed file to the pairs in memory, without imports; of a file under
64 MB it is the second run of the process. Pairs are held
against the exact truth: every pair of different texts whose sets of 5-word shingles have a Jaccard of 0.7 or more.
Tools that return clusters are taken to mean every pair of a cluster. Copies word for word are left out: all find them.
Rounds are interleaved, results kept after each run in docs/results/peers.json, and runs that are there are not done
again (--again does them again). What does not end in time or memory is reported as such; nothing is extrapolated.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent / "peers"))

from corpus import write_corpus
from tools import CACHE, HERE, TOOLS, Tool, python_of
from truth import Truth, read_truth, write_truth
from watch import watch

RESULT = Path(__file__).parents[2] / "docs" / "results" / "peers.json"
THRESHOLD = 0.7
Document = dict[str, Any]
Ints = npt.NDArray[np.int64]


def pile(rows: int | None, data: str | None) -> tuple[str, Path, Truth]:
    """Make a corpus and its truth, or take what was made before; name it."""
    name = f"{Path(data).stem if data else 'synthetic'} {rows or 'all'}"
    sources = [HERE / "corpus.py", HERE / "truth.py", *([Path(data)] if data else [])]
    digest = hashlib.blake2b(b"".join(one.read_bytes() for one in sources), digest_size=6).hexdigest()
    folder = CACHE / "piles"
    folder.mkdir(parents=True, exist_ok=True)
    corpus = folder / f"{name.replace(' ', '-')}-{digest}.parquet"
    truth = corpus.with_suffix(".npz")
    if not corpus.exists():
        write_corpus(corpus, rows, data)
    return name, corpus, read_truth(truth) if truth.exists() else write_truth(corpus, truth, THRESHOLD)


def once(tool: Tool, corpus: Path, truth: Truth, limits: argparse.Namespace) -> Document:
    """Run a tool once; the document says what it took and how right it was, or why there is nothing to say."""
    out = CACHE / "found.npz"
    command = [python_of(tool), HERE / "child.py", tool.module, tool.function, corpus, out]
    seen = watch(
        [str(part) for part in command], timeout_s=limits.timeout, memory_bytes=int(limits.memory * 2**30),
        log=CACHE / "log.txt",
    )  # fmt: skip
    if seen.stopped or seen.returncode:
        reason = seen.stopped or (seen.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return {"failed": reason[:300], "peak_mb": seen.peak_bytes / 1e6}
    told = json.loads(seen.stdout.strip().splitlines()[-1])
    version = told.pop("installed").get(tool.package, "this tree")
    # What is missing from the process's own count is of workers that it did not wait for.
    told["cpu_s"] += max(0.0, seen.others_cpu_s - told.pop("children_cpu_s"))
    with np.load(out) as found:
        clustered = "clusters" in found
        score = of_clusters(found["clusters"], truth) if clustered else of_pairs(found["a"], found["b"], truth)
    out.unlink()
    return {**told, "peak_mb": seen.peak_bytes / 1e6, **score, "version": version}


def of_pairs(a: Ints, b: Ints, truth: Truth) -> Document:
    """Score pairs of rows, of which those with a later copy of another text are left out."""
    rows = len(truth.stands_for)
    own = truth.stands_for == np.arange(rows)
    kept = own[a] & own[b] & (a != b)
    found = np.unique(np.minimum(a[kept], b[kept]) * rows + np.maximum(a[kept], b[kept]))
    right = int(np.isin(truth.a * rows + truth.b, found, assume_unique=True).sum())
    return scored(right, len(found), len(truth.a))


def of_clusters(clusters: Ints, truth: Truth) -> Document:
    """Score clusters as all the pairs that they imply."""
    labels = np.full(len(truth.stands_for), -1, np.int64)
    labels[: len(clusters)] = clusters
    right = int(((labels[truth.a] == labels[truth.b]) & (labels[truth.a] >= 0)).sum())
    members = labels[(truth.stands_for == np.arange(len(labels))) & (labels >= 0)]
    sizes = np.unique(members, return_counts=True)[1]
    return scored(right, int((sizes * (sizes - 1) // 2).sum()), len(truth.a)) | {"largest": int(sizes.max(initial=0))}


def scored(right: int, found: int, true: int) -> Document:
    """Return recall and precision; None where there is nothing that they could be a share of."""
    return {"pairs": found, "recall": right / true if true else None, "precision": right / found if found else None}


def median(runs: list[Document]) -> Document:
    """Summarise the rounds of a tool: medians of what they took, the last round's pairs."""
    if any("failed" in run for run in runs):
        return next(run for run in runs if "failed" in run)
    keys = ("wall_s", "cpu_s", "peak_mb")
    scores = {(run["pairs"], run["recall"]) for run in runs}
    note = {"differs": "" if len(scores) == 1 else ", not the same each time"}
    return runs[-1] | note | {key: statistics.median(run[key] for run in runs) for key in keys}


def table(tools: Document, name: str, about: Document) -> str:
    """Return the results of one pile as a Markdown table; ratios are to the first row."""
    lines = [
        f"\n{name}: {about['texts']:,} texts, {about['bytes'] / 1e6:.0f} MB, {about['true_pairs']:,} true pairs",
        "",
        "| tool | version | what | rounds | wall s | × | CPU s | × | peak MB | × | pairs | recall | precision |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    ours = median(tools["lineage"]["runs"]) if "lineage" in tools else {"failed": ""}
    for label in [label for label in TOOLS if label in tools]:
        runs = tools[label]["runs"]
        one = median(runs)
        says = TOOLS[label].says + one.get("differs", "")
        head = f"| {label} | {one.get('version', '')} | {says} | {len(runs)} |"
        if "failed" in one:
            lines.append(f"{head} {one['failed']} | | | | {one['peak_mb']:,.0f} | | | | |")
            continue
        taken = " ".join(
            f"{one[key]:,.{digits}f} | {'' if 'failed' in ours else format(one[key] / ours[key], ',.1f')} |"
            for key, digits in (("wall_s", 2), ("cpu_s", 2), ("peak_mb", 0))
        )
        lines.append(f"{head} {taken} {one['pairs']:,} | {share(one['recall'])} | {share(one['precision'])} |")
    return "\n".join(lines)


def share(part: float | None) -> str:
    return "–" if part is None else f"{part:.4f}"


def machine() -> Document:
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "cpu": model[0].partition(":")[2].strip() if model else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "python": platform.python_version(),
    }


def measure(rows: int | None, given: argparse.Namespace, results: Document) -> None:
    """Measure all tools on one pile, keeping the results after every run."""
    name, corpus, truth = pile(rows, given.data)
    entry = results.setdefault(name, {"tools": {}})
    size = {"texts": len(truth.stands_for), "bytes": _text_bytes(corpus)}
    about = {**size, "true_pairs": len(truth.a), "file": corpus.name}
    if entry.get("about", about) != about:
        entry["tools"] = {}
    entry |= {"about": about, "machine": machine()}
    if given.again:
        entry["tools"] = {label: one for label, one in entry["tools"].items() if label not in given.only}
    for turn in range(given.rounds):
        for label in given.only:
            runs = entry["tools"].setdefault(label, {"runs": []})["runs"]
            over = time.monotonic() - given.begun > given.budget
            if len(runs) > turn or over or any("failed" in run for run in runs):
                continue
            runs.append(once(TOOLS[label], corpus, truth, given))
            given.out.write_text(json.dumps(results, indent=1) + "\n")
            print(f"{name}, {label}, round {turn + 1}: {_short(runs[-1])}", file=sys.stderr, flush=True)
    entry["tools"] = {label: one for label, one in entry["tools"].items() if one["runs"]}
    print(table(entry["tools"], name, about))


def _text_bytes(corpus: Path) -> int:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    return int(pc.sum(pc.binary_length(pq.read_table(corpus)["text"])).as_py())


def _short(run: Document) -> str:
    if "failed" in run:
        return str(run["failed"])
    took = f"{run['wall_s']:.2f} s, {run['peak_mb']:.0f} MB"
    return f"{took}, recall {share(run['recall'])}, precision {share(run['precision'])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", help="sizes of made-up piles, or of --data")
    parser.add_argument("--data", help="a file of records instead of made-up texts")
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS), metavar="TOOL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run of one tool")
    parser.add_argument("--memory", type=float, default=16, help="GiB for one run of one tool")
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds after which no run is started")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--again", action="store_true", help="measure again what has been measured")
    given = parser.parse_args()
    given.begun = time.monotonic()
    results: Document = json.loads(given.out.read_text()) if given.out.exists() else {}
    for rows in given.rows or [None if given.data else 20_000]:
        measure(rows, given, results)
    given.out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()

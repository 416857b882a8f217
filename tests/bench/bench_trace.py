"""Where does this text come from: time to answer over an index of many samples, warm in a process and as a command.

Texts are made up over a vocabulary with Zipf's frequencies; a fifth of them are edited copies of others, and a tenth of
the prompts are filled templates, so that questions meet families and not only singles. A question is a stored text as
it is, one with 5 % of its words replaced, a third cut from the middle, or a text that is nowhere, a quarter each.

    python tests/bench/bench_trace.py [--samples 1000000] [--datasets 10] [--questions 2000] [--folder DIR]
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from lineage.fingerprint.card import CardMeta, CardParams
from lineage.index.segment import open_segment
from lineage.index.writer import writing_segment
from lineage.records.schema import SAMPLES
from lineage.store import ledger
from lineage.store.connect import reading
from lineage.store.database import writing
from lineage.store.facts import NewVersion
from lineage.store.workspace import Workspace, find_workspace
from lineage.trace.compiled import Compiled
from lineage.trace.registered import open_tracer
from lineage.trace.tracer import Tracer

RESULT = Path(__file__).parents[2] / "docs" / "results" / "trace.json"
BATCH = 8192
COMMANDS = 7


class Maker:
    """Makes texts; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
        lengths = self.rng.integers(2, 11, 20_000)
        self.words = np.array(["".join(self.rng.choice(letters, n)) for n in lengths], object)
        odds = 1 / (np.arange(len(self.words)) + 10)
        self.reach = np.cumsum(odds / odds.sum())

    def draw(self, lengths: np.ndarray) -> list[np.ndarray]:
        found = self.words[
            np.searchsorted(self.reach, self.rng.random(int(lengths.sum()))).clip(0, len(self.words) - 1)
        ]
        return np.split(found, np.cumsum(lengths)[:-1])

    def edit(self, words: np.ndarray, share: float) -> np.ndarray:
        changed = words.copy()
        where = self.rng.random(len(words)) < share
        changed[where] = self.words[self.rng.integers(0, len(self.words), int(where.sum()))]
        return changed

    def batch(self, first: int, rows: int) -> pa.RecordBatch:
        prompts = self.draw(self.rng.integers(8, 40, rows))
        responses = self.draw(self.rng.lognormal(4.6, 0.7, rows).clip(10, 600).astype(int))
        for row in range(1, rows):
            if row % 5 == 0:
                other = int(self.rng.integers(0, row))
                prompts[row], responses[row] = self.edit(prompts[other], 0.03), self.edit(responses[other], 0.03)
            elif row % 10 == 1:
                prompts[row] = np.concatenate([self.words[500:520], prompts[row][:6]])
        texts = [[" ".join(words) for words in part] for part in (prompts, responses)]
        ids = [hashlib.blake2b(f"{first + row}".encode(), digest_size=16).digest() for row in range(rows)]
        columns = [[0] * rows, list(range(first, first + rows)), ids, *texts]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SAMPLES, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=SAMPLES)


def build(workspace: Workspace, samples: int, datasets: int) -> dict[str, float]:
    """Index made-up datasets and register them; returns seconds spent indexing, and sizes."""
    spent, text_bytes = 0.0, 0
    for number in range(datasets):
        maker, rows = Maker(number), samples // datasets
        with writing_segment(workspace.index, CardParams()) as writer:
            for first in range(0, rows, BATCH):
                batch = maker.batch(number * rows + first, min(BATCH, rows - first))
                text_bytes += sum(batch.column(view).nbytes for view in ("prompt", "response"))
                start = time.perf_counter()
                writer.rows.add(batch)
                spent += time.perf_counter() - start
            start = time.perf_counter()
            writer.finish(CardMeta("", "", 0, CardParams()))
            segment = open_segment(writer.publish())
            spent += time.perf_counter() - start
        with writing(workspace) as session:
            content = NewVersion(segment.meta.digest, rows, rows, rows, {"files": []})
            ledger.add_version(session, f"made-up-{number}", content, dt.datetime.now(dt.UTC))
    size = sum(path.stat().st_size for path in workspace.index.rglob("*") if path.is_file())
    return {"seconds": spent, "text_bytes": text_bytes, "index_bytes": size}


def questions(tracer: Tracer, count: int) -> Iterator[tuple[str, str]]:
    maker = Maker(99)
    for number in range(count):
        place = int(maker.rng.integers(0, len(tracer.datasets)))
        view = "prompt" if number % 8 < 4 else "response"
        text = tracer.text(place, int(maker.rng.integers(0, len(tracer.datasets[place].segment))), view)
        words = np.array(text.split(), object)
        cut = len(words) // 3
        made = {
            0: ("copy", words),
            1: ("edited", maker.edit(words, 0.05)),
            2: ("part", words[cut : max(2 * cut, cut + 12)]),
            3: ("unknown", maker.draw(np.array([len(words)]))[0]),
        }[number % 4]
        yield made[0], " ".join(made[1])


def ask(tracer: Tracer, count: int) -> dict[str, object]:
    """Ask every question; times in milliseconds, by kind, and how many were answered with a match."""
    asked = list(questions(tracer, count))
    for _, text in asked[:20]:
        tracer.trace(text)
    times: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for kind, text in asked:
        start = time.perf_counter()
        trace = tracer.trace(text)
        times.setdefault(kind, []).append((time.perf_counter() - start) * 1e3)
        found[kind] = found.get(kind, 0) + bool(trace.hits)
    every = [one for part in times.values() for one in part]
    return {"all": quantiles(every)} | {
        kind: quantiles(part) | {"asked": len(part), "found": found[kind]} for kind, part in times.items()
    }


def quantiles(values: list[float]) -> dict[str, float]:
    return {f"p{share}_ms": round(float(np.quantile(values, share / 100)), 3) for share in (50, 95, 99)}


def command_seconds(workspace: Workspace, text: str) -> list[float]:
    """Time the whole command, each in a process of its own; the first one, which warms the disk's cache, left out."""
    command = [sys.executable, "-m", "lineage", "trace", text, "--json"]
    spent = []
    for _ in range(COMMANDS + 1):
        start = time.perf_counter()
        env = os.environ | {"LINEAGE_HOME": str(workspace.root)}
        done = subprocess.run(command, env=env, check=True, capture_output=True)
        spent.append(time.perf_counter() - start)
        assert json.loads(done.stdout)["found"]
    return sorted(spent[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--datasets", type=int, default=10)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--folder", help="keep the index here, and use it when it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        workspace = find_workspace(given.folder or temporary, {})
        built = {} if workspace.index.exists() else build(workspace, given.samples, given.datasets)
        with reading(workspace) as session:
            start = time.perf_counter()
            tracer = open_tracer(session, workspace, Compiled()).tracer
            opened = (time.perf_counter() - start) * 1e3
            warm = ask(tracer, given.questions)
            copy = next(text for kind, text in questions(tracer, 1))
        command = command_seconds(workspace, copy)
    result = {
        "samples": tracer.samples,
        "datasets": len(tracer.datasets),
        "open_ms": round(opened, 1),
        "warm": warm,
        "command_s": {"median": round(statistics.median(command), 3), "worst": round(command[-1], 3)},
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if built:
        beside = (built["index_bytes"] - built["text_bytes"]) / tracer.samples
        result["build"] = {
            "samples_per_s": round(tracer.samples / built["seconds"]),
            "bytes_per_sample_beside_text": round(beside),
            "text_bytes_per_sample": round(built["text_bytes"] / tracer.samples),
        }
    print(json.dumps(result, indent=1))
    if built and given.samples >= 1_000_000:
        RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

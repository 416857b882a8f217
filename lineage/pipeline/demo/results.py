"""The files a demo leaves in its folder, read back: what the score and the page are made from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.errors import RecordError
from lineage.pipeline.demo.score import Pair, Score, score
from lineage.pipeline.demo.truth import Truth, read_truth
from lineage.pipeline.records import StageRecord, read_record
from lineage.pipeline.runner import MANIFEST
from lineage.records.read import open_records
from lineage.records.sample import Sample


@dataclass(frozen=True, slots=True)
class Results:
    """All results of one demo. texts: samples by dataset name; records: of the stages that ran, in that order."""

    truth: Truth
    links: tuple[Mapping[str, object], ...]
    linking: Mapping[str, object]
    who: Mapping[str, object]
    texts: Mapping[str, tuple[Sample, ...]]
    records: tuple[StageRecord, ...]

    def pairs(self) -> list[Pair]:
        """Return the links that lead into the lab's set."""
        return pairs_into(self.truth.name, self.links)

    def shares(self) -> Sequence[Mapping[str, Any]]:
        """Return who wrote the lab's set, as the graph says."""
        shares = self.who.get("shares")
        return shares if isinstance(shares, list) else []

    def score(self) -> Score:
        """Compare what was found with what was planted."""
        return score(self.truth, self.pairs(), self.shares())


def read_results(folder: Path, *, benchmark: str) -> Results:
    """Read a demo's folder; `benchmark` is the source of the benchmark's texts.

    Raises RecordError naming the file that is missing and the command that writes it.
    """
    truth = read_truth(folder / "truth.json")
    corpus, lab = str(folder / "corpus.jsonl"), str(folder / "lab.jsonl")
    sources = {truth.corpus: corpus, truth.name: lab, truth.benchmark: benchmark}
    return Results(
        truth=truth,
        links=read_links(folder / "links.parquet"),
        linking=read_json(folder / "links.json", "lineage link … --json"),
        who=read_json(folder / "who.json", "lineage graph who … --json"),
        texts={name: tuple(row.sample for row in open_records(source).rows()) for name, source in sources.items()},
        records=_records(folder / MANIFEST),
    )


def read_links(path: Path) -> tuple[Mapping[str, object], ...]:
    """Read the pairs of rows that `lineage link -o` wrote."""
    try:
        return tuple(pq.read_table(path).to_pylist())
    except (OSError, pa.ArrowException) as error:
        raise RecordError(f"{path}: no links ({error}); write them with `lineage link … -o {path}`") from error


def read_json(path: Path, command: str) -> Mapping[str, object]:
    """Read one JSON document; `command` is what writes it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: no JSON document ({error}); write it with `{command} > {path}`") from error
    if not isinstance(document, dict):
        raise RecordError(f"{path}: a JSON object is expected; write it with `{command} > {path}`")
    return document


def pairs_into(lab: str, links: tuple[Mapping[str, object], ...]) -> list[Pair]:
    """Turn the links that lead into one dataset so that its rows come second."""
    pairs = []
    for link in links:
        for here, there in (("b", "a"), ("a", "b")):
            if link[f"dataset_{here}"] == lab:
                origin, relation = str(link[f"dataset_{there}"]), str(link["relation"])
                pairs.append(Pair(origin, _row(link[f"row_{there}"]), _row(link[f"row_{here}"]), relation))
    return pairs


def _row(value: object) -> int:
    if not isinstance(value, int):
        raise RecordError(f"a row number is {value!r}; these links were not written by `lineage link`")
    return value


def _records(folder: Path) -> tuple[StageRecord, ...]:
    found = [record for file in folder.glob("*.json") if (record := read_record(file))]
    return tuple(sorted(found, key=lambda record: (record.started, record.stage)))

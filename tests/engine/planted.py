"""Datasets with planted relations in files, for linking on engines."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.link.corpus import load_corpus, tell_apart
from lineage.link.link import link
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.result import LinkResult
from tests.link.corpora import Row, edited, own_rows


def write_jsonl(path: Path, rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"prompt": a, "response": b}) + "\n" for a, b in rows), encoding="utf-8")


def write_planted(folder: Path) -> tuple[str, ...]:
    """Write three datasets: one file; a folder of JSONL and Parquet with copies and edits of it; one with its prompts.

    Rows repeat, texts are missing or empty, and some are not ASCII.
    """
    rng = random.Random(7)
    base = [*own_rows(rng, 240), ("Übersetze Größe", "die Größe " * 12), (None, "only a response " * 4), ("", "")]
    base += base[:15]
    write_jsonl(folder / "base.jsonl", base)
    changed: list[Row] = [(edited(rng, p or "x", 0.06), edited(rng, r or "x", 0.06)) for p, r in base[:80]]
    kept = [*base[100:150], *base[230:245]]
    write_jsonl(folder / "mixed" / "0.jsonl", [*changed, *own_rows(rng, 40)])
    table = {"prompt": [p for p, _ in kept], "response": [r for _, r in kept]}
    pq.write_table(pa.table(table), folder / "mixed" / "1.parquet")
    longer: list[Row] = [(f"{p} and explain each step with care please", None) for p, _ in base[20:60]]
    again: list[Row] = [(p, r) for (p, _), (_, r) in zip(base[60:200], own_rows(rng, 140), strict=True)]
    write_jsonl(folder / "answers.jsonl", [*again, *longer])
    return str(folder / "base.jsonl"), str(folder / "mixed"), str(folder / "answers.jsonl")


def write_crowded(folder: Path) -> tuple[str, ...]:
    """Write two datasets of edits of the same rows: every band has overfull buckets when few pairs are allowed."""
    rng = random.Random(3)
    (prompt, response), *_ = own_rows(rng, 1)
    for name in ("one", "two"):
        rows = [(edited(rng, prompt or "", 0.04), edited(rng, response or "", 0.04)) for _ in range(60)]
        shared = [(edited(random.Random(place), prompt or "", 0.04), "same") for place in range(20)]
        write_jsonl(folder / f"{name}.jsonl", [*rows, *shared] if name == "one" else [*shared[::-1], *rows])
    return str(folder / "one.jsonl"), str(folder / "two.jsonl")


def ordinary(sources: Sequence[str], options: LinkOptions = DEFAULT_OPTIONS) -> LinkResult:
    """Link in this process, as the command does without an engine."""
    corpora = [load_corpus(source) for source in sources]
    names = tell_apart([corpus.name for corpus in corpora], list(sources))
    renamed = [load_corpus(source, name=name) for source, name in zip(sources, names, strict=True)]
    return link(renamed, options=options)


def assert_same_links(found: LinkResult, expected: LinkResult) -> None:
    assert found.to_dict() == expected.to_dict()
    for one, other in zip(found.pairs, expected.pairs, strict=True):
        assert one.table.equals(other.table)

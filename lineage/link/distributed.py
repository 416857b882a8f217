"""Link datasets on an engine: the same links as `link` finds, with no process that holds the texts of all.

Files are read and signed where the workers are, and kept on storage that all of them reach (`ingest`). Pairs of texts
that are alike are found and counted by map, group and join (`nearby`). What that makes two datasets to each other is
decided by the code that decides it everywhere: for each two of them on some worker, which maps both from its own disk.
"""

import hashlib
import json
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from lineage.engine.files import exists, make_folder, read_bytes, write_bytes
from lineage.engine.flow import Engine
from lineage.engine.keep import keep
from lineage.errors import UsageError
from lineage.fingerprint.card import CardMeta
from lineage.index.spool import spool
from lineage.link.corpus import Corpus, corpus_of, is_card, tell_apart
from lineage.link.ingest import VIEWS, Intake, Part, ingest, samples_of
from lineage.link.link import link_pair, make_result
from lineage.link.nearby import Cuts, find_near, near_of
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions
from lineage.link.result import DatasetPair, LinkResult
from lineage.records.fields import Fields
from lineage.records.read import BadRow, OnBad, open_records

_PAIRS = pa.schema([pa.field("a", pa.int32()), pa.field("b", pa.int32())])
_JUDGED = pa.schema([*_PAIRS, pa.field("result", pa.large_binary())])


@dataclass(frozen=True, slots=True)
class Job:
    """What to link, and how its files are read; as for `load_corpus`.

    work: a folder (path or URL) that every worker can read and write; a run that was cut off goes on from it.
    dates: when each dataset was made; may be left out.
    """

    sources: tuple[str, ...]
    work: str
    dates: tuple[str | None, ...] = ()
    fields: Fields | None = None
    split: str | None = None
    on_bad: OnBad = "stop"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset as it was taken in."""

    name: str
    date: str | None
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """The number of its samples."""
        return sum(part.rows for part in self.parts)

    @property
    def bad(self) -> tuple[BadRow, ...]:
        """The rows that were skipped."""
        return tuple(one for part in self.parts for one in part.bad)


@dataclass(frozen=True)
class Linked:
    """The result, and the datasets in the order of the sources."""

    result: LinkResult
    datasets: tuple[Dataset, ...]

    @cached_property
    def corpora(self) -> list[Corpus]:
        """The datasets with their texts, mapped from temporary files of this machine: for writing or showing rows."""
        return [_corpus(dataset) for dataset in self.datasets]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a worker needs to compare two datasets. cuts: by view, what was left out between two datasets."""

    work: str
    datasets: tuple[Dataset, ...]
    cuts: tuple[Cuts, ...]
    options: LinkOptions


def link_on(engine: Engine, job: Job, *, options: LinkOptions = DEFAULT_OPTIONS) -> Linked:
    """Compare every two of the datasets on an engine.

    The links are those of `link`, whatever the engine and the number of its workers. Raises UsageError for fewer than
    two datasets, for cards (they hold no texts to compare), for the exact search (it is made for one process), and when
    the folder holds the work of another job; RecordError as `open_records`.
    """
    if len(job.sources) < 2:
        raise UsageError(f"linking on an engine needs two datasets or more, {len(job.sources)} given")
    cards = [source for source in job.sources if is_card(source)]
    if cards:
        raise UsageError(f"{cards[0]} is a card, and an engine links data with its texts; link cards without --engine")
    if options.exact:
        raise UsageError("the exact search is made for one process; leave out --engine or --exact")
    watched, options = options, replace(options, progress=None)  # workers tell nobody
    found = [open_records(source, fields=job.fields, split=job.split, on_bad=job.on_bad) for source in job.sources]
    files = [records.files for records in found]
    _claim(job, files, options)
    intake = Intake(job.work, fields=job.fields, split=job.split, on_bad=job.on_bad)
    watched.report("reading and signing", 0, 0)
    parts = ingest(engine, files, intake)
    cuts = []
    for view in VIEWS:
        watched.report(f"joining {view}s", 0, 0)
        cuts.append(find_near(engine, parts, view, intake=intake, options=options))
    watched.report("judging", 0, 0)
    names = tell_apart([records.name for records in found], list(job.sources))
    datasets = tuple(
        Dataset(name, date, tuple(part for part in parts if part.dataset == number))
        for number, (name, date) in enumerate(zip(names, job.dates or (None,) * len(names), strict=True))
    )
    pairs = _judged(engine, _Plan(job.work, datasets, tuple(cuts), options))
    rows = [(dataset.name, dataset.rows) for dataset in datasets]
    return Linked(make_result(rows, pairs, options, width=intake.params.num_perm), datasets)


def judge(batch: pa.RecordBatch, plan: _Plan) -> pa.RecordBatch:
    """Stage: compare two datasets, with the pairs of texts that were found."""
    results = [pickle.dumps(_judge(plan, row["a"], row["b"])) for row in batch.to_pylist()]
    return pa.RecordBatch.from_arrays([*batch.columns, pa.array(results, pa.large_binary())], schema=_JUDGED)


def _judge(plan: _Plan, number_a: int, number_b: int) -> DatasetPair:
    a, b = plan.datasets[number_a], plan.datasets[number_b]
    prompts, responses = (
        near_of(plan.work, view, (a.parts, b.parts), cuts.get((number_a, number_b), 0))
        for view, cuts in zip(VIEWS, plan.cuts, strict=True)
    )
    return link_pair(replace(_corpus(a), near=(prompts, responses)), _corpus(b), options=plan.options)


def _corpus(dataset: Dataset) -> Corpus:
    """Bring a dataset to this machine: fingerprints and texts in temporary files, mapped."""
    kept = spool(samples_of(dataset.parts))
    meta = CardMeta(dataset.name, kept.digest, kept.rows, kept.params, date=dataset.date)
    return corpus_of(kept.columns, meta, bad=dataset.bad)


def _judged(engine: Engine, plan: _Plan) -> tuple[DatasetPair, ...]:
    numbers = list(combinations(range(len(plan.datasets)), 2))
    columns = [pa.array(side, pa.int32()) for side in zip(*numbers, strict=True)]
    table = pa.Table.from_arrays(columns, schema=_PAIRS)
    flow = engine.table(table, split=1).map(partial(judge, plan=plan), _JUDGED, rows=1)
    results = {}
    for batch in keep(engine, flow, f"{plan.work}/judged").batches():
        for row in batch.to_pylist():
            # What our own workers wrote, in a folder that only they write to.
            results[row["a"], row["b"]] = pickle.loads(row["result"])  # noqa: S301
    return tuple(results[pair] for pair in numbers)


def _claim(job: Job, files: Sequence[Sequence[str]], options: LinkOptions) -> None:
    """Make the folder this job's own, or make sure that it is.

    Files of this machine are told apart by size and time, others by name only.
    """
    # Memory and threads decide nothing, so a run may go on with others.
    deciding = replace(options, memory=DEFAULT_OPTIONS.memory, threads=None)
    said = {"files": [[file, _state(file)] for several in files for file in several], "options": repr(deciding)}
    asked = json.dumps(asdict(job) | said | {"work": "", "dates": job.dates}, sort_keys=True, default=str)
    digest = hashlib.blake2b(asked.encode(), digest_size=16).hexdigest().encode()
    note = f"{job.work}/job"
    if not exists(note):
        make_folder(job.work)
        write_bytes(note, digest)
    elif read_bytes(note) != digest:
        raise UsageError(f"{job.work} holds the work of another job; name another folder, or empty it")


def _state(file: str) -> tuple[int, int] | None:
    path = Path(file)
    if not path.is_file():
        return None
    found = path.stat()
    return found.st_size, found.st_mtime_ns

"""Reading data sources where the workers are: each file is read once, signed, and kept as Parquet on shared storage.

A row's place is its file's number and its number in that file: `part << PLACE_BITS | row`. Places of one dataset ascend
with its rows.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from lineage.engine.files import exists, make_folder, read_bytes, read_parquet, write_bytes, write_parquet
from lineage.engine.flow import Engine
from lineage.errors import LineageError, RecordError
from lineage.fingerprint.card import CardParams
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS
from lineage.fingerprint.minhash import sign
from lineage.link.arrays import Ints
from lineage.link.stages import bytes_of_rows
from lineage.records.fields import Fields
from lineage.records.read import BadRow, OnBad, open_records
from lineage.records.schema import SAMPLES
from lineage.text.models import text_model

PLACE_BITS = 40
VIEWS = ("prompt", "response")

_FILES = pa.schema(
    [
        *(pa.field(name, pa.int32()) for name in ("dataset", "part", "source")),
        pa.field("file", pa.large_string()),
    ]
)
_DONE = pa.schema([pa.field("part", pa.int32()), pa.field("fault", pa.large_string())])
_SIGNED = pa.schema(
    [
        *(pa.field(name, pa.uint64()) for name in ("high", "low")),
        pa.field("count", pa.int32()),
        pa.field("minima", pa.large_binary()),
    ]
)
KEPT = pa.schema(
    [
        pa.field("dataset", pa.int32()),
        pa.field("place", pa.int64()),
        *SAMPLES,
        *(pa.field(f"{view}_{field.name}", field.type) for view in VIEWS for field in _SIGNED),
    ]
)


@dataclass(frozen=True, slots=True)
class Intake:
    """Where rows are kept, and how they are read and signed; as for `open_records` and `fingerprint`."""

    folder: str
    params: CardParams = DEFAULT_PARAMS
    fields: Fields | None = None
    split: str | None = None
    on_bad: OnBad = "stop"

    def model(self, view: str) -> str:
        """Name the text model of a view."""
        return self.params.prompt_model if view == "prompt" else self.params.response_model


@dataclass(frozen=True, slots=True)
class Part:
    """One file that was read: its dataset and number, its rows, those that were skipped, and where it is kept."""

    dataset: int
    number: int
    rows: int
    bad: tuple[BadRow, ...]
    kept: str


def ingest(engine: Engine, files: Sequence[Sequence[str]], intake: Intake) -> list[Part]:
    """Read the files of every dataset on the engine's workers; return the parts in order.

    What a run before has kept in the folder is not read again, so the folder must be of these files and settings.
    Raises RecordError with the first fault of the first file that has one.
    """
    named = [(number, source, file) for number, own in enumerate(files) for source, file in enumerate(own)]
    rows = [(number, part, source, file) for part, (number, source, file) in enumerate(named)]
    make_folder(f"{intake.folder}/rows")
    flow = engine.table(pa.table(list(map(list, zip(*rows, strict=True))), schema=_FILES), split=1)
    done = pa.Table.from_batches(flow.map(partial(take_in, intake=intake), _DONE, rows=1).batches(), _DONE)
    faults = sorted((row["part"], row["fault"]) for row in done.to_pylist() if row["fault"])
    if faults:
        raise RecordError(faults[0][1])
    return [_part(intake, number, part) for number, part, _, _ in rows]


def take_in(batch: pa.RecordBatch, intake: Intake) -> pa.RecordBatch:
    """Stage: read each file, write its rows, then the note that says they are complete; a fault becomes a result."""
    faults = [_take_in_file(row, intake) for row in batch.to_pylist()]
    return pa.RecordBatch.from_arrays([batch.column("part"), pa.array(faults, pa.large_string())], schema=_DONE)


def kept_file(folder: str, number: int) -> str:
    """Name the file that keeps the rows of a part."""
    return f"{folder}/rows/{number:06}.parquet"


def samples_of(parts: Sequence[Part]) -> Iterator[pa.RecordBatch]:
    """Read the samples of the parts of one dataset, in their order, as tables of the schema SAMPLES."""
    for part in parts:
        yield from read_parquet(part.kept, SAMPLES)


def rows_of_places(parts: Sequence[Part], places: Ints) -> Ints:
    """Turn places into rows of the dataset that these parts are."""
    starts = np.cumsum([0, *(part.rows for part in parts)])
    rows: Ints = starts[(places >> PLACE_BITS) - parts[0].number] + (places & ((1 << PLACE_BITS) - 1))
    return rows


def _take_in_file(file: dict[str, object], intake: Intake) -> str | None:
    number = int(str(file["part"]))
    kept = kept_file(intake.folder, number)
    if exists(f"{kept}.json"):
        return None
    rows = 0
    try:
        records = open_records(str(file["file"]), fields=intake.fields, split=intake.split, on_bad=intake.on_bad)
        with write_parquet(kept, KEPT) as writer:
            for batch in records.batches():
                writer.write_batch(_signed(batch, file, (number << PLACE_BITS) + rows, intake))
                rows += batch.num_rows
    except LineageError as fault:
        return str(fault)
    content = {"rows": rows, "bad": [asdict(one) for one in records.bad]}
    write_bytes(f"{kept}.json", json.dumps(content).encode())
    return None


def _signed(batch: pa.RecordBatch, file: dict[str, object], place: int, intake: Intake) -> pa.RecordBatch:
    rows, params = batch.num_rows, intake.params
    columns = [pa.array([file["dataset"]] * rows, pa.int32()), pa.array(np.arange(place, place + rows))]
    columns += [pa.array([file["source"]] * rows, pa.int32()), *batch.columns[1:]]
    for view in VIEWS:
        model = text_model(intake.model(view))
        prints = sign(batch.column(view), model, num_perm=params.num_perm, seed=params.seed, threads=1)
        columns += [pa.array(prints.keys[:, half].copy()) for half in (0, 1)]
        columns += [pa.array(prints.counts), bytes_of_rows(prints.minima)]
    return pa.RecordBatch.from_arrays(columns, schema=KEPT)


def _part(intake: Intake, dataset: int, number: int) -> Part:
    kept = kept_file(intake.folder, number)
    note = json.loads(read_bytes(f"{kept}.json"))
    return Part(dataset, number, note["rows"], tuple(BadRow(**one) for one in note["bad"]), kept)

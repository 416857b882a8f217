"""Writes every pair of rows with its evidence to one file: Parquet, or JSONL or CSV by the file's name.

The file appears whole or not at all. Its columns are described in docs/formats.md.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lineage.errors import UsageError
from lineage.link.corpus import Corpus
from lineage.link.result import CONTRACT, PAIRS, DatasetPair, LinkResult
from lineage.link.within import Within

_NAME = pa.dictionary(pa.int32(), pa.string())

LINKS = pa.schema(
    [
        pa.field("dataset_a", _NAME, nullable=False),
        pa.field("dataset_b", _NAME, nullable=False),
        pa.field("sample_id_a", pa.string(), nullable=False),
        pa.field("sample_id_b", pa.string(), nullable=False),
        *PAIRS,
    ],
    metadata={"schema": CONTRACT},
)


def write_links(result: LinkResult, corpora: Sequence[Corpus], path: str | os.PathLike[str]) -> int:
    """Write the pairs of a result, whose corpora are given for the ids of their samples; return how many.

    Raises UsageError when the place cannot be written to.
    """
    by_name = {corpus.name: corpus for corpus in corpora}
    _write(path, LINKS, (_named(pair, by_name[pair.a], by_name[pair.b]) for pair in result.pairs))
    return sum(pair.table.num_rows for pair in result.pairs)


def write_within(found: Within, path: str | os.PathLike[str]) -> int:
    """Write the pairs of one dataset linked with itself; return how many. Raises UsageError as `write_links`."""
    table = found.table()
    _write(path, table.schema, iter([table]))
    return int(table.num_rows)


def _write(path: str | os.PathLike[str], schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    write = {".jsonl": _write_jsonl, ".csv": _write_csv}.get(target.suffix, _write_parquet)
    try:
        write(part, schema, tables)
        part.replace(target)
    except OSError as error:
        raise UsageError(f"the links cannot be written to {target}: {error}; choose another place with -o") from error
    finally:
        part.unlink(missing_ok=True)


def _named(pair: DatasetPair, a: Corpus, b: Corpus) -> pa.Table:
    """Put the names of the datasets and of the samples in front of a pair's table."""
    zeros = pa.array([0] * pair.table.num_rows, pa.int32())
    names = [pa.DictionaryArray.from_arrays(zeros, pa.array([name], pa.string())) for name in (pair.a, pair.b)]
    ids = [_sample_ids(corpus, pair.table[column]) for corpus, column in ((a, "row_a"), (b, "row_b"))]
    return pa.Table.from_arrays([*names, *ids, *pair.table.columns], schema=LINKS)


def _sample_ids(corpus: Corpus, rows: pa.ChunkedArray) -> pa.Array:
    return pa.array([one.tobytes().hex() for one in corpus.card.sample_id[rows.to_numpy()]], pa.string())


def _write_parquet(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)


def _write_csv(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with pa_csv.CSVWriter(path, _plain(schema.empty_table()).schema) as writer:
        for table in tables:
            writer.write_table(_plain(table))


def _plain(table: pa.Table) -> pa.Table:
    """Replace dictionary columns by their values, which the CSV writer asks for."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    return table


def _write_jsonl(path: Path, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    del schema  # every line names its columns
    with path.open("wb") as file:
        for table in tables:
            for batch in table.to_batches(max_chunksize=4096):
                file.writelines(orjson.dumps(row) + b"\n" for row in batch.to_pylist())

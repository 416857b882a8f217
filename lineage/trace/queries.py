"""What to trace: a row of a registered dataset or of a file, or every row of a source of records."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from lineage.errors import UsageError
from lineage.index.layout import VIEWS
from lineage.records.read import Row, open_records
from lineage.store import queries
from lineage.trace.answer import Query
from lineage.trace.registered import Searchable


def row_queries(reference: str, session: Session, searched: Searchable) -> list[Query]:
    """Read `DATA:N` as the texts of row N (from 0) of a registered dataset, or else of a file.

    A row of a registered dataset is not reported as a match of itself. Raises UsageError when there is no such row.
    """
    name, colon, number = reference.rpartition(":")
    if not colon or not number.isdecimal():
        raise UsageError(f"--row takes a dataset and a row, such as alpaca:17, not {reference!r}")
    row = int(number)
    try:
        version = queries.resolve(session, name, ["dataset"])
    except UsageError:
        if not Path(name).exists():
            raise
        found = next(islice(open_records(name).rows(), row, None), None)
        if found is None:
            raise UsageError(f"{name} has no row {row}; rows count from 0") from None
        return list(_texts(found, name, row))
    if row >= (version.n_rows or 0):
        raise UsageError(f"{version.title} has {version.n_rows:,} rows, counted from 0, and none of number {row}")
    place = searched.place_of(version)
    texts = ((role, searched.tracer.text(place, row, role)) for role in VIEWS)
    return [Query(text, version.title, row, role, (place, row)) for role, text in texts if text]


def batch_queries(source: str) -> Iterator[Query]:
    """Read every prompt and response of a source of records, in order; raises the errors of `open_records`."""
    for number, row in enumerate(open_records(source).rows()):
        yield from _texts(row, source, number)


def _texts(row: Row, source: str, number: int) -> Iterator[Query]:
    for role, text in (("prompt", row.sample.prompt), ("response", row.sample.response)):
        if text:
            yield Query(text, source, number, role)

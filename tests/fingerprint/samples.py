"""Small datasets as record batches."""

import pyarrow as pa

from lineage.records.identity import sample_id
from lineage.records.sample import Message
from lineage.records.schema import SAMPLES

Pair = tuple[str | None, str | None]


def batch(pairs: list[Pair], *, first_row: int = 0, source: int = 0) -> pa.RecordBatch:
    rows = [
        {
            "source": source,
            "row": first_row + i,
            "sample_id": sample_id([Message("user", prompt or ""), Message("assistant", response or "")]),
            "prompt": prompt,
            "response": response,
        }
        for i, (prompt, response) in enumerate(pairs)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=SAMPLES)


def pairs(count: int) -> list[Pair]:
    return [
        (None if i % 11 == 0 else f"Tell me about thing {i}", None if i % 7 == 0 else f"Thing {i} is nice. " * (i % 5))
        for i in range(count)
    ]

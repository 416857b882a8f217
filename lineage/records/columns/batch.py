"""From a block of rows to a batch of the schema `SAMPLES`, odd rows in their places."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.records.columns.arrays import padded
from lineage.records.columns.block import Block
from lineage.records.columns.cells import SPOKEN
from lineage.records.columns.samples import Said, sample_columns
from lineage.records.columns.speech import Speech
from lineage.records.sample import Sample
from lineage.records.schema import SAMPLES

Ints = npt.NDArray[np.int64]


def batch_of(block: Block, odd: Mapping[int, Sequence[Sample]], *, source: int, row: int) -> pa.RecordBatch:
    """Make a batch of a block whose first row is number `row` of its file.

    odd: the samples of each odd row by its number in the block, in order; none where the row is bad.
    """
    data, speech = block.data, block.speech
    first, last, rows = speech.first[:-1], speech.first[1:], np.arange(len(block.odd))
    if odd:
        data, speech, first, last, rows = _with_odd(block, odd)
    texts = sample_columns(Said(data, speech, first, last))
    columns = [pa.array(np.full(len(rows), source, np.int32)), pa.array(rows + row), *texts]
    return pa.RecordBatch.from_arrays(columns, schema=SAMPLES)


def _with_odd(
    block: Block, odd: Mapping[int, Sequence[Sample]]
) -> tuple[npt.NDArray[np.uint8], Speech, Ints, Ints, Ints]:
    """Put the samples of odd rows where the rows are: bytes and texts behind the others, their order by index."""
    samples = [sample for listed in odd.values() for sample in listed]
    said = [message for sample in samples for message in sample.messages]
    texts = [message.content.encode("utf-8", "replace") for message in said]
    size = len(block.data)
    data = padded([block.data, *texts], size + sum(map(len, texts)))
    ends = size + np.cumsum([0, *map(len, texts)], dtype=np.int64)
    speaker = np.array([SPOKEN.index(message.role) for message in said], np.uint8)
    spoken = int(block.speech.first[-1])
    before = block.speech
    speech = Speech(
        np.concatenate([before.speaker[:spoken], speaker]),
        np.concatenate([before.start[:spoken], ends[:-1]]),
        np.concatenate([before.end[:spoken], ends[1:]]),
        before.first,
    )
    samples_in = np.ones(len(block.odd), np.int64)
    samples_in[[*odd]] = [len(listed) for listed in odd.values()]
    rows = np.repeat(np.arange(len(block.odd)), samples_in)
    added = spoken + np.cumsum([0, *(len(sample.messages) for sample in samples)], dtype=np.int64)
    first, last = before.first[:-1][rows], before.first[1:][rows]
    first[block.odd[rows]], last[block.odd[rows]] = added[:-1], added[1:]
    return data, speech, first, last, rows

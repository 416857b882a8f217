"""Related pairs of samples written out as a table of pairs of rows, each with its evidence."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lineage.link.alike import Bools
from lineage.link.arrays import Floats
from lineage.link.evidence import Evidence
from lineage.link.ids import Distinct, Ints
from lineage.link.members import Limits, expand
from lineage.link.pairs import Channel, SamplePairs
from lineage.link.relation import NO_RELATION, RELATIONS, Ranks
from lineage.link.result import CHANNELS, PAIRS


def make_table(  # noqa: PLR0913 (everything that was found, to be written once)
    pairs: SamplePairs,
    ranks: Ranks,
    distinct: tuple[Distinct, Distinct],
    evidence: Evidence,
    *,
    exact: Mapping[str, bool],
    most: int,
) -> tuple[pa.Table, int]:
    """Write the related pairs of samples out as pairs of rows; return how many pairs of rows were left out, too.

    Rows that repeat a sample are paired one to one. Where that would be over `most` pairs for one sample, all its rows
    are paired by its strongest relation only, and its first row stands in its other pairs.
    """
    kept = np.flatnonzero(ranks != NO_RELATION)
    samples = pairs.a[kept], pairs.b[kept]
    rows = distinct[0].rows, distinct[1].rows
    sizes = np.maximum(rows[0].sizes[samples[0]], rows[1].sizes[samples[1]])
    (row_a, row_b), written = expand(samples, rows, ranks[kept].astype(np.float64), Limits(0, most))
    origin = np.repeat(kept, written)
    order = np.lexsort((row_b, row_a))
    origin = origin[order]
    relation = pa.DictionaryArray.from_arrays(pa.array(ranks[origin]), pa.array(RELATIONS))
    columns = [pa.array(row_a[order]), pa.array(row_b[order]), relation]
    for channel in CHANNELS:
        measured, bits = (
            (pairs.prompt, evidence.prompt_bits) if channel == "prompt" else (pairs.response, evidence.response_bits)
        )
        columns += _channel_columns(measured, origin, exact[channel])
        columns.append(_bits_column(bits[origin]))
    return pa.Table.from_arrays(columns, schema=PAIRS), int((sizes - written).sum())


def _channel_columns(channel: Channel, origin: Ints, exact: bool) -> list[pa.Array]:
    equal: Bools = channel.equal[origin]
    likeness = channel.likeness.take(origin)
    missing = np.isnan(likeness.jaccard)
    measures = (likeness.jaccard, likeness.containment_ab, likeness.containment_ba, likeness.standard_error)
    return [
        pa.array(equal),
        *(pa.array(values, mask=missing) for values in measures),
        pa.array(equal | exact, mask=missing),
    ]


def _bits_column(bits: Floats) -> pa.Array:
    return pa.array(bits.astype(np.float32), mask=np.isnan(bits))

"""Related pairs of samples written out as a table of pairs of rows, each with its evidence."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lineage.link.alike import Bools
from lineage.link.arrays import Floats
from lineage.link.evidence import Evidence
from lineage.link.ids import Distinct, Ints
from lineage.link.pairs import Channel, SamplePairs, expand
from lineage.link.relation import NO_RELATION, RELATIONS, Ranks
from lineage.link.result import CHANNELS, PAIRS


def make_table(
    pairs: SamplePairs,
    ranks: Ranks,
    distinct: tuple[Distinct, Distinct],
    evidence: Evidence,
    *,
    exact: Mapping[str, bool],
) -> pa.Table:
    """Write the related pairs of samples out as pairs of rows."""
    kept = np.flatnonzero(ranks != NO_RELATION)
    samples = pairs.a[kept], pairs.b[kept]
    sizes = np.maximum(distinct[0].rows.sizes[samples[0]], distinct[1].rows.sizes[samples[1]])
    row_a, row_b = expand(samples, (distinct[0].rows, distinct[1].rows), limit=0)
    origin = np.repeat(kept, sizes)
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
    return pa.Table.from_arrays(columns, schema=PAIRS)


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

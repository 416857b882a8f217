"""The Arrow table in which samples travel between stages."""

import pyarrow as pa

SAMPLES_VERSION = 1

# prompt and response are null where the sample has no such message, and "" where the message is empty.
# `source` is the position of the file among the files read; `row` counts from zero inside that file.
SAMPLES = pa.schema(
    [
        pa.field("source", pa.int32(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("sample_id", pa.binary(16), nullable=False),
        pa.field("prompt", pa.large_string()),
        pa.field("response", pa.large_string()),
    ],
    metadata={"lineage.samples": str(SAMPLES_VERSION)},
)

"""datatrove: signatures, sorted bucket files and clusters as three pipelines over files; unverified."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from common import BANDS, ROWS, SIZE, Ints, phase, threads

_FILES = 2


def pipeline() -> Callable[[Path], Ints]:
    """64-bit hashes, bands for recall, all cores."""
    import orjson
    import pyarrow.parquet as pq
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.utils.hashing import HashConfig
    from loguru import logger

    logger.remove()
    config = MinhashConfig(
        n_grams=SIZE, num_buckets=BANDS, hashes_per_bucket=ROWS, hash_config=HashConfig(precision=64)
    )

    def run(steps: list[object], tasks: int, logs: Path) -> None:
        LocalPipelineExecutor(
            steps, tasks=tasks, workers=threads(), logging_dir=str(logs), skip_completed=False
        ).run()  # fmt: skip

    def link(corpus: Path) -> Ints:
        rows = pq.ParquetFile(corpus).metadata.num_rows
        half = -(-rows // _FILES)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with phase("rewrite"):
                _split(corpus, folder / "in", half, orjson.dumps)
            with phase("sign"):
                steps = [JsonlReader(str(folder / "in")), MinhashDedupSignature(str(folder / "signatures"), config)]
                run(steps, _FILES, folder / "logs1")
            with phase("link"):
                buckets = MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets"), config=config)
                run([buckets], BANDS, folder / "logs2")
            with phase("cluster"):
                return _clusters(folder / "buckets", half, rows)

    return link


def _split(corpus: Path, folder: Path, half: int, dumps: Callable[[object], bytes]) -> None:
    """Write the texts as JSON lines, a file for each task."""
    from common import texts

    folder.mkdir()
    row = 0
    files = [(folder / f"{number}.jsonl").open("wb") for number in range(_FILES)]
    for batch in texts(corpus):
        for text in batch:
            files[row // half].write(dumps({"text": text, "id": str(row)}) + b"\n")
            row += 1
    for file in files:
        file.close()


def _clusters(buckets: Path, half: int, rows: int) -> Ints:
    """Join the edges of all buckets, as its last step does: file and row of each of two texts, four uint32."""
    edges = [np.fromfile(file, np.uint32).reshape(-1, 4).astype(np.int64) for file in sorted(buckets.glob("*.dups"))]
    parents = np.arange(rows)

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for file_a, row_a, file_b, row_b in np.concatenate([np.empty((0, 4), np.int64), *edges]).tolist():
        one, other = root(file_a * half + row_a), root(file_b * half + row_b)
        parents[max(one, other)] = min(one, other)
    return np.array([root(row) for row in range(rows)], np.int64)

"""gaoya: MinHash and index in Rust over its own word n-grams; candidates are checked by their estimate."""

from collections.abc import Callable
from pathlib import Path

from common import BANDS, ROWS, SIZE, THRESHOLD, Pairs, hits, phase, spaced


def index() -> Callable[[Path], Pairs]:
    """All cores, 32-bit hashes, bands for recall."""
    from gaoya.minhash import MinHashStringIndex

    def link(corpus: Path) -> Pairs:
        texts = spaced(corpus)
        found = MinHashStringIndex(
            hash_size=32, jaccard_threshold=THRESHOLD, num_bands=BANDS, band_size=ROWS, analyzer="word",
            lowercase=False, ngram_range=(SIZE, SIZE), id_container="smallvec",
        )  # fmt: skip
        with phase("sign and insert"):
            found.par_bulk_insert_docs(list(range(len(texts))), texts)
        with phase("sign and query"):
            return hits(found.par_bulk_query(texts))

    return link

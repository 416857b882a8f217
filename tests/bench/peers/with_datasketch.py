"""datasketch: MinHash in NumPy over hashes taken in Python, LSH in dicts; candidates are not verified.

Bands and rows are its own choice for threshold and size (14 of 9).
"""

from collections.abc import Callable
from pathlib import Path

from common import NUM_PERM, THRESHOLD, Pairs, hits, phase, shingled


def sha1() -> Callable[[Path], Pairs]:
    """The default: SHA-1 of every shingle."""
    from datasketch.hashfunc import sha1_hash32

    return _linking(sha1_hash32)


def xxh() -> Callable[[Path], Pairs]:
    """The fastest hash that users pass in."""
    import xxhash

    return _linking(xxhash.xxh32_intdigest)


def _linking(hashfunc: Callable[[bytes], int]) -> Callable[[Path], Pairs]:
    from datasketch import MinHash, MinHashLSH

    def link(corpus: Path) -> Pairs:
        signed: list[MinHash] = []
        for lists in shingled(corpus):
            with phase("sign"):
                encoded = [[shingle.encode() for shingle in shingles] for shingles in lists]
                signed += MinHash.bulk(encoded, num_perm=NUM_PERM, hashfunc=hashfunc, scheme="affine32")
        index = MinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM)
        with phase("link"):
            with index.insertion_session() as session:
                for row, minhash in enumerate(signed):
                    session.insert(row, minhash, check_duplication=False)
            return hits(index.query(minhash) for minhash in signed)

    return link

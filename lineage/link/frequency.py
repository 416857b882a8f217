"""How many texts hold each shingle: counted in a table of fixed size, so that no corpus is too large.

Shingles that fall into one slot are counted together; a count is never too small. The table depends on the texts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Floats, Hashes, Ints
from lineage.link.chunks import row_chunks
from lineage.link.options import LinkOptions
from lineage.link.sets import Sets
from lineage.link.sources import SetSource
from lineage.text.jit import kernel
from lineage.text.parallel import run_chunks, usable_threads

Counts = npt.NDArray[np.uint32]

# 4 slots a shingle keep counts apart; beyond 2^25 slots (128 MiB) they run together, which only the rarest feel.
_SLOTS_PER_SHINGLE = 4
_LEAST_BITS = 16
_MOST_BITS = 25
_CHUNK_HASHES = 1 << 16


@dataclass(frozen=True, slots=True)
class Frequencies:
    """texts: how many were counted. counts: uint32, shape (2^bits,), the texts that hold a shingle of each slot."""

    texts: int
    counts: Counts

    @property
    def bits(self) -> int:
        """The first bits of a hash, which are its slot."""
        return len(self.counts).bit_length() - 1

    def of(self, hashes: Hashes) -> Counts:
        """Return how many texts hold each shingle, at most."""
        found: Counts = self.counts[hashes >> np.uint64(64 - self.bits)]
        return found

    def weights(self, hashes: Hashes, *, threads: int | None) -> Floats:
        """Return log(1 + n / m) for shingles that m of the n texts hold."""
        weights = np.empty(len(hashes))
        run_chunks(
            lambda lo, hi: _weigh(self.counts, (self.bits, self.texts), hashes[lo:hi], weights[lo:hi]), len(hashes),
            threads=threads, chunk=_CHUNK_HASHES,
        )  # fmt: skip
        return weights


def count_holders(sides: Sequence[tuple[SetSource, Ints]], shingles: int, *, options: LinkOptions) -> Frequencies:
    """Count, for the sets of some rows of some sources with about `shingles` members in all, who holds what."""
    bits = int(np.clip(np.ceil(np.log2(max(_SLOTS_PER_SHINGLE * shingles, 2))), _LEAST_BITS, _MOST_BITS))
    counts = np.zeros(1 << bits, np.uint32)
    for source, rows in sides:
        for lo, hi in row_chunks(source.costs(rows), options.memory // 2):
            options.report("counting shingles", lo, len(rows))
            _add(source.collect(rows[lo:hi], threads=options.threads), bits, counts, options.threads)
    return Frequencies(sum(len(rows) for _, rows in sides), counts)


def _add(sets: Sets, bits: int, counts: Counts, threads: int | None) -> None:
    # Each task counts the hashes of its own share of the table, so that no two write to one slot.
    shares = threads or usable_threads()
    size = -(-len(counts) // shares)
    run_chunks(
        lambda lo, _: _count_slots(sets, bits, (lo * size, (lo + 1) * size), counts), shares, threads=threads, chunk=1
    )


@kernel
def _weigh(counts: Counts, of_table: tuple[int, int], hashes: Hashes, weights: Floats) -> None:
    bits, texts = of_table
    # Most shingles are rare, and a logarithm takes longer than looking one up.
    known = np.log1p(texts / np.maximum(np.arange(1024), 1))
    for place in range(hashes.shape[0]):
        count = counts[hashes[place] >> np.uint64(64 - bits)]
        weights[place] = known[count] if count < known.shape[0] else np.log1p(texts / count)


@kernel
def _count_slots(sets: Sets, bits: int, share: tuple[int, int], counts: Counts) -> None:
    starts, sizes, hashes = sets
    low, high = share
    for text in range(sizes.shape[0]):
        for place in range(starts[text], starts[text] + sizes[text]):
            slot = np.int64(hashes[place] >> np.uint64(64 - bits))
            if low <= slot < high:
                counts[slot] += np.uint32(1)

"""Chunks of a file that can be had a second time, as long as they are remembered."""

from collections.abc import Iterator

from lineage.records.faults import FileFault


class Chunks(Iterator[bytes]):
    """Remembers the chunks it yields until it is told not to."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._kept: list[bytes] | None = []
        self._fault: FileFault | None = None

    def __next__(self) -> bytes:
        if self._fault:
            raise self._fault
        try:
            chunk = next(self._chunks)
        except FileFault as fault:
            self._fault = fault
            raise
        if self._kept is not None:
            self._kept.append(chunk)
        return chunk

    def forget(self) -> None:
        """Remember nothing from here on."""
        self._kept = None

    def again(self) -> Iterator[bytes]:
        """Yield the chunks from the first one on; they are let go one by one."""
        kept = self._kept or []
        self._kept = None
        while kept:
            yield kept.pop(0)
        yield from self

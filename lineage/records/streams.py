"""Bytes of a file, wherever it lies and however it is compressed.

Knows paths, fsspec URLs and compressions; nothing of what the bytes mean. A compressed stream that ends early is
always a fault: the zstandard library would call it the end of the file.
"""

import bz2
import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import BinaryIO, cast

import fsspec
import zstandard

from lineage.errors import UsageError
from lineage.records.ahead import read_ahead
from lineage.records.faults import FileFault

CHUNK_BYTES = 1 << 20
_ZIP = b"PK\x03\x04"


def is_url(path: str) -> bool:
    """Tell whether fsspec, not the operating system, opens this path."""
    return "://" in path or "::" in path


@contextlib.contextmanager
def open_bytes(path: str) -> Iterator[io.BufferedReader]:
    """Open a file for reading as it is stored."""
    if is_url(path):
        with fsspec.open(path, "rb") as remote, io.BufferedReader(remote, CHUNK_BYTES) as stream:
            yield stream
    else:
        with Path(path).open("rb", buffering=CHUNK_BYTES) as local:
            yield cast("io.BufferedReader", local)


@contextlib.contextmanager
def open_chunks(path: str) -> Iterator[Iterator[bytes]]:
    """Open a file and yield an iterator over its decompressed bytes, about 1 MiB each; a BOM is left out.

    Raises FileFault from the iterator where compressed data is damaged or ends early.
    """
    with open_bytes(path) as stream:
        head = stream.peek(8)[:8]
        if head.startswith(_ZIP):
            raise UsageError(
                f"{path} is a zip archive: unpack it, or read it in place, for example 'zip://**/*.csv::{path}'"
            )
        suffix, start = next((one for one in _COMPRESSIONS.items() if head.startswith(one[1].magic)), ("", None))
        if start is None and (named := compression_of(path)):
            if not head:
                raise FileFault("is empty")
            raise FileFault(f"is named {named} but does not hold {_COMPRESSIONS[named].label} data")
        if start is None:
            yield _without_bom(_guarded(_plain(stream), ""))
            return
        # Unpacking takes as long as reading what is unpacked, and lets other threads run: it has one of its own.
        unpacked = read_ahead(_guarded(start.chunks(stream), suffix))
        with contextlib.closing(unpacked):
            yield _without_bom(unpacked)


def compression_of(path: str) -> str:
    """Return the ending that names a compression, or "".

    >>> compression_of("a/b.jsonl.gz")
    '.gz'
    """
    return next((suffix for suffix in _COMPRESSIONS if path.lower().endswith(suffix)), "")


def _plain(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _through(opener: Callable[[BinaryIO], object]) -> Callable[[BinaryIO], Iterator[bytes]]:
    def chunks(stream: BinaryIO) -> Iterator[bytes]:
        # `read` would throw away what it had unpacked before the place where the data ends early; `read1` does not.
        unpacked = cast("io.BufferedReader", opener(stream))
        while chunk := unpacked.read1(CHUNK_BYTES):
            yield chunk

    return chunks


def _zstd(stream: BinaryIO) -> Iterator[bytes]:
    # The library's own stream reader neither reads a second frame by default nor notices a missing end.
    frame = None
    for packed in _plain(stream):
        rest = packed
        while rest:
            frame = frame or zstandard.ZstdDecompressor().decompressobj()
            if chunk := frame.decompress(rest):
                yield chunk
            rest = frame.unused_data
            if frame.eof:
                frame = None
    if frame is not None:
        raise EOFError


def _guarded(chunks: Iterator[bytes], suffix: str) -> Generator[bytes]:
    label = _COMPRESSIONS[suffix].label if suffix else ""
    try:
        yield from chunks
    except EOFError as error:
        raise FileFault(f"the {label} data ends early: the file was cut off, fetch it again") from error
    except (zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        raise FileFault(f"the {label} data is damaged: {error}") from error
    except OSError as error:  # BadGzipFile and bz2's "Invalid data stream" among them
        what = f"the {label} data is damaged" if label else "cannot be read"
        raise FileFault(f"{what}: {error}") from error


def _without_bom(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for first in chunks:
        yield first.removeprefix(b"\xef\xbb\xbf")
        break
    yield from chunks


class _Compression:
    """How one compression is recognised, named and read."""

    def __init__(self, label: str, magic: bytes, chunks: Callable[[BinaryIO], Iterator[bytes]]) -> None:
        self.label = label
        self.magic = magic
        self.chunks = chunks


_COMPRESSIONS = {
    ".gz": _Compression("gzip", b"\x1f\x8b", _through(lambda stream: gzip.GzipFile(fileobj=stream))),
    ".zst": _Compression("zstd", b"\x28\xb5\x2f\xfd", _zstd),
    ".xz": _Compression("xz", b"\xfd7zXZ\x00", _through(lzma.LZMAFile)),
    ".bz2": _Compression("bzip2", b"BZh", _through(bz2.BZ2File)),
}

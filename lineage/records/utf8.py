"""Text from bytes: UTF-8, or the place where it stops being UTF-8."""

import codecs
from collections.abc import Iterator

from lineage.records.faults import FileFault


def decode(chunks: Iterator[bytes]) -> Iterator[str]:
    """Decode UTF-8; text before a wrong byte is still yielded, then FileFault is raised."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    for chunk in chunks:
        waiting = len(decoder.getstate()[0])
        try:
            yield decoder.decode(chunk)
        except UnicodeDecodeError as error:
            yield error.object[: error.start].decode()
            raise FileFault(not_utf8(done - waiting + error.start)) from error
        done += len(chunk)
    if waiting := len(decoder.getstate()[0]):
        raise FileFault(not_utf8(done - waiting))


def not_utf8(offset: int) -> str:
    """Say where text stops being UTF-8 and what to do about it."""
    return f"is not UTF-8 at byte {offset}: convert it first, for example with iconv -f WINDOWS-1252 -t UTF-8"


def clean(text: str) -> str:
    r"""Replace lone surrogates, which UTF-8 cannot hold, by `?`, as the names of samples do.

    >>> clean("a\ud800b")
    'a?b'
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text

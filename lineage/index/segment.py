"""An opened segment: the columns of one dataset version, mapped when they are first asked for.

Opening reads the description and the sizes of the files, not what is in them, and takes milliseconds. Needs NumPy only.
"""

import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lineage.errors import StoreError
from lineage.index.columns import Array, ColumnType, Mapped, map_column, release_all
from lineage.index.layout import META, SEGMENT_FORMAT, row_columns, table_columns, text_columns

_CHECK_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class SegmentMeta:
    """What a segment says of itself.

    digest: the version it holds. card: what a card of it would say (name, params, licence …). texts: whether the texts
    are kept. files: for each column its length in items and the CRC-32 of its bytes.
    """

    digest: str
    rows: int
    texts: bool
    card: Mapping[str, Any]
    files: Mapping[str, tuple[int, int]]

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of the fingerprints, as `CardParams` names them."""
        params: Mapping[str, Any] = self.card["params"]
        return params

    def kinds(self) -> dict[str, ColumnType]:
        """Say what stands in each column."""
        return all_columns(self.params["num_perm"], texts=self.texts)

    def to_json(self) -> str:
        """Return the description as it is written."""
        files = {name: {"length": length, "crc32": crc} for name, (length, crc) in self.files.items()}
        document = {"format": SEGMENT_FORMAT, "digest": self.digest, "rows": self.rows, "texts": self.texts}
        return json.dumps(document | {"card": dict(self.card), "files": files}, ensure_ascii=False, indent=1)


def all_columns(num_perm: int, *, texts: bool) -> dict[str, ColumnType]:
    """Name the columns of a whole segment."""
    return row_columns(num_perm) | (text_columns() if texts else {}) | table_columns()


class Segment:
    """The fingerprints, texts and sorted tables of one dataset version; it never changes.

    Its files stay readable while this is held, even when the folder is replaced or removed meanwhile.
    """

    def __init__(self, path: Path, meta: SegmentMeta, columns: Mapping[str, Mapped]) -> None:
        self.path = path
        self.meta = meta
        self._columns = columns

    def __len__(self) -> int:
        return self.meta.rows

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""
        return name in self._columns

    def array(self, name: str) -> Array:
        """Return a column, mapped; KeyError when there is none of that name."""
        return self._columns[name].array

    def release(self) -> None:
        """Let go of the memory that columns read so far take."""
        release_all(self._columns.values())


def open_segment(path: str | Path) -> Segment:
    """Open a segment: its description is checked and the sizes of its files, see `verify_segment` for their content.

    Raises StoreError when there is none, or one that is damaged or of a newer format.
    """
    path = Path(path)
    meta = _read_meta(path)
    return Segment(path, meta, {name: _map(path, name, kind, meta) for name, kind in meta.kinds().items()})


def verify_segment(segment: Segment) -> None:
    """Read every file and compare its checksum; raises StoreError naming the first one that is damaged."""
    for name, (_, crc) in segment.meta.files.items():
        if _crc_of(segment.array(name)) != crc:
            raise damaged(segment.path, f"{name} has another checksum")
        segment.release()


def damaged(path: Path, reason: str) -> StoreError:
    """Make the error for a segment that cannot be used."""
    return StoreError(f"the index at {path} is damaged: {reason}; add that dataset again to write it anew")


def _map(path: Path, name: str, kind: ColumnType, meta: SegmentMeta) -> Mapped:
    if name not in meta.files:
        raise damaged(path, f"{META} does not know {name}")
    length, _ = meta.files[name]
    try:
        with (path / name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != length * kind.item_bytes:
                raise damaged(path, f"{name} has {size} bytes and should have {length * kind.item_bytes}")
            return map_column(file, kind, length)
    except OSError as error:
        raise damaged(path, f"{name}: {error.strerror or error}") from error


def _crc_of(array: Array) -> int:
    data = array.reshape(-1).view(np.uint8).data
    crc = 0
    for start in range(0, len(data), _CHECK_BYTES):
        crc = zlib.crc32(data[start : start + _CHECK_BYTES], crc)
    return crc


def _read_meta(path: Path) -> SegmentMeta:
    try:
        document = json.loads((path / META).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"there is no index at {path}; add the dataset again to write it") from error
    except (OSError, ValueError) as error:
        raise damaged(path, f"{META} cannot be read ({error})") from error
    try:
        version = document["format"]
        if version > SEGMENT_FORMAT:
            raise StoreError(
                f"the index at {path} has format {version}, this version reads up to {SEGMENT_FORMAT}; upgrade lineage"
            )
        files = {name: (int(one["length"]), int(one["crc32"])) for name, one in document["files"].items()}
        meta = SegmentMeta(
            str(document["digest"]), int(document["rows"]), bool(document["texts"]), document["card"], files
        )
        meta.kinds()  # fails unless the parameters are there
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(path, f"{META} cannot be understood ({error!r})") from error
    return meta

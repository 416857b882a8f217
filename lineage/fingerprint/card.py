"""Cards: the fingerprints of a dataset version, which can be shared and compared without its text.

Says what a card holds, how it lies on disk (one Parquet file, the same bytes for the same card; the layout is in
docs/formats.md) and when two may be compared. How it is made from samples is in `fingerprint`.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from lineage import __version__
from lineage.errors import CardError, UsageError
from lineage.fingerprint.minhash import ViewPrints, Winnows
from lineage.records.identity import SAMPLE_ID_BYTES

CARD_FORMAT = 1
# A reader that knows no salts has to refuse a salted card, and says so by the number; others stay readable to it.
SALTED_FORMAT = 2
_META_KEY = b"lineage.card"
_ROW_GROUP = 65_536
_KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class CardParams:
    """Everything that decides the numbers on a card; two cards are comparable when all of it is equal.

    salt: the check value of the salt they are keyed with, None where they are hashes of the text alone.
    """

    num_perm: int = 64
    seed: int = 1
    scheme: str = "affine32"
    prompt_model: str = "w2/1"
    response_model: str = "w5/1"
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class CardMeta:
    """What a card says of the dataset version it stands for.

    digest: the version's name, over its sample ids in order. sources: the files read, which `Card.source` points into.
    licence, date (of the dataset) and created (of the card) are as they were given, or None.
    """

    name: str
    digest: str
    rows: int
    params: CardParams = CardParams()
    licence: str | None = None
    date: str | None = None
    created: str | None = None
    sources: tuple[str, ...] = ()
    lineage_version: str = __version__


@dataclass(frozen=True, slots=True)
class Card:
    """The fingerprints of n samples, in the order of the dataset.

    source: int32, shape (n,). row: int64, shape (n,), from zero inside its source. sample_id: uint8, shape (n, 16).
    The winnowed hashes serve containment: a text cut short or embedded in another shares them, whatever its minima.
    """

    meta: CardMeta
    source: npt.NDArray[np.int32]
    row: npt.NDArray[np.int64]
    sample_id: npt.NDArray[np.uint8]
    prompt: ViewPrints
    response: ViewPrints
    prompt_winnows: Winnows
    response_winnows: Winnows


def check_comparable(a: Card, b: Card) -> None:
    """Raise CardError, naming each parameter that differs, unless the two cards were made with the same ones."""
    _check_salts(a.meta, b.meta)
    differences = [
        f"{field.name} ({ours!r} and {theirs!r})"
        for field in fields(CardParams)
        if (ours := getattr(a.meta.params, field.name)) != (theirs := getattr(b.meta.params, field.name))
    ]
    if differences:
        raise CardError(
            f"the cards of {a.meta.name!r} and {b.meta.name!r} cannot be compared: they differ in "
            f"{', '.join(differences)}; fingerprint one of them again with the parameters of the other"
        )


def _check_salts(a: CardMeta, b: CardMeta) -> None:
    if a.params.salt == b.params.salt:
        return
    if a.params.salt and b.params.salt:
        what, advice = "they have different salts", "make one of them again with the key file of the other"
    else:
        salted, other = (a, b) if a.params.salt else (b, a)
        what = f"{salted.name!r} is salted and {other.name!r} is not"
        advice = f"fingerprint {other.name!r} with --salt and the key file that {salted.name!r} was made with"
    raise CardError(f"the cards of {a.name!r} and {b.name!r} cannot be compared: {what}; {advice}")


def write_card(card: Card, path: str | os.PathLike[str]) -> None:
    """Write a card; raises CardError when the place cannot be written to."""
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _write(_to_table(card), part)
        part.replace(target)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CardError(f"the card cannot be written to {target}: {reason}; choose another place with -o") from error
    finally:
        if part.exists():
            part.unlink()


def read_card(path: str | os.PathLike[str]) -> Card:
    """Read a card whole into memory, about 16 + 8 K bytes a row.

    Raises UsageError when there is no such file, CardError when it is no card, damaged, or of a newer format.
    """
    source = Path(path)
    if not source.is_file():
        raise UsageError(f"there is no card at {source}; make one with: lineage fingerprint DATA -o {source}")
    try:
        with pq.ParquetFile(source, page_checksum_verification=True) as file:
            meta = _parse_meta(source, file.schema_arrow.metadata)
            _check_schema(source, file.schema_arrow, meta.params)
            table = file.read().combine_chunks()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(source, str(error)) from error
    if table.num_rows != meta.rows:
        raise _damaged(source, f"it holds {table.num_rows} rows and says {meta.rows}")
    return _from_table(table, meta)


def _damaged(path: Path, reason: str) -> CardError:
    return CardError(f"{path} is not a readable card: {reason}; write it again with `lineage fingerprint`")


def _write(table: pa.Table, path: Path) -> None:
    # Hashes neither compress nor repeat, so dictionaries and statistics would only cost; row numbers do compress.
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
        row_group_size=_ROW_GROUP,
    )


def _schema(num_perm: int) -> pa.Schema:
    views = [
        pa.field(f"{view}_{column}", kind, nullable=False)
        for view in ("prompt", "response")
        for column, kind in (
            ("key", pa.binary(_KEY_BYTES)),
            ("count", pa.int32()),
            ("minima", pa.binary(4 * num_perm)),
            ("winnows", pa.large_list(pa.field("item", pa.uint64(), nullable=False))),
        )
    ]
    return pa.schema(
        [
            pa.field("source", pa.int32(), nullable=False),
            pa.field("row", pa.int64(), nullable=False),
            pa.field("sample_id", pa.binary(SAMPLE_ID_BYTES), nullable=False),
            *views,
        ]
    )


def _to_table(card: Card) -> pa.Table:
    num_perm = card.meta.params.num_perm
    schema = _schema(num_perm)
    columns = [pa.array(card.source), pa.array(card.row), _binary(card.sample_id, SAMPLE_ID_BYTES)]
    for prints, winnows in ((card.prompt, card.prompt_winnows), (card.response, card.response_winnows)):
        columns += [
            _binary(prints.keys, _KEY_BYTES),
            pa.array(prints.counts),
            _binary(prints.minima, 4 * num_perm),
            pa.LargeListArray.from_arrays(winnows.offsets, winnows.hashes, type=schema.field("prompt_winnows").type),
        ]
    return pa.table(columns, schema=schema.with_metadata({_META_KEY: _meta_document(card.meta)}))


def _meta_document(meta: CardMeta) -> str:
    said = asdict(meta)
    if meta.params.salt is None:
        del said["params"]["salt"]
    version = CARD_FORMAT if meta.params.salt is None else SALTED_FORMAT
    return json.dumps({"format": version, **said}, ensure_ascii=False, separators=(",", ":"))


def _binary(values: npt.NDArray[Any], width: int) -> pa.FixedSizeBinaryArray:
    little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(values), [None, pa.py_buffer(little)])


def _parse_meta(path: Path, metadata: dict[bytes, bytes] | None) -> CardMeta:
    document = (metadata or {}).get(_META_KEY)
    if document is None:
        raise _damaged(path, "it is a Parquet file of another kind")
    try:
        meta = json.loads(document)
        version = meta.pop("format")
        if version > SALTED_FORMAT:
            raise CardError(
                f"{path} has card format {version}, this version reads up to {SALTED_FORMAT}; upgrade lineage"
            )
        params = CardParams(**meta["params"])
        _schema(params.num_perm)  # fails unless it is a number
        return CardMeta(**{**meta, "params": params, "sources": tuple(meta["sources"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"its metadata cannot be understood ({error!r})") from error


def _check_schema(path: Path, found: pa.Schema, params: CardParams) -> None:
    expected = _schema(params.num_perm)
    if not found.equals(expected):
        wrong = [
            name for name in expected.names if name not in found.names or found.field(name) != expected.field(name)
        ]
        raise _damaged(path, f"columns are missing or of another type: {', '.join(wrong) or 'too many columns'}")


def _from_table(table: pa.Table, meta: CardMeta) -> Card:
    def values(name: str, dtype: str, width: int) -> npt.NDArray[Any]:
        column = _only_chunk(table, name)
        flat = np.frombuffer(column.buffers()[1] or b"", dtype)
        return flat.reshape(-1, width)[column.offset : column.offset + len(column)]

    def view(name: str) -> ViewPrints:
        return ViewPrints(
            keys=values(f"{name}_key", "<u8", 2),
            counts=_only_chunk(table, f"{name}_count").to_numpy(),
            minima=values(f"{name}_minima", "<u4", meta.params.num_perm),
        )

    def winnows(name: str) -> Winnows:
        column = _only_chunk(table, f"{name}_winnows")
        return Winnows(column.offsets.to_numpy(), column.values.to_numpy())

    return Card(
        meta=meta,
        source=_only_chunk(table, "source").to_numpy(),
        row=_only_chunk(table, "row").to_numpy(),
        sample_id=values("sample_id", "u1", SAMPLE_ID_BYTES),
        prompt=view("prompt"),
        response=view("response"),
        prompt_winnows=winnows("prompt"),
        response_winnows=winnows("response"),
    )


def _only_chunk(table: pa.Table, name: str) -> Any:
    column = table.column(name)
    return cast("Any", column.chunk(0) if column.num_chunks else pa.array([], column.type))

"""What a segment is made of: its columns by name, and the document that describes them.

docs/formats.md says the same for readers in other languages.
"""

from lineage.index.columns import ColumnType

SEGMENT_FORMAT = 1
META = "meta.json"
VIEWS = ("prompt", "response")
# Two texts that share a band, four minima in a row, are candidates: of pairs of J = .7 all but .012 share one of 16,
# and nearly all of those share a winnowed hash. Bands of three find more alone, and far more strangers.
BAND_WIDTH = 4
# Entries of a sorted table for each place of its directory, at most: as many as fit into a line of the cache.
DIRECTORY_ENTRIES = 8
ID_BYTES = 16


def band_count(num_perm: int) -> int:
    """Say how many bands a signature has; what is left over after the last is in none."""
    return max(1, num_perm // BAND_WIDTH)


def row_columns(num_perm: int) -> dict[str, ColumnType]:
    """Name the columns that hold a sample in each row, texts left out; those of winnows hold all hashes in a row."""
    columns = {
        "source": ColumnType("<i4"),
        "row": ColumnType("<i8"),
        "sample_id": ColumnType("|u1", ID_BYTES),
    }
    for view in VIEWS:
        columns |= {
            f"{view}_keys": ColumnType("<u8", 2),
            f"{view}_counts": ColumnType("<i4"),
            f"{view}_minima": ColumnType("<u4", num_perm),
            f"{view}_winnow_offsets": ColumnType("<i8"),
            f"{view}_winnow_hashes": ColumnType("<u8"),
        }
    return columns


def text_columns() -> dict[str, ColumnType]:
    """Name the columns that hold the texts: UTF-8 bytes, where each starts, and which are there at all (bits)."""
    columns: dict[str, ColumnType] = {}
    for view in VIEWS:
        columns |= {
            f"{view}_text": ColumnType("|u1"),
            f"{view}_text_offsets": ColumnType("<i8"),
            f"{view}_text_valid": ColumnType("|u1"),
        }
    return columns


def table_columns() -> dict[str, ColumnType]:
    """Name the sorted tables and their directories; an entry is a 32-bit tag above the row that has it.

    bands: the tables of all bands one after another, each of as many entries as there are rows with words.
    exact: tags of exact keys. winnows: tags of winnowed hashes, each once a row.
    A directory says, for each value of the first bits of a tag, where its entries start; see `directory_bits`.
    """
    tables = {f"{view}_{table}": ColumnType("<u8") for view in VIEWS for table in ("bands", "exact", "winnows")}
    return tables | {f"{name}_starts": ColumnType("<u4") for name in tables}


def directory_bits(entries: int) -> int:
    """Say how many first bits of a tag a directory of a table tells apart; it has 2^bits + 1 places.

    >>> directory_bits(8), directory_bits(1000)
    (0, 7)
    """
    return max(0, (max(entries - 1, 0) // DIRECTORY_ENTRIES).bit_length())

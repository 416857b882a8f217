"""One stored text at a time. Needs NumPy only; for columns of texts see `cards`."""

from lineage.index.columns import Columns


def text_at(columns: Columns, view: str, row: int) -> str:
    """Return the text of a row, empty where it has none; KeyError when no texts are kept."""
    offsets = columns.array(f"{view}_text_offsets")
    return columns.array(f"{view}_text")[offsets[row] : offsets[row + 1]].tobytes().decode("utf-8", "replace")

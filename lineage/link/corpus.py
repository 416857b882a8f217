"""A corpus ready to be linked: its fingerprints, and its texts where they are at hand.

A card alone is enough; then likeness is estimated instead of counted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.fingerprint.card import Card, read_card
from lineage.fingerprint.fingerprint import fingerprint
from lineage.fingerprint.salt import Salt
from lineage.records.fields import Fields
from lineage.records.read import BadRow, OnBad, open_records


@dataclass(frozen=True)
class Corpus:
    """One dataset to be linked.

    card: its fingerprints, a row a sample. prompts, responses: its texts in the same order, null where a sample has
    none; None when only the card is at hand. date: when the dataset was made, an ISO date, month or year, or None.
    bad: rows left out because they could not be read.
    """

    name: str
    card: Card
    prompts: pa.LargeStringArray | None = None
    responses: pa.LargeStringArray | None = None
    date: str | None = None
    bad: tuple[BadRow, ...] = ()

    def __len__(self) -> int:
        return len(self.card.row)


def load_corpus(  # noqa: PLR0913 (how a source is read is the caller's to say in full)
    source: str | Path,
    *,
    name: str | None = None,
    fields: Fields | None = None,
    split: str | None = None,
    on_bad: OnBad = "stop",
    date: str | None = None,
    salt: Salt | None = None,
    progress: Callable[[int], None] | None = None,
) -> Corpus:
    """Load a data source with its texts, or a card (recognised by its content) without them.

    fields, split, on_bad: as for `open_records`. salt: what texts are fingerprinted with, to be compared with a card
    made with it. progress is called with the number of samples done.
    Memory holds the texts and about 500 bytes a sample. Raises the errors of `open_records` and `read_card`.
    """
    if is_card(source):
        card = read_card(source)
        return Corpus(name or card.meta.name, card, date=date or card.meta.date)
    records = open_records(source, fields=fields, split=split, on_bad=on_bad)
    texts = KeptTexts()
    batches = texts.watch(records.batches())
    card = fingerprint(batches, name=name or records.name, salt=salt, progress=progress, date=date)
    return Corpus(card.meta.name, card, texts.column("prompt"), texts.column("response"), date, tuple(records.bad))


def is_card(source: str | Path) -> bool:
    """Tell whether the source is a file that says it is a card."""
    path = Path(source)
    if path.suffix == ".card":
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return False
    try:
        metadata = pq.read_schema(path).metadata
    except pa.ArrowException:
        return False  # a damaged Parquet file; the reader of records says what is wrong with it
    return b"lineage.card" in (metadata or {})


def tell_apart(names: list[str], sources: list[str]) -> list[str]:
    """Make names unique: a repeated name gets the folders of its source in front, as many as needed, else a number.

    >>> tell_apart(["seeds", "seeds"], ["a/seeds.json", "b/seeds.json"])
    ['a/seeds', 'b/seeds']
    """
    folders = [Path(source).absolute().parent.parts[1:] for source in sources]
    repeated = {name for name in names if names.count(name) > 1}

    def with_folders(depth: int) -> list[str]:
        return [
            "/".join((*parts[max(0, len(parts) - depth) :], name)) if name in repeated else name
            for name, parts in zip(names, folders, strict=True)
        ]

    # As many folders as tell most of them apart; more would not help where one source is given twice.
    unique = max(
        (with_folders(depth) for depth in range(max(map(len, folders)) + 1)), key=lambda tried: len(set(tried))
    )
    return [
        f"{name}#{unique[: place + 1].count(name)}" if unique.count(name) > 1 else name
        for place, name in enumerate(unique)
    ]


class KeptTexts:
    """Keeps the texts of the batches that pass."""

    def __init__(self) -> None:
        self._batches: list[pa.RecordBatch] = []

    def watch(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass the batches on, keeping their texts."""
        for batch in batches:
            self._batches.append(batch.select(["prompt", "response"]))
            yield batch

    def column(self, name: str) -> pa.LargeStringArray:
        """Return all texts kept of `prompt` or `response`."""
        parts = [batch.column(name) for batch in self._batches]
        return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())

"""A corpus ready to be linked: its fingerprints, and its texts where they are at hand.

A card alone is enough; then likeness is estimated instead of counted. Texts and fingerprints stay on disk, mapped.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lineage.fingerprint.card import Card, CardMeta, read_card
from lineage.fingerprint.salt import Salt
from lineage.index.cards import card_of, texts_of
from lineage.index.columns import Columns
from lineage.index.layout import VIEWS
from lineage.index.spool import spool
from lineage.link.ids import Ints
from lineage.link.known import KnownPairs
from lineage.link.view import View
from lineage.records.fields import Fields
from lineage.records.read import BadRow, OnBad, open_records
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL


@dataclass(frozen=True)
class Corpus:
    """One dataset to be linked.

    card: its fingerprints, a row a sample. prompts, responses: its texts in the same order, null where a sample has
    none; None when only the card is at hand. date: when the dataset was made, an ISO date, month or year, or None.
    bad: rows left out because they could not be read. columns: the files that all of this lies in, where it does.
    near: the pairs with the one corpus that this is compared with, by view, where they were found elsewhere.
    """

    name: str
    card: Card
    prompts: pa.LargeStringArray | None = None
    responses: pa.LargeStringArray | None = None
    date: str | None = None
    bad: tuple[BadRow, ...] = ()
    columns: Columns | None = None
    stands_for: int | None = None
    near: tuple[KnownPairs, KnownPairs] | None = None

    def __len__(self) -> int:
        return len(self.card.row) if self.stands_for is None else self.stands_for

    def view(self, channel: str) -> View:
        """Return what there is to compare the texts of a channel (`prompt` or `response`) by."""
        card, seed = self.card, self.card.meta.params.seed
        near = self.near or (None, None)
        if channel == "prompt":
            return View(card.prompt, self.prompts, PROMPT_MODEL, card.prompt_winnows, seed, self.release, near[0])
        return View(card.response, self.responses, RESPONSE_MODEL, card.response_winnows, seed, self.release, near[1])

    def has_texts(self, channel: str) -> bool:
        """Tell whether the texts of a channel are at hand."""
        return (self.prompts if channel == "prompt" else self.responses) is not None

    def release(self) -> None:
        """Let go of the memory that what was read of files so far takes; it is read again where it is needed again."""
        if self.columns is not None:
            self.columns.release()


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
    Texts and fingerprints stream to temporary files and are mapped from there, so memory does not grow with them; the
    files need the room of the texts and about 700 bytes a sample in TMPDIR, and are gone with the process.
    Raises the errors of `open_records` and `read_card`.
    """
    if is_card(source):
        card = read_card(source)
        return Corpus(name or card.meta.name, card, date=date or card.meta.date)
    records = open_records(source, fields=fields, split=split, on_bad=on_bad)
    kept = spool(records.batches(), salt=salt, progress=progress)
    meta = CardMeta(name or records.name, kept.digest, kept.rows, kept.params, date=date)
    return corpus_of(kept.columns, meta, bad=tuple(records.bad))


def corpus_of(columns: Columns, meta: CardMeta, *, bad: tuple[BadRow, ...] = ()) -> Corpus:
    """Take a corpus from columns on disk, with its texts where they are there; nothing is read yet."""
    card = card_of(columns, meta)
    prompts, responses = (texts_of(columns, view) if columns.has(f"{view}_text") else None for view in VIEWS)
    return Corpus(meta.name, card, prompts, responses, meta.date, bad, columns)


def part_of(corpus: Corpus, rows: Ints) -> Corpus:
    """Take some rows of a corpus, to stand for the whole where the others can be linked to nothing; rows ascend."""
    if len(rows) == len(corpus):
        return corpus
    card, places = corpus.card, pa.array(rows)
    part = Card(
        card.meta, card.source[rows], card.row[rows], card.sample_id[rows], card.prompt.take(rows),
        card.response.take(rows), card.prompt_winnows.take(rows), card.response_winnows.take(rows),
    )  # fmt: skip
    prompts, responses = (None if texts is None else texts.take(places) for texts in (corpus.prompts, corpus.responses))
    return dataclasses.replace(corpus, card=part, prompts=prompts, responses=responses, stands_for=len(corpus))


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

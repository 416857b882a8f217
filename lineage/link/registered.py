"""Reading a dataset that is being registered, and the datasets that are registered already.

A registered dataset is read from its card; its texts are read again where its files still hold exactly the content that
was registered, and are done without where they do not.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.errors import CardError, LineageError, RecordError, StoreError, UsageError
from lineage.fingerprint.card import Card, read_card
from lineage.fingerprint.fingerprint import fingerprint
from lineage.graph.labels import RowLabels, read_labels_of
from lineage.link.corpus import Corpus, KeptTexts, is_card
from lineage.records.fields import Fields
from lineage.records.identity import VersionDigest
from lineage.records.read import BadRow, OnBad, Records, open_records
from lineage.store.facts import NewVersion, Version
from lineage.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the rows of a source; as for `open_records`."""

    fields: Fields | None = None
    split: str | None = None
    on_bad: OnBad = "stop"


@dataclass(frozen=True, slots=True)
class Found:
    """A dataset as it was read: its corpus, what its rows say of their authors, and rows that were skipped."""

    corpus: Corpus
    labels: RowLabels
    skipped: tuple[BadRow, ...]
    source: Mapping[str, Any]

    def content(self, date: str | None, licence: str | None) -> NewVersion:
        """Describe the content for the store."""
        card = self.corpus.card
        prompts, responses = (int((view.counts > 0).sum()) for view in (card.prompt, card.response))
        return NewVersion(card.meta.digest, card.meta.rows, prompts, responses, self.source, date, licence)


def read_source(source: str | Path, reading: Reading, progress: Callable[[int], None] | None = None) -> Found:
    """Read and fingerprint a dataset; from a card, without texts and authors.

    Raises the errors of `open_records` and `read_card`, and RecordError when the files change while they are read.
    """
    if is_card(source):
        card = read_card(source)
        return Found(Corpus(card.meta.name, card, date=card.meta.date), RowLabels(), (), {"files": []})
    records = open_records(source, fields=reading.fields, split=reading.split, on_bad=reading.on_bad)
    texts = KeptTexts()
    card = fingerprint(texts.watch(records.batches()), name=records.name, progress=progress, sources=records.files)
    labels = read_labels_of(row.sample for row in records.rows())
    if labels.read != card.meta.rows:
        raise RecordError(f"{source} changed while it was read; add it again when nothing writes to it")
    corpus = Corpus(records.name, card, texts.column("prompt"), texts.column("response"))
    return Found(corpus, _with_text(labels, card), tuple(records.bad), _reread(source, reading, records))


def card_corpus(workspace: Workspace, version: Version) -> Corpus:
    """Load a registered dataset from its card, without texts; StoreError when the card is gone or damaged."""
    path = workspace.card(version.digest or "")
    try:
        return Corpus(version.title, read_card(path), date=version.date)
    except (CardError, UsageError) as error:
        raise StoreError(
            f"the card of {version.title} cannot be read: {error}; add that dataset again first"
        ) from error


def with_texts(corpus: Corpus, version: Version) -> Corpus | None:
    """Read the texts of a registered dataset again; None where its files are gone or hold something else by now."""
    source = version.source or {}
    files = source.get("files", [])
    if not files or any(_size(one["path"]) != one["size"] for one in files):
        return None
    fields = source["fields"]
    named = Fields(**(fields | {"prompt": tuple(fields["prompt"])})) if fields else None
    texts, digest = KeptTexts(), VersionDigest()
    try:
        records = open_records(source["source"], fields=named, split=source["split"], on_bad=source["on_bad"])
        for batch in texts.watch(records.batches()):
            digest.update(batch.column("sample_id").to_pylist())
    except LineageError:
        # Whatever makes the files unreadable now, the card still stands for what was registered.
        return None
    if digest.hexdigest() != version.digest:
        return None
    return dataclasses.replace(corpus, prompts=texts.column("prompt"), responses=texts.column("response"))


def _with_text(labels: RowLabels, card: Card) -> RowLabels:
    """Drop what rows say of a role in which they have no words; such rows are not counted in shares."""
    counts = {"prompt": card.prompt.counts, "response": card.response.counts}
    named = enumerate(zip(labels.rows, labels.roles, strict=True))
    return labels.only([at for at, (row, role) in named if counts[role][row] > 0])


def _reread(source: str | Path, reading: Reading, records: Records) -> dict[str, Any]:
    """Note how to read this content again from any directory; no files where it is not on this machine."""
    local = all(Path(file).exists() for file in records.files)
    files = [{"path": str(Path(file).absolute()), "size": _size(file)} for file in records.files] if local else []
    name = str(source)
    elsewhere = not local or name.startswith(("package:", "hf:")) or "://" in name
    return {
        "source": name if elsewhere else str(Path(name).expanduser().absolute()),
        "files": files,
        "fields": dataclasses.asdict(reading.fields) if reading.fields else None,
        "split": reading.split,
        "on_bad": reading.on_bad,
    }


def _size(path: str) -> int | None:
    return Path(path).stat().st_size if Path(path).exists() else None

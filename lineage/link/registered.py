"""Reading a dataset that is being registered, and the datasets that are registered already.

What is read goes into the workspace's index, fingerprints and texts, and is taken from there ever after. Where that is
gone it is made again from the source, as long as that still holds exactly what was registered, else from the card.
"""

import dataclasses
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.errors import CardError, LineageError, RecordError, StoreError, UsageError
from lineage.fingerprint.card import Card, CardMeta, CardParams, read_card
from lineage.graph.labels import RowLabels, read_labels_of
from lineage.index.cards import card_meta
from lineage.index.segment import Segment, open_segment
from lineage.index.spool import spool
from lineage.index.writer import index_card, writing_segment
from lineage.link.corpus import Corpus, corpus_of, is_card
from lineage.records.fields import Fields
from lineage.records.read import BadRow, OnBad, Records, open_records
from lineage.store.facts import NewVersion, Version
from lineage.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the rows of a source, as for `open_records`; and whether the index keeps their texts."""

    fields: Fields | None = None
    split: str | None = None
    on_bad: OnBad = "stop"
    keep_text: bool = True


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


def read_source(
    source: str | Path, workspace: Workspace, reading: Reading, progress: Callable[[int], None] | None = None
) -> Found:
    """Read and fingerprint a dataset into the workspace's index; from a card, without texts and authors.

    An index of content that is never registered does no harm: it is found again when it is.
    Raises the errors of `open_records` and `read_card`, RecordError when the files change while they are read, and
    StoreError when the index cannot be written.
    """
    if is_card(source):
        card = read_card(source)
        corpus = corpus_of(index_card(workspace.index, card), card.meta)
        return Found(corpus, RowLabels(), (), {"files": []})
    records = open_records(source, fields=reading.fields, split=reading.split, on_bad=reading.on_bad)
    read = _with_index if reading.keep_text else _without_texts
    corpus = read(records, workspace, progress)
    labels = read_labels_of(row.sample for row in records.rows())
    if labels.read != len(corpus):
        raise RecordError(f"{source} changed while it was read; add it again when nothing writes to it")
    return Found(corpus, _with_text(labels, corpus.card), tuple(records.bad), _reread(source, reading, records))


def registered_segment(workspace: Workspace, version: Version) -> Segment:
    """Open the index of a registered dataset, made again where it is gone; StoreError when that cannot be done."""
    try:
        return open_segment(workspace.index / (version.digest or ""))
    except StoreError:
        return _from_source(workspace, version) or _from_card(workspace, version)


def registered_corpus(segment: Segment, version: Version) -> Corpus:
    """Take a registered dataset from its index, under its name in the graph."""
    return corpus_of(segment, dataclasses.replace(card_meta(segment), name=version.title, date=version.date))


def _with_index(records: Records, workspace: Workspace, progress: Callable[[int], None] | None) -> Corpus:
    segment = _index(records, workspace, progress)
    # The same content may have been indexed before, under another name.
    meta = dataclasses.replace(card_meta(segment), name=records.name, sources=records.files)
    return corpus_of(segment, meta)


def _without_texts(records: Records, workspace: Workspace, progress: Callable[[int], None] | None) -> Corpus:
    """Read records with their texts at hand as long as this process needs them, and index the fingerprints alone."""
    kept = spool(records.batches(), progress=progress)
    corpus = corpus_of(kept.columns, CardMeta(records.name, kept.digest, kept.rows, kept.params, sources=records.files))
    index_card(workspace.index, corpus.card)
    return corpus


def _index(
    records: Records, workspace: Workspace, progress: Callable[[int], None] | None = None, expected: str | None = None
) -> Segment:
    """Read records into a segment; StoreError when an expected digest is given and they have another."""
    params, batches = CardParams(), records.batches()
    first = list(itertools.islice(batches, 1))  # what cannot be read at all leaves no workspace behind
    with writing_segment(workspace.index, params) as writer:
        for batch in itertools.chain(first, batches):
            writer.rows.add(batch)
            if progress is not None:
                progress(writer.rows.rows)
        if expected not in {None, writer.rows.digest}:
            raise StoreError(f"{records.name} holds something else by now")
        writer.finish(CardMeta(records.name, "", 0, params, sources=records.files))
        return open_segment(writer.publish())


def _from_source(workspace: Workspace, version: Version) -> Segment | None:
    """Read a registered dataset again; None where its files are gone or hold something else by now."""
    source = version.source or {}
    files = source.get("files", [])
    if not source.get("keep_text", True) or not files or any(_size(one["path"]) != one["size"] for one in files):
        return None
    fields = source["fields"]
    named = Fields(**(fields | {"prompt": tuple(fields["prompt"])})) if fields else None
    try:
        records = open_records(source["source"], fields=named, split=source["split"], on_bad=source["on_bad"])
        return _index(records, workspace, expected=version.digest)
    except LineageError:
        # Whatever makes the files unreadable now, the card still stands for what was registered.
        return None


def _from_card(workspace: Workspace, version: Version) -> Segment:
    try:
        return index_card(workspace.index, read_card(workspace.card(version.digest or "")))
    except (CardError, UsageError) as error:
        raise StoreError(
            f"the card of {version.title} cannot be read: {error}; add that dataset again first"
        ) from error


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
        "keep_text": reading.keep_text,
    }


def _size(path: str) -> int | None:
    return Path(path).stat().st_size if Path(path).exists() else None

"""Writes samples and their fingerprints into columns as they stream by, so that memory does not grow with the data."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lineage.errors import UsageError
from lineage.fingerprint.card import Card, CardParams
from lineage.fingerprint.fingerprint import SCHEME, sample_ids
from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.fingerprint.salt import Salt
from lineage.index.columns import Array, Column, ColumnType
from lineage.index.layout import VIEWS, row_columns, text_columns
from lineage.records.identity import VersionDigest
from lineage.text.models import text_model

ColumnT = TypeVar("ColumnT", bound=Column)


class RowsWriter(Generic[ColumnT]):
    """Takes batches of samples and appends what is kept of them to columns, which `open_column` opens by their names.

    params: how fingerprints are made. keep_text: whether the texts are kept too.
    """

    def __init__(
        self, open_column: Callable[[str, ColumnType], ColumnT], params: CardParams, *, keep_text: bool,
        salt: Salt | None = None,
    ) -> None:  # fmt: skip
        if params.scheme != SCHEME:
            raise UsageError(f"signature scheme {params.scheme!r} is not known; this version makes {SCHEME!r}")
        kinds = row_columns(params.num_perm) | (text_columns() if keep_text else {})
        self.columns = {name: open_column(name, kind) for name, kind in kinds.items()}
        self.rows = 0
        self._keep_text = keep_text
        self._salt = salt
        self._id_keys = salt.keys("sample_id", 2) if salt else None
        self._permutations = draw_permutations(params.num_perm, params.seed)
        self._models = {"prompt": text_model(params.prompt_model), "response": text_model(params.response_model)}
        self._digest = VersionDigest()
        self._valid: dict[str, list[Array]] = {view: [] for view in VIEWS}
        self._ends = dict.fromkeys(self._offsets(), 0)
        for name in self._ends:
            self.columns[name].append(np.zeros(1, np.int64))

    @property
    def digest(self) -> str:
        """The name of the content so far."""
        return self._digest.hexdigest()

    def add(self, batch: pa.RecordBatch, *, threads: int | None = None) -> None:
        """Append a batch of the schema SAMPLES."""
        named = sample_ids(batch, self._id_keys)
        self._digest.update([named.tobytes()])
        self.columns["sample_id"].append(named)
        self.columns["source"].append(batch.column("source").to_numpy())
        self.columns["row"].append(batch.column("row").to_numpy())
        for view in VIEWS:
            self._add_view(view, batch.column(view), threads)
        self.rows += len(named)

    def add_card(self, card: Card) -> None:
        """Append the rows of a card, which has no texts; for a writer that keeps none."""
        self._digest.update([card.sample_id.tobytes()])
        for name in ("source", "row", "sample_id"):
            self.columns[name].append(getattr(card, name))
        prints = ((card.prompt, card.prompt_winnows), (card.response, card.response_winnows))
        for view, (signed, winnows) in zip(VIEWS, prints, strict=True):
            for name in ("keys", "counts", "minima"):
                self.columns[f"{view}_{name}"].append(getattr(signed, name))
            self._append_ends(f"{view}_winnow_offsets", winnows.offsets)
            self.columns[f"{view}_winnow_hashes"].append(winnows.hashes[winnows.offsets[0] : winnows.offsets[-1]])
        self.rows += len(card.row)

    def finish(self) -> None:
        """Write what is known only at the end."""
        for view in VIEWS if self._keep_text else ():
            bits = np.packbits(np.concatenate([np.empty(0, np.bool_), *self._valid[view]]), bitorder="little")
            self.columns[f"{view}_text_valid"].append(bits)

    def _offsets(self) -> Iterable[str]:
        return [name for name in self.columns if name.endswith("_offsets")]

    def _add_view(self, view: str, texts: pa.LargeStringArray, threads: int | None) -> None:
        model, maps = self._models[view], self._permutations
        prints, winnows = sign_and_winnow(texts, model, maps, salt=self._salt, threads=threads)
        self.columns[f"{view}_keys"].append(prints.keys)
        self.columns[f"{view}_counts"].append(prints.counts)
        self.columns[f"{view}_minima"].append(prints.minima)
        self._append_ends(f"{view}_winnow_offsets", winnows.offsets)
        self.columns[f"{view}_winnow_hashes"].append(winnows.hashes)
        if self._keep_text:
            self._add_texts(view, texts)

    def _add_texts(self, view: str, texts: pa.LargeStringArray) -> None:
        self._valid[view].append(texts.is_valid().to_numpy(zero_copy_only=False))
        if texts.null_count:
            texts = pc.fill_null(texts, "")
        if not len(texts):
            return
        _, offset_buffer, data = texts.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        used = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]
        self._append_ends(f"{view}_text_offsets", offsets)
        self.columns[f"{view}_text"].append(used)

    def _append_ends(self, name: str, offsets: Array) -> None:
        """Append where each of the next items ends, counted from the start of the whole column."""
        self.columns[name].append(offsets[1:] - offsets[0] + self._ends[name])
        self._ends[name] += int(offsets[-1] - offsets[0])

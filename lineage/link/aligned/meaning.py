"""Confirm matched rows by their meaning, with a multilingual text encoder that the user has at hand.

Never needed to find a translation, and never changes what was found: it says how much nearer in meaning matched rows
are than rows matched wrongly on purpose.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from lineage.errors import UsageError
from lineage.graph.shares import wilson
from lineage.link.aligned.alignment import Alignment
from lineage.link.aligned.common import Floats
from lineage.link.corpus import Corpus
from lineage.store.facts import Share

# Pairs compared, evenly spread; enough for an interval of ±3 %.
_PAIRS = 1024
_BATCH = 32
_MOST_TOKENS = 256


class Embedder(Protocol):
    """Turns texts of any language it knows into vectors that are near when the meanings are."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector for each text, shape (texts, dimensions)."""


class Confirmation(NamedTuple):
    """Of the pairs compared the share whose rows are nearer in meaning than each to the next pair's, and mean cosines.

    nearer: ½ for rows matched at random, whatever the encoder. matched, shifted: mean cosine of matched rows, and of
    each row with the partner of the next.
    """

    nearer: Share
    matched: float
    shifted: float


def confirm(alignment: Alignment, a: Corpus, b: Corpus, embedder: Embedder) -> Confirmation:
    """Compare the meanings of matched rows with those of the same rows shifted by one pair.

    Raises UsageError when fewer than two pairs were matched or texts are not at hand.
    """
    count = alignment.pairs.num_rows
    if count < 2:
        raise UsageError(f"{count} pairs of rows are too few to compare meanings; two are needed")
    chosen = pa.array(np.unique(np.linspace(0, count - 1, min(_PAIRS, count)).astype(np.int64)))
    pairs = alignment.pairs.take(chosen)
    here, there = (_encoded(one, pairs[side], embedder) for one, side in ((a, "row_a"), (b, "row_b")))
    matched = np.einsum("ij,ij->i", here, there)
    shifted = np.einsum("ij,ij->i", here, np.roll(there, -1, axis=0))
    nearer = int((matched > shifted).sum())
    return Confirmation(wilson(nearer, len(matched)), float(matched.mean()), float(shifted.mean()))


def _encoded(corpus: Corpus, rows: pa.ChunkedArray, embedder: Embedder) -> Floats:
    columns = [one for one in (corpus.prompts, corpus.responses) if one is not None]
    if not columns:
        raise UsageError(f"{corpus.name} has no texts at hand; load the dataset rather than its card")
    parts = [one.take(rows.combine_chunks()).to_pylist() for one in columns]
    vectors = np.asarray(embedder.encode(["\n".join(text or "" for text in row) for row in zip(*parts, strict=True)]))
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


class FolderEmbedder:
    """An encoder from a local folder in the layout of transformers: the mean of the last layer over a text's tokens.

    That is how most multilingual sentence encoders are used. Needs the extra `local`; reads nothing but the
    folder, and runs no code from it.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "config.json").is_file():
            raise UsageError(f"{folder} is no folder of a text encoder: it has no config.json")
        try:
            import torch  # noqa: PLC0415 (the extra `local`)
            from transformers import AutoModel, AutoTokenizer  # noqa: PLC0415
        except ImportError as error:
            raise UsageError("a text encoder needs the extra: pip install 'lineage-tracer[local]'") from error
        self._torch = torch
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return a vector for each text, shape (texts, dimensions); of longer texts the first 256 tokens count."""
        batches = [self._encode(list(texts[start : start + _BATCH])) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(batches)

    def _encode(self, texts: list[str]) -> Floats:
        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=_MOST_TOKENS, return_tensors="pt")
        with self._torch.inference_mode():
            states = self._model(**tokens).last_hidden_state
        mask = tokens["attention_mask"].unsqueeze(-1)
        return np.asarray(((states * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)).double().numpy())

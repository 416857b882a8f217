"""Fingerprints a dataset: batches of samples in, a card out."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.errors import UsageError
from lineage.fingerprint.card import Card, CardMeta, CardParams
from lineage.fingerprint.kernels import key_names
from lineage.fingerprint.minhash import ViewPrints, Winnows, sign_and_winnow
from lineage.fingerprint.permutations import Permutations, draw_permutations
from lineage.fingerprint.salt import Salt
from lineage.records.identity import SAMPLE_ID_BYTES, VersionDigest
from lineage.text.models import TextModel, text_model

SCHEME = "affine32"
DEFAULT_PARAMS = CardParams()


def fingerprint(  # noqa: PLR0913 (what a card says of its dataset has no other way in)
    batches: Iterable[pa.RecordBatch],
    *,
    name: str,
    params: CardParams = DEFAULT_PARAMS,
    salt: Salt | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    licence: str | None = None,
    date: str | None = None,
    created: str | None = None,
    sources: Sequence[str] = (),
) -> Card:
    """Fingerprint every sample of a dataset.

    batches: record batches of the schema SAMPLES, in the order of the dataset. progress, when given, is called with the
    number of samples done. Memory grows with the card (some 100 + 8 K bytes a row), not with the text.
    The card does not depend on how the rows are cut into batches or on `threads`.
    salt: what every hash on the card is keyed with, the sample ids and the version's digest too; the card's parameters
    then hold its check value.
    Raises UsageError for an unknown scheme or text model, a K or seed out of range, or parameters that name another
    salt than the one given.
    """
    params = salted_params(params, salt)
    if params.scheme != SCHEME:
        raise UsageError(f"signature scheme {params.scheme!r} is not known; this version makes {SCHEME!r}")
    permutations = draw_permutations(params.num_perm, params.seed)
    identity = _Identity(salt)
    prompts = _View(text_model(params.prompt_model), permutations, salt)
    responses = _View(text_model(params.response_model), permutations, salt)
    for batch in batches:
        identity.add(batch)
        prompts.add(batch.column("prompt"), threads)
        responses.add(batch.column("response"), threads)
        if progress is not None:
            progress(identity.rows)
    meta = CardMeta(
        name=name, digest=identity.digest.hexdigest(), rows=identity.rows, params=params,
        licence=licence, date=date, created=created, sources=tuple(sources),
    )  # fmt: skip
    return Card(
        meta=meta,
        source=np.concatenate(identity.source),
        row=np.concatenate(identity.row),
        sample_id=np.concatenate(identity.sample_id),
        prompt=prompts.prints(),
        response=responses.prints(),
        prompt_winnows=prompts.winnows(),
        response_winnows=responses.winnows(),
    )


def salted_params(params: CardParams, salt: Salt | None) -> CardParams:
    """Return the parameters with the check value of a salt; UsageError where they name another one."""
    check = salt.check if salt else None
    if params.salt not in {None, check}:
        raise UsageError("these parameters are of a salted card; give the salt that it was made with")
    return dataclasses.replace(params, salt=check)


class _Identity:
    """Gathers which row each sample is, and the digest of them all."""

    def __init__(self, salt: Salt | None) -> None:
        self._keys = salt.keys("sample_id", 2) if salt else None
        self.rows = 0
        self.digest = VersionDigest()
        self.source = [np.empty(0, np.int32)]
        self.row = [np.empty(0, np.int64)]
        self.sample_id = [np.empty((0, SAMPLE_ID_BYTES), np.uint8)]

    def add(self, batch: pa.RecordBatch) -> None:
        named = sample_ids(batch, self._keys)
        self.rows += len(named)
        self.source.append(batch.column("source").to_numpy())
        self.row.append(batch.column("row").to_numpy())
        self.digest.update([named.tobytes()])
        self.sample_id.append(named)


def sample_ids(batch: pa.RecordBatch, keys: npt.NDArray[np.uint64] | None) -> npt.NDArray[np.uint8]:
    """Return the sample ids of a batch, uint8 (n, 16); keyed with a salt's keys for "sample_id" where given."""
    ids = batch.column("sample_id")
    raw = np.frombuffer(ids.buffers()[1] or b"", np.uint8).reshape(-1, SAMPLE_ID_BYTES)
    named = raw[ids.offset : ids.offset + len(ids)]
    return named if keys is None else _keyed(named, keys)


def _keyed(ids: npt.NDArray[np.uint8], keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Replace sample ids, which are plain hashes of the content, by keyed ones."""
    names = np.frombuffer(ids.tobytes(), "<u8").astype(np.uint64).reshape(-1, 2)
    out = np.empty_like(names)
    key_names(names, keys, out)
    return out.astype("<u8", copy=False).view(np.uint8).reshape(-1, SAMPLE_ID_BYTES)


class _View:
    """Gathers the fingerprints of one view, batch by batch."""

    def __init__(self, model: TextModel, permutations: Permutations, salt: Salt | None) -> None:
        self._model = model
        self._permutations = permutations
        self._salt = salt
        empty: pa.LargeStringArray = pa.array([], pa.large_string())
        self._parts = [sign_and_winnow(empty, model, permutations)]

    def add(self, texts: pa.LargeStringArray, threads: int | None) -> None:
        signed = sign_and_winnow(texts, self._model, self._permutations, salt=self._salt, threads=threads)
        self._parts.append(signed)

    def prints(self) -> ViewPrints:
        prints = [part for part, _ in self._parts]
        return ViewPrints(
            keys=np.concatenate([part.keys for part in prints]),
            counts=np.concatenate([part.counts for part in prints]),
            minima=np.concatenate([part.minima for part in prints]),
        )

    def winnows(self) -> Winnows:
        winnows = [part for _, part in self._parts]
        lengths = np.concatenate([np.diff(part.offsets) for part in winnows])
        offsets = np.zeros(len(lengths) + 1, np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return Winnows(offsets, np.concatenate([part.hashes for part in winnows]))

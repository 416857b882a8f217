"""What a model's own files say of the terms under which it, and what it writes, may be used.

Reads the `license` of a model card, or `general.license` of a GGUF file. Says nothing of what the terms mean.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from huggingface_hub import ModelCard, try_to_load_from_cache

from lineage.generate.backends.models import ModelSource

# Sizes of the scalar types of GGUF metadata, by their numbers; 8 is a string, 9 an array.
# Source: GGUF specification v3, `gguf_metadata_value_type`.
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True)
class Licence:
    """Terms by name, as their source writes them; both None where nobody says."""

    terms: str | None = None
    source: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return it for the record of a run."""
        return {"terms": self.terms, "source": self.source}


def licence_of(source: ModelSource, given: str | None = None) -> Licence:
    """Find the licence of a model: as given, of its card, or of its GGUF file. Never asks the network."""
    if given:
        return Licence(given, "given by the user")
    if source.kind == "gguf":
        with Path(source.location, source.gguf or "").open("rb") as file:
            terms = _gguf_licence(file)
        return Licence(terms, "metadata of the GGUF file") if terms else Licence()
    card = Path(source.location, "README.md")
    if source.kind == "hub":
        cached = try_to_load_from_cache(source.location, "README.md", revision=source.revision)
        card = Path(cached) if isinstance(cached, str) else Path()
    text = card.read_text(errors="replace") if card.is_file() else ""
    if not text.startswith("---"):  # no metadata, of which the library would complain
        return Licence()
    terms = ModelCard(text, ignore_metadata_errors=True).data.get("license")
    return Licence(str(terms), "model card") if terms else Licence()


def _gguf_licence(file: BinaryIO) -> str | None:
    """Read `general.license`; None where the file has none, or is no GGUF file of versions 2 or 3."""
    magic, version, _, count = struct.unpack("<4sIQQ", file.read(24).ljust(24, b"\0"))
    if magic != b"GGUF" or version not in {2, 3}:
        return None
    for _ in range(count):
        key, kind = _string(file), _number(file, "<I")
        if key == "general.license" and kind == _STRING:
            return _string(file)
        _skip(file, kind)
    return None


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        _string(file)
    elif kind == _ARRAY:
        inner, count = _number(file, "<I"), _number(file, "<Q")
        if inner in _SCALAR_BYTES:
            file.seek(count * _SCALAR_BYTES[inner], 1)
        else:
            for _ in range(count):
                _skip(file, inner)
    else:
        file.seek(_SCALAR_BYTES[kind], 1)


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "<Q")).decode("utf-8", "replace")


def _number(file: BinaryIO, form: str) -> int:
    number: int = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return number

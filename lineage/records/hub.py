"""Hugging Face datasets as a source: `hf:name[:config][@revision]`, streamed through the `datasets` library.

The name is one on the hub, or a local folder of data files that the library understands. Remote code is never run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lineage.errors import RecordError, UsageError
from lineage.records.json_rows import RawRow
from lineage.records.reach import why_unreachable

PREFIX = "hf:"


class HubName(NamedTuple):
    """The parts of an `hf:` source."""

    path: str
    config: str | None
    revision: str | None


def parse_hub_name(source: str) -> HubName:
    """Take an `hf:` source apart.

    >>> parse_hub_name("hf:openai/gsm8k:main@e53f048")
    HubName(path='openai/gsm8k', config='main', revision='e53f048')
    """
    name, _, revision = source.removeprefix(PREFIX).partition("@")
    path, _, config = name.partition(":")
    if not path:
        raise UsageError(f"{source!r} names no dataset: write hf:name[:config][@revision], for example hf:openai/gsm8k")
    return HubName(path, config or None, revision or None)


def read_hub(source: str, split: str | None) -> Iterator[RawRow]:
    """Stream the rows of one split; UsageError lists the splits when there are several and none is named."""
    import datasets  # noqa: PLC0415 (seconds to import; only this source needs it)

    name = parse_hub_name(source)
    if not Path(name.path).exists() and (reason := why_unreachable()):
        raise RecordError(f"{source} cannot be read: the hub cannot be reached ({reason}), and no such folder is here")
    try:
        splits = datasets.load_dataset(name.path, name.config, revision=name.revision, streaming=True)
        yield from enumerate(_one_split(splits, source, split))
    except (FileNotFoundError, ValueError) as error:
        raise UsageError(f"{source} cannot be opened: {error}") from error
    except (OSError, datasets.exceptions.DatasetGenerationError) as error:
        raise RecordError(f"{source} cannot be read: {error}") from error


def _one_split(splits: Any, source: str, split: str | None) -> Iterator[dict[str, object]]:
    names = list(splits)
    if split is None and len(names) > 1:
        raise UsageError(f"{source} has the splits {', '.join(names)}: name one with --split")
    if split is not None and split not in names:
        raise UsageError(f"{source} has no split {split!r}; there are: {', '.join(names)}")
    return iter(splits[split or names[0]])

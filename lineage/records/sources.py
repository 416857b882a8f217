"""From what a user names to the files that hold it: a path, a glob, a folder, a URL, or a file in a Python package.

Knows names only; opens nothing. A source that does not exist is refused here, with a near name when there is one.
"""

import difflib
import glob
import importlib.util
from importlib.resources import files as package_files
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import fsspec

from lineage.errors import UsageError
from lineage.records.hub import PREFIX as HUB
from lineage.records.hub import parse_hub_name
from lineage.records.streams import compression_of, is_url

PACKAGE = "package:"
ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
_WILD = frozenset("*?[")


class Source(NamedTuple):
    """A source by its short name, and the files to read, in order (for `hf:` the source itself)."""

    name: str
    files: tuple[str, ...]


def find_source(source: str | Path) -> Source:
    """Find the files of a source; UsageError when there is none."""
    text = str(source)
    if text.startswith(HUB):
        path = parse_hub_name(text).path
        return Source(Path(path).name if Path(path).is_dir() else path, (text,))
    if text.startswith(PACKAGE):
        text = str(_in_package(text))
    return _remote(text) if is_url(text) else _local(text)


def ending_of(path: str) -> str:
    """Return the ending that names a format, compression aside, or "".

    >>> ending_of("a.JSONL.gz"), ending_of("a.txt")
    ('.jsonl', '.txt')
    """
    bare = path.partition("::")[0].partition("?")[0]
    return PurePosixPath(bare.removesuffix(compression_of(bare)).lower()).suffix


def _local(text: str) -> Source:
    path = Path(text).expanduser()
    if path.is_dir():
        return Source(path.resolve().name, _in_folder(path))
    if path.exists():
        return Source(_short_name(text), (str(path),))
    if _WILD.isdisjoint(text):
        raise UsageError(f"there is no {text}{_near(path)}")
    matches = glob.glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may be absolute)
    found = sorted(one for one in matches if Path(one).is_file())
    return Source(_pattern_name(text), _some(found, text))


def _remote(text: str) -> Source:
    try:
        system, path = fsspec.core.url_to_fs(text)
        wild = not _WILD.isdisjoint(path)
        found = sorted(system.glob(path)) if wild else [path]
        if not wild and system.isdir(path):
            found = [one for one in sorted(system.find(path)) if _is_record_file(one)]
            _some(found, text)
        elif not wild:
            if not system.exists(path):
                raise UsageError(f"there is no {text}")
            return Source(_short_name(text), (text,))
    except (ImportError, ValueError) as error:
        raise UsageError(f"{text} cannot be opened: {error}") from error
    chain = text.partition("::")[2]
    urls = [f"{system.unstrip_protocol(one)}::{chain}" if chain else system.unstrip_protocol(one) for one in found]
    return Source(_pattern_name(text) if wild else _short_name(text), _some(urls, text))


def _in_package(text: str) -> Path:
    package, _, inner = text.removeprefix(PACKAGE).partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None:
        raise UsageError(f"{text}: there is no package {package!r} here; pip install {package.replace('_', '-')}")
    # A module made from its spec and never executed: finding data must not import what the package imports.
    found = package_files(importlib.util.module_from_spec(spec)).joinpath(inner)
    if not isinstance(found, Path):
        raise UsageError(f"{text} lies inside an archive: unpack the package")
    return found


def _in_folder(folder: Path) -> tuple[str, ...]:
    found = [
        one for one in sorted(folder.rglob("*")) if one.is_file() and _is_record_file(str(one.relative_to(folder)))
    ]
    return _some([str(one) for one in found], str(folder))


def _is_record_file(path: str) -> bool:
    hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
    return not hidden and ending_of(path) in ENDINGS


def _some(found: list[str], text: str) -> tuple[str, ...]:
    if not found:
        endings = ", ".join(ENDINGS)
        raise UsageError(f"{text} holds no record file: {endings} count, also with .gz, .zst, .xz or .bz2 after them")
    return tuple(found)


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return f" (there is no folder {path.parent})"
    close = difflib.get_close_matches(path.name, [one.name for one in path.parent.iterdir()], 1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def _short_name(text: str) -> str:
    bare = text.rpartition("::")[0] or text
    name = PurePosixPath(bare.partition("?")[0]).name
    ending = ending_of(name)
    return name[: len(name) - len(ending) - len(compression_of(name))] or name


def _pattern_name(text: str) -> str:
    """Name a glob after the last folder before its first wild card."""
    fixed = list(PurePosixPath(text.partition("::")[0].partition("://")[2] or text).parts)
    still = fixed[: next((at for at, part in enumerate(fixed) if not _WILD.isdisjoint(part)), len(fixed))]
    return next((part for part in reversed(still) if part not in {".", "..", "/", "**"}), "") or _short_name(text)

"""The record of a run: what was asked, what ran, and how far it is; one JSON file beside the rows.

The record is written before the first row, so rows without a record are not ours.
"""

import contextlib
import importlib.metadata
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from lineage import __version__
from lineage.errors import GenerationError, UsageError
from lineage.generate.seeds import config_sha256

SCHEMA = "lineage.run/2"
Status = Literal["running", "interrupted", "failed", "complete"]
# From the strongest promise to the weakest.
_WEAKEST = ("bitwise", "seeded", "unseeded")
_HOW = "use another name, or --overwrite to start over"
_PACKAGES = ("transformers", "tokenizers", "torch", "numpy", "numba")


@dataclass(frozen=True)
class RunFiles:
    """The files of a run: rows, what became of every index, the record; and what has ended before its turn."""

    rows: Path
    prompts: Path
    record: Path
    ahead: Path

    @classmethod
    def beside(cls, out: Path) -> "RunFiles":
        """Name the files of the run that writes `out`."""
        names = (".prompts.jsonl", ".run.json", ".ahead.jsonl")
        return cls(out, *(out.with_name(out.name + name) for name in names))


def software() -> dict[str, str]:
    """Return the versions of everything that decides what a model writes."""
    versions = {"lineage": __version__}
    for name in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


class RunRecord:
    """The record of one run, kept on disk as it changes. `run` names the run by its configuration.

    first: the index that its rows begin with.
    """

    def __init__(
        self, files: RunFiles, config: Mapping[str, object], facts: Mapping[str, object], *, first: int = 0
    ) -> None:
        self._path, self._first = files.record, first
        self._config = dict(config)
        self.sha256 = config_sha256(config)
        self.run = f"gen-{self.sha256[:16]}"
        earlier = self._earlier(files.rows)
        self._sessions: list[dict[str, Any]] = list(earlier.get("sessions", []))
        self._facts = facts

    @property
    def reproducibility(self) -> str:
        """The weakest promise of all backends that worked on the run: a row may be of any of them."""
        said = [
            str(backend.get("reproducibility", "unseeded"))
            for session in self._sessions
            for backend in session.get("backends", {}).values()
        ]
        return max(said, key=_WEAKEST.index, default="unseeded")

    def start(self, *, backends: Mapping[str, Mapping[str, object]], **counts: object) -> None:
        """Note that a process takes up the run with these backends, and with these counts done before."""
        self._sessions.append({
            "started_at": _now(), "rows_before": counts.get("rows"), "software": software(),
            "backends": {voice: dict(facts) for voice, facts in backends.items()},
        })  # fmt: skip
        self.note("running", **counts)

    def note(self, status: Status, **counts: object) -> None:
        """Write the record with a new status; a crash leaves the old or the new one, never half."""
        if self._sessions:
            self._sessions[-1]["last_seen_at"] = _now()
        write_record(self._path, {
            "schema": SCHEMA, "run": self.run, "status": status, "first": self._first, **counts,
            "reproducibility": self.reproducibility, "config_sha256": self.sha256, "config": self._config,
            **self._facts, "sessions": self._sessions,
        })  # fmt: skip

    def _earlier(self, rows: Path) -> dict[str, Any]:
        if not self._path.exists():
            if rows.exists() and rows.stat().st_size:
                raise UsageError(f"{rows}: exists and has no record of a run beside it; {_HOW}")
            return {}
        earlier = read_record(self._path)
        if earlier.get("config_sha256") != self.sha256:
            changed = "; ".join(differences(earlier.get("config", {}), self._config))
            raise UsageError(f"{rows}: holds another run ({changed}); {_HOW}")
        if earlier["first"] != self._first:
            raise UsageError(f"{rows}: begins at index {earlier['first']}, not at {self._first}; {_HOW}")
        return earlier


def read_record(path: Path) -> dict[str, Any]:
    """Read the record of a run. Raises GenerationError when it is damaged, UsageError when it is of another version."""
    try:
        record: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such record; give the file of rows that a run wrote") from error
    except (OSError, orjson.JSONDecodeError) as error:
        raise GenerationError(f"{path}: cannot be read: {error}; {_HOW}") from error
    if record.get("schema") != SCHEMA:
        raise UsageError(
            f"{path}: was written by another version of this program ({record.get('schema')}, not {SCHEMA}), whose "
            f"rows come out otherwise; finish that run with that version, or {_HOW}"
        )
    return record


def write_record(path: Path, document: Mapping[str, object]) -> None:
    """Write the record of a run. Raises GenerationError when that cannot be done."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
        part.replace(path)
    except OSError as error:
        raise GenerationError(f"{path}: cannot be written: {error.strerror}") from error


def remove_run(files: RunFiles) -> None:
    """Delete a run's files, the record last, so that a half-deleted run is still known as one."""
    for path in (files.ahead, files.prompts, files.rows, files.record):
        path.unlink(missing_ok=True)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say which keys of two configurations differ, and how."""
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            found += [f"{key} {one}" for one in differences(was, now)]
        else:
            found.append(f"{key}: {was} there, {now} now")
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_writable(out: Path) -> None:
    """Raise UsageError early when a run could not write its rows to `out`."""
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; give a file name such as {out / 'corpus.jsonl'}")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: the folder {out.parent} does not exist; make it first")
    if not os.access(out.parent, os.W_OK):
        raise UsageError(f"{out}: the folder {out.parent} cannot be written to")

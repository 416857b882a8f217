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

SCHEMA = "lineage.run/1"
Status = Literal["running", "interrupted", "failed", "complete"]
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
    """The record of one run, kept on disk as it changes. `run` names the run by its configuration."""

    def __init__(self, files: RunFiles, config: Mapping[str, object], facts: Mapping[str, object]) -> None:
        self._path = files.record
        self._config = dict(config)
        self.sha256 = config_sha256(config)
        self.run = f"gen-{self.sha256[:16]}"
        earlier = self._earlier(files.rows)
        self._sessions: list[dict[str, object]] = list(earlier.get("sessions", []))
        self._facts = facts

    def start(self, **counts: object) -> None:
        """Note that a process takes up the run, with these counts done before."""
        self._sessions.append({"started_at": _now(), "rows_before": counts.get("rows"), "software": software()})
        self.note("running", **counts)

    def note(self, status: Status, **counts: object) -> None:
        """Write the record with a new status; a crash leaves the old or the new one, never half."""
        if self._sessions:
            self._sessions[-1]["last_seen_at"] = _now()
        document = {
            "schema": SCHEMA, "run": self.run, "status": status, **counts, "config_sha256": self.sha256,
            "config": self._config, **self._facts, "sessions": self._sessions,
        }  # fmt: skip
        part = self._path.with_name(self._path.name + ".part")
        try:
            part.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
            part.replace(self._path)
        except OSError as error:
            raise GenerationError(f"{self._path}: cannot be written: {error.strerror}") from error

    def attach(self, name: str, facts: Mapping[str, object]) -> None:
        """Add what became known when the model ran to this session."""
        self._sessions[-1][name] = dict(facts)

    def _earlier(self, rows: Path) -> dict[str, Any]:
        how = "use another name, or --overwrite to start over"
        if not self._path.exists():
            if rows.exists() and rows.stat().st_size:
                raise UsageError(f"{rows}: exists and has no record of a run beside it; {how}")
            return {}
        try:
            earlier: dict[str, Any] = orjson.loads(self._path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise GenerationError(f"{self._path}: cannot be read: {error}; {how}") from error
        if earlier.get("config_sha256") != self.sha256:
            changed = "; ".join(_differences(earlier.get("config", {}), self._config))
            raise UsageError(f"{rows}: holds another run ({changed}); {how}")
        return earlier


def remove_run(files: RunFiles) -> None:
    """Delete a run's files, the record last, so that a half-deleted run is still known as one."""
    for path in (files.ahead, files.prompts, files.rows, files.record):
        path.unlink(missing_ok=True)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        if isinstance(was, dict) and isinstance(now, dict):
            found += [f"{key} {one}" for one in _differences(was, now)]
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

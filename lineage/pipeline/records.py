"""What is known of a stage that ran: one JSON record, and the digests that tell whether it would run the same again.

Written whole or not at all. Knows nothing of how commands are run.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from lineage.pipeline.plan import Step, is_file_name
from lineage.store.workspace import written_whole

SCHEMA = "lineage.stage/1"


class Content(NamedTuple):
    """A file or folder: BLAKE2b-128 of its content and its size; both None for what is no file here (a hub name)."""

    path: str
    digest: str | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One run of one stage, made from what ran.

    key: what the stage's result depends on (command, inputs, version of lineage), BLAKE2b-128. after: (stage, run)
    for each stage named as an input. shown: the command as typed. started: UTC, ISO 8601. resumed: whether an earlier
    call had begun the same work.
    """

    run: str
    key: str
    pipeline: str
    pipeline_digest: str
    stage: str
    command: tuple[str, ...]
    shown: str
    parameters: Mapping[str, object]
    inputs: tuple[Content, ...]
    after: tuple[tuple[str, str], ...]
    outputs: tuple[Content, ...]
    folders: tuple[str, ...]
    started: str
    seconds: float
    exit_code: int
    resumed: bool
    versions: Mapping[str, str]


def stage_key(step: Step, *, inputs: Sequence[Content], after: Sequence[tuple[str, str]], version: str) -> str:
    """Name all that a stage's result depends on; the same key means the same work."""
    parts = [step.command, str(step.stdout), [(one.path, one.digest) for one in inputs], list(after), version]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def read_content(source: str | Path) -> Content:
    """Digest a file, or a folder by the names and contents of its files; what is no file here is only named."""
    path = Path(source)
    if path.is_dir():
        parts = [read_content(file) for file in sorted(path.rglob("*")) if file.is_file()]
        names = json.dumps([(str(Path(one.path).relative_to(path)), one.digest) for one in parts])
        digest = hashlib.blake2b(names.encode(), digest_size=16).hexdigest()
        return Content(str(source), digest, sum(one.size_bytes or 0 for one in parts))
    if not is_file_name(str(source)) or not path.exists():
        return Content(str(source), None, None)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    return Content(str(source), digest, path.stat().st_size)


def write_record(record: StageRecord, path: Path) -> None:
    """Write a record as JSON; a reader sees all of it or nothing."""
    document = {"schema": SCHEMA, **asdict(record)}
    for side in ("inputs", "outputs"):
        document[side] = [one._asdict() for one in getattr(record, side)]
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_record(path: Path) -> StageRecord | None:
    """Read a record; None when there is none, or none that this version can read (the stage then runs again)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document.pop("schema") != SCHEMA:
            return None
        for side in ("inputs", "outputs"):
            document[side] = tuple(Content(**one) for one in document[side])
        document["after"] = tuple((stage, run) for stage, run in document["after"])
        document["command"], document["folders"] = tuple(document["command"]), tuple(document["folders"])
        return StageRecord(**document)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def still_there(record: StageRecord) -> bool:
    """Tell whether everything the stage wrote is as it was left; folders are only looked for."""
    return all(read_content(one.path) == one for one in record.outputs) and all(
        Path(folder).is_dir() for folder in record.folders
    )

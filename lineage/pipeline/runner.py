"""Runs a plan: each stage as its own command, skipped when nothing it depends on changed, recorded when done.

A stage is done when its record is written, which is the last thing that happens; whatever kills this process before,
the next call runs that stage again and skips the ones before it. What a half-done stage left stays, for commands that
go on from it. Prints nothing: a listener is told.
"""

import contextlib
import fcntl
import os
import platform
import secrets
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal, Protocol

from lineage import __version__
from lineage.errors import PipelineError, UsageError
from lineage.pipeline.declaration import Pipeline
from lineage.pipeline.plan import Plan, Step
from lineage.pipeline.records import StageRecord, read_content, read_record, stage_key, still_there, write_record
from lineage.store.workspace import Workspace, ensure_folder, find_workspace

MANIFEST = ".pipeline"
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class StageResult:
    """What became of one stage: it ran now, or its earlier run still stands."""

    status: Literal["ran", "skipped"]
    record: StageRecord


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """All stages of one call, in the order they ran."""

    pipeline: Pipeline
    out: Path
    stages: tuple[StageResult, ...]
    seconds: float


class Listener(Protocol):
    """Is told what a run does, as it does it."""

    def waiting(self, out: Path) -> None:
        """Say that another call is at work in the same folder and is waited for."""

    def skipped(self, step: Step, record: StageRecord) -> None:
        """Say that a stage has nothing to do."""

    def starting(self, step: Step, *, resumed: bool) -> None:
        """Say that a stage's command is about to run."""

    def finished(self, step: Step, record: StageRecord) -> None:
        """Say that a stage is done and recorded."""


def run_plan(
    plan: Plan, *, force: Collection[str], listener: Listener, stdout: IO[str] | None = None
) -> PipelineResult:
    """Run the stages of a plan that have something to do.

    force: names of stages to run whether or not anything changed. stdout: takes what the commands print; None is our
    own. Raises UsageError for an unknown name in `force`, PipelineError when a stage fails or does not write what it
    declares. KeyboardInterrupt is passed to the running command and comes back once that has ended.
    """
    unknown = sorted(set(force) - {step.name for step in plan.steps})
    if unknown:
        names = ", ".join(step.name for step in plan.steps)
        raise UsageError(f"{plan.pipeline.origin}: no stage {', '.join(unknown)}; its stages: {names}")
    begun = time.monotonic()
    workspace = find_workspace(plan.home)
    results: dict[str, StageResult] = {}
    with _alone(plan.out / MANIFEST, listener) as lock:
        runner = _Runner(plan, workspace, listener, stdout, lock)
        for step in plan.steps:
            after = tuple((name, results[name].record.run) for name in step.after)
            results[step.name] = runner.stage(step, after, forced=step.name in force)
    return PipelineResult(plan.pipeline, plan.out, tuple(results.values()), time.monotonic() - begun)


@dataclass(frozen=True, slots=True)
class _Runner:
    plan: Plan
    workspace: Workspace
    listener: Listener
    stdout: IO[str] | None
    lock: int

    def stage(self, step: Step, after: tuple[tuple[str, str], ...], *, forced: bool) -> StageResult:
        inputs = tuple(read_content(file) for file in step.files)
        key = stage_key(step, inputs=inputs, after=after, version=__version__)
        earlier = read_record(self._manifest(step))
        if earlier and earlier.key == key and not forced and still_there(earlier):
            self.listener.skipped(step, earlier)
            return StageResult("skipped", earlier)
        resumed = self._begin(step, key, earlier)
        self.listener.starting(step, resumed=resumed)
        started, clock = datetime.now(UTC).isoformat(timespec="milliseconds"), time.monotonic()
        exit_code = self._execute(step)
        record = StageRecord(
            run=secrets.token_hex(8),
            key=key,
            pipeline=self.plan.pipeline.name,
            pipeline_digest=self.plan.pipeline.digest,
            stage=step.name,
            command=step.command,
            shown=step.shown,
            parameters=self.plan.parameters,
            inputs=inputs,
            after=after,
            outputs=tuple(read_content(path) for path in step.outputs),
            folders=tuple(map(str, step.folders)),
            started=started,
            seconds=round(time.monotonic() - clock, 3),
            exit_code=exit_code,
            resumed=resumed,
            versions={"lineage": __version__, "python": platform.python_version()},
        )
        write_record(record, self.workspace.runs() / f"{record.run}.json")
        self._check(step, record)
        write_record(record, self._manifest(step))
        self._begun(step).unlink()
        self.listener.finished(step, record)
        return StageResult("ran", record)

    def _manifest(self, step: Step) -> Path:
        return self.plan.out / MANIFEST / f"{step.name}.json"

    def _begun(self, step: Step) -> Path:
        return self.plan.out / MANIFEST / f"{step.name}.begun"

    def _begin(self, step: Step, key: str, earlier: StageRecord | None) -> bool:
        """Clear what other work of this stage left, unless the same work was begun before; tell whether it was."""
        begun = self._begun(step)
        mark = begun.read_text(encoding="utf-8") if begun.exists() else None
        if mark == key:
            return True
        if mark is not None or earlier is not None:
            for path in step.outputs:
                _remove(path)
        begun.write_text(key, encoding="utf-8")
        self._manifest(step).unlink(missing_ok=True)
        return False

    def _execute(self, step: Step) -> int:
        for path in (*step.outputs, *step.folders):
            ensure_folder(path.parent)
        env = {**os.environ, "LINEAGE_HOME": str(self.workspace.root)} if self.plan.home else None
        if step.stdout is None:
            return self._wait(step, self.stdout, env)
        partial = step.stdout.with_name(step.stdout.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            exit_code = self._wait(step, file, env)
        if exit_code == 0:
            partial.replace(step.stdout)
        else:
            partial.unlink()
        return exit_code

    def _wait(self, step: Step, stdout: IO[str] | None, env: dict[str, str] | None) -> int:
        # -P: the current folder is the user's, and nothing in it may stand in for a module of ours.
        argv = [sys.executable, "-P", "-m", "lineage", *step.command[1:]]
        # The command holds the lock too: if only we are killed, the next call waits for it to end.
        process = subprocess.Popen(argv, stdout=stdout, env=env, pass_fds=(self.lock,))  # noqa: S603 (no shell; argv[0] is this Python)
        try:
            return process.wait()
        except KeyboardInterrupt:
            _end(process)
            raise

    def _check(self, step: Step, record: StageRecord) -> None:
        where = f'{self.plan.pipeline.origin}: stage "{step.name}"'
        if record.exit_code:
            code = record.exit_code
            how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
            raise PipelineError(
                f"{where} {how}: {step.shown}\nFinished stages are kept; run the same command again to go on."
            )
        unwritten = [one.path for one in record.outputs if one.digest is None]
        unwritten += [folder for folder in record.folders if not Path(folder).is_dir()]
        if unwritten:
            raise PipelineError(
                f"{where} did not write {', '.join(unwritten)}, which it declares as output: {step.shown}"
            )


@contextlib.contextmanager
def _alone(folder: Path, listener: Listener) -> Iterator[int]:
    """Hold the folder's lock; an earlier call, or a command it left behind, is waited for."""
    ensure_folder(folder)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            listener.waiting(folder.parent)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let an interrupted command end; a terminal has told it of the interruption already, `kill` has not."""
    try:
        process.wait(_PATIENCE_S / 2)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _remove(path: Path) -> None:
    if path.is_file():
        path.unlink()

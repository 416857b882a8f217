"""A program for a test: writes one run again and again in processes of their own and kills each of them.

`python -m tests.generate.run.killed FOLDER KILLS`. A process of its own without threads, because it forks.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from lineage.generate.record import RunFiles
from lineage.generate.run.ledger import Ledger
from lineage.generate.run.loop import Loop, Work
from tests.generate.run.fakes import HashBackend, PlainChecks, desk_of, plan_of, starter

ROWS = 400


def write(out: Path, *, slots: int, pause_s: float = 0.0, sync_every_s: float = 1.0) -> int:
    """Write the run, or go on with it; returns how many texts were written."""
    checks = PlainChecks()
    backend = HashBackend(slots, pause_s=pause_s, kinds=3000)
    with Ledger(RunFiles.beside(out), sync_every_s=sync_every_s) as ledger:
        for line in ledger.lines():
            if line["instruction"] is not None:
                checks.note(line["index"], line["instruction"])
        indices = iter(range(ledger.next_index, ROWS))
        work = Work(
            starter(plan_of(), desk_of(checks)), {"asker": backend, "answerer": backend},
            unique=checks, feed=lambda: next(indices, None), known=ledger.ahead, slots=slots,
        )  # fmt: skip
        for one in Loop(work).run():
            ledger.put(one)
    return backend.written


def contents(out: Path) -> tuple[bytes, bytes]:
    files = RunFiles.beside(out)
    return files.rows.read_bytes(), files.prompts.read_bytes()


def whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def kill_one(out: Path, chance: random.Random) -> bool:
    """Let a process write for a while and kill it; False when it was done before."""
    child = os.fork()
    if child == 0:
        write(out, slots=chance.choice((1, 3, 8, 32)), pause_s=0.002, sync_every_s=chance.choice((0, 0.01, 1)))
        os._exit(0)
    time.sleep(chance.uniform(0.0, 0.06))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(folder: Path, kills: int) -> None:
    chance, killed = random.Random(kills), 0
    write(folder / "whole.jsonl", slots=8)
    whole, seen = contents(folder / "whole.jsonl"), b""
    out = folder / "killed.jsonl"
    while killed < kills and kill_one(out, chance):
        killed += 1
        if RunFiles.beside(out).prompts.exists():
            for now, then in zip(contents(out), whole, strict=True):
                assert then.startswith(whole_lines(now)), "a row was changed, repeated or lost"
            done = whole_lines(contents(out)[1])
            assert done.startswith(seen), "what was written before is gone"
            seen = done
    progress = len(seen.splitlines())
    left = write(out, slots=5)
    assert contents(out) == whole
    assert sorted(path.name for path in folder.glob("killed*")) == ["killed.jsonl", "killed.jsonl.prompts.jsonl"]
    sys.stdout.write(f"{killed} killed, {progress} of {ROWS} by then, {left} texts after\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

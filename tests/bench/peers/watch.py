"""Runs a command and watches what all its processes take: memory at its highest, CPU time, and when to stop them."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

_EVERY_S = 0.1
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Watched:
    """What was seen of a command and its processes.

    others_cpu_s: CPU time of all but the first. peak_bytes: the highest sum of memory held, shared pages once.
    stopped: why, or None.
    """

    returncode: int = 0
    stdout: str = ""
    stderr: str = ""
    others_cpu_s: float = 0.0
    peak_bytes: int = 0
    stopped: str | None = None
    _cpu_of: dict[int, float] = field(default_factory=dict)

    def look(self, session: int) -> None:
        """Note what the processes of a session take now."""
        held = 0
        for process in _of_session(session):
            try:
                spent = _stat(process)
                self._cpu_of[int(process.name)] = (int(spent[11]) + int(spent[12])) * _TICK_S
                held += _held(process)
            except (OSError, ValueError, IndexError):
                continue  # it ended while we looked
        self.peak_bytes = max(self.peak_bytes, held)
        self.others_cpu_s = sum(spent for process, spent in self._cpu_of.items() if process != session)


def watch(command: list[str], *, timeout_s: float, memory_bytes: int, log: Path) -> Watched:
    """Run a command in a session of its own until it ends, or stop it at the limit of time or memory."""
    seen = Watched()
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
        reader = threading.Thread(target=_read, args=(process, seen))
        reader.start()
        begun = time.monotonic()
        while process.poll() is None:
            seen.look(process.pid)
            if time.monotonic() - begun > timeout_s:
                seen.stopped = f"not done after {timeout_s:.0f} s"
            elif seen.peak_bytes > memory_bytes:
                seen.stopped = f"over {memory_bytes / 2**30:.1f} GiB of memory"
            if seen.stopped:
                os.killpg(process.pid, signal.SIGKILL)
                break
            time.sleep(_EVERY_S)
        seen.returncode = process.wait()
    reader.join()
    for left in _of_session(process.pid):  # workers that outlive their parent
        os.kill(int(left.name), signal.SIGKILL)
    seen.stderr = log.read_text(errors="replace")
    return seen


def _read(process: "subprocess.Popen[str]", seen: Watched) -> None:
    assert process.stdout is not None
    seen.stdout = process.stdout.read()


def _of_session(session: int) -> list[Path]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(_stat(process)[3]) == session:
                found.append(process)
        except (OSError, ValueError, IndexError):
            continue
    return found


def _stat(process: Path) -> list[str]:
    """Return the fields of /proc/PID/stat after the command's name: state, parent, group, session, …"""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _held(process: Path) -> int:
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0

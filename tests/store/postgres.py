"""A real PostgreSQL server for the tests: its own folder, its own port, gone afterwards."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def _programs() -> Path | None:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def as_plain_user() -> tuple[list[str], pwd.struct_passwd | None]:
    """The words to put before a command so that it does not run as root, and the user it runs as."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            if shutil.which("setpriv"):
                return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user
            if shutil.which("runuser"):
                return ["runuser", "-u", name, "--"], user
    pytest.skip("root without setpriv or runuser cannot start a process as another user")


def unavailable(reason: str) -> None:
    """Skip, or fail in CI, where the server must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have PostgreSQL: {reason}")
    pytest.skip(reason)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the URL of its maintenance database."""
    programs = _programs()
    if programs is None:
        unavailable("no PostgreSQL server here: initdb and pg_ctl are neither on PATH nor in /usr/lib/postgresql/*/bin")
    prefix, user = as_plain_user()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="lineage-pg-", dir="/tmp"))
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        command = [*prefix, str(programs / program), *arguments]
        # Not captured by pipes: the server would inherit them and keep the test waiting.
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False, timeout=120,
        )  # fmt: skip
        if done.returncode:
            said = log.read_text() if log.exists() else ""
            unavailable(f"{program} ended with {done.returncode}: {said[-400:]}")

    try:
        run("initdb", "-D", str(data), "-U", "lineage", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-o", options, "start")
        yield f"postgresql://lineage@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)

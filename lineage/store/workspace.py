"""The workspace: the folder where lineage keeps its cards, links and graph.

It is `.lineage/` in the current directory, or where LINEAGE_HOME or `--home` says. Nothing is created by finding it;
the first write makes it. Knows paths and how to write a file whole; knows nothing of tables or of what is in a card.
"""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lineage.errors import StoreError

FOLDER = ".lineage"
DATABASE = "graph.db"


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where everything is kept: a folder, and the database, a file in it unless LINEAGE_DB names another."""

    root: Path
    database_url: str

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None when the database is a server."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    def card(self, digest: str) -> Path:
        """Where the card of the version with this digest is kept."""
        return self.root / "cards" / f"{digest}.parquet"

    def labels(self, digest: str) -> Path:
        """Where the authors that a version's own rows name are kept."""
        return self.root / "labels" / f"{digest}.parquet"

    def links(self, digest_a: str, digest_b: str) -> Path:
        """Where the linked rows of two versions are kept."""
        return self.root / "links" / f"{digest_a}-{digest_b}.parquet"

    @property
    def index(self) -> Path:
        """Where the indexes of all versions are kept, each in a folder named by its digest."""
        return self.root / "index"

    def runs(self) -> Path:
        """Where the records of runs are kept."""
        return self.root / "runs"


def find_workspace(home: str | Path | None = None, env: Mapping[str, str] = os.environ) -> Workspace:
    """Say where the workspace is, whether or not it exists yet: `home`, else LINEAGE_HOME, else `.lineage` here.

    LINEAGE_DB may name another database as an SQLAlchemy URL; a plain `postgresql://` means the psycopg 3 driver.
    """
    root = Path(home or env.get("LINEAGE_HOME") or FOLDER).expanduser().absolute()
    url = env.get("LINEAGE_DB") or f"sqlite:///{root / DATABASE}"
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            url = "postgresql+psycopg://" + url.removeprefix(plain)
    return Workspace(root, url)


def require_writable(workspace: Workspace) -> None:
    """Raise StoreError when the workspace could not be written to; creates nothing, so it can be asked before work."""
    place = workspace.root
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise StoreError(f"{place} is a file, not a folder; choose another workspace with --home DIR or LINEAGE_HOME")
    if not os.access(place, os.W_OK):
        raise _not_writable(workspace.root, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def ensure_folder(folder: Path) -> None:
    """Make a folder and its parents; StoreError says what to do when that is not allowed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, error) from error


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`: renamed to it when the block ends well, removed when it does not."""
    ensure_folder(path.parent)
    if not os.access(path.parent, os.W_OK):
        raise _not_writable(path.parent, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _not_writable(folder: Path, error: OSError) -> StoreError:
    reason = error.strerror or str(error)
    return StoreError(f"cannot write to {folder}: {reason}; choose another workspace with --home DIR or LINEAGE_HOME")

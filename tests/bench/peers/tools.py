"""The tools that are compared: which adapter runs each, and what has to be installed for it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lineage" / "bench-peers"
BASE = ("numpy", "pyarrow", "orjson")


@dataclass(frozen=True)
class Tool:
    """A tool: the function of an adapter that makes it ready, and what it requires; nothing: it runs right here."""

    module: str
    function: str
    requires: tuple[str, ...]
    package: str
    says: str


_OURS = "verified exactly"
_DATASKETCH = ("datasketch>=2,<3", "xxhash")
TOOLS = {
    "lineage": Tool("with_lineage", "default", (), "lineage-tracer", f"K = 64, bands for a recall of .998, {_OURS}"),
    "lineage --exact": Tool("with_lineage", "exact", (), "lineage-tracer", f"prefix join, {_OURS}"),
    "datasketch": Tool("with_datasketch", "sha1", _DATASKETCH, "datasketch", "SHA-1, 14 × 9, candidates"),
    "datasketch xxh32": Tool("with_datasketch", "xxh", _DATASKETCH, "datasketch", "xxh32, 14 × 9, candidates"),
    "rensa": Tool("with_rensa", "full_set", ("rensa",), "rensa", "R-MinHash, full sets, 32 × 4, candidates"),
    "gaoya": Tool("with_gaoya", "index", ("gaoya",), "gaoya", "32 × 4, checked by estimate"),
    "FastSketchLSH": Tool("with_fastsketchlsh", "sketch", ("FastSketchLSH",), "fastsketchlsh", "32 × 4, candidates"),
    "Daft": Tool("with_daft", "native", ("daft",), "daft", "minhash, 32 × 4, groups"),
    "text-dedup": Tool("with_text_dedup", "minhash", ("text-dedup",), "text-dedup", "14 × 9, clusters"),
    # What it asks for beside itself, undeclared or pinned too loosely.
    "datatrove": Tool(
        "with_datatrove", "pipeline", ("datatrove", "spacy", "tokenizers", "regex", "xxhash<4"), "datatrove",
        "32 × 4, clusters",
    ),
}  # fmt: skip


def python_of(tool: Tool) -> Path:
    """Return the interpreter that runs a tool; its environment is made on first use, under the user's cache folder."""
    if not tool.requires:
        return Path(sys.executable)
    folder = CACHE / tool.module
    python = folder / "bin" / "python"
    done = folder / "requires.txt"
    wanted = "\n".join([*BASE, *tool.requires]) + "\n"
    if not done.exists() or done.read_text() != wanted:
        print(f"installing {', '.join(tool.requires)} in {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *BASE, *tool.requires], check=True)
        done.write_text(wanted)
    return python

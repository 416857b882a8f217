"""Bad input gives a message that says what, where and what to do, the right exit code, and leaves nothing behind."""

import gzip
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

GOOD = [
    {"instruction": f"Name {n} rivers of Europe.", "output": f"The first of {n} is the Danube."} for n in range(2, 9)
]


class Case(NamedTuple):
    content: bytes
    exit_code: int
    says: tuple[str, ...]


def lines(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


CASES = {
    "empty.jsonl": Case(b"", 3, ("empty.jsonl", "empty")),
    "blank.jsonl": Case(b"\n\n  \n", 3, ("blank.jsonl",)),
    "cut.jsonl.gz": Case(gzip.compress(lines(GOOD * 500))[:-200], 3, ("cut.jsonl.gz", "gzip")),
    "not.jsonl.gz": Case(lines(GOOD), 3, ("not.jsonl.gz",)),
    "broken.jsonl": Case(lines(GOOD[:2]) + b'{"instruction": "x"\n' + lines(GOOD[2:]), 3, ("line 3", "--skip-bad")),
    "broken.json": Case(json.dumps(GOOD).encode()[:-30], 3, ("broken.json",)),
    "latin.jsonl": Case('{"instruction": "Où est-il?", "output": "Là."}\n'.encode("latin-1"), 3, ("UTF-8",)),
    "columns.jsonl": Case(b'{"alpha": "x", "beta": "y"}\n', 2, ("alpha", "--fields")),
    "columns.csv": Case(b"alpha,beta\nx,y\n", 2, ("alpha", "--fields")),
    "broken.parquet": Case(b"PAR1 and then nothing", 3, ("broken.parquet",)),
}


def lineage(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lineage", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, timeout=300)


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", CASES)
def test_fingerprint_of_bad_input_says_why_and_writes_nothing(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    (tmp_path / name).write_bytes(case.content)

    done = lineage("fingerprint", name, "-o", "out.card", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (case.exit_code, ""), done.stderr
    assert all(part in done.stderr for part in case.says), done.stderr
    assert "Traceback" not in done.stderr
    assert files_below(tmp_path) == {name}


@pytest.mark.parametrize("command", ["fingerprint", "link", "add"])
def test_a_missing_file_names_the_path_and_its_near_neighbour(command: str, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(lines(GOOD))
    arguments = {
        "fingerprint": ("corpsu.jsonl", "-o", "x.card"),
        "link": ("corpus.jsonl", "corpsu.jsonl"),
        "add": ("corpsu.jsonl",),
    }

    done = lineage(command, *arguments[command], cwd=tmp_path)

    assert done.returncode == 2
    assert "corpsu.jsonl" in done.stderr
    assert "corpus.jsonl" in done.stderr.replace("corpsu", "")
    assert files_below(tmp_path) == {"corpus.jsonl"}


def test_a_folder_without_data_says_what_counts_as_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "README.md").write_text("nothing here")

    done = lineage("fingerprint", "data", "-o", "out.card", cwd=tmp_path)

    assert done.returncode == 2
    assert ".jsonl" in done.stderr


def test_skip_bad_counts_and_lists_the_bad_rows(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_bytes(lines(GOOD[:2]) + b"{oops\n" + lines(GOOD[2:]))

    done = lineage("fingerprint", "some.jsonl", "-o", "out.card", "--skip-bad", "--json", cwd=tmp_path)

    assert done.returncode == 0
    report = json.loads(done.stdout)
    assert (report["rows"], report["skipped"]) == (len(GOOD), 1)
    assert "line 3" in done.stderr


@pytest.mark.slow
def test_a_line_of_100_megabytes_is_read(tmp_path: Path) -> None:
    long = {"instruction": "Repeat after me.", "output": "river and stone " * (100 * 2**20 // 16)}
    (tmp_path / "long.jsonl").write_bytes(lines([*GOOD, long]))

    done = lineage("fingerprint", "long.jsonl", "-o", "out.card", "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == len(GOOD) + 1


def test_a_workspace_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(lines(GOOD))
    (tmp_path / "occupied").write_text("a file where the workspace should be")

    done = lineage("add", "corpus.jsonl", "--home", "occupied", cwd=tmp_path)

    assert done.returncode == 3
    assert "occupied" in done.stderr
    assert "Traceback" not in done.stderr
    assert files_below(tmp_path) == {"corpus.jsonl", "occupied"}


def test_a_database_from_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(lines(GOOD))
    assert lineage("add", "corpus.jsonl", cwd=tmp_path).returncode == 0
    database = tmp_path / ".lineage" / "graph.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    (tmp_path / "more.jsonl").write_bytes(lines(GOOD[:3]))

    done = lineage("add", "more.jsonl", cwd=tmp_path)

    assert done.returncode == 3
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    connection.close()


def test_an_unknown_model_says_what_a_model_may_be(tmp_path: Path) -> None:
    done = lineage("generate", "out.jsonl", "--model", "./nosuchmodel", "-n", "1", cwd=tmp_path)

    assert done.returncode == 2
    assert "nosuchmodel" in done.stderr
    assert files_below(tmp_path) == set()

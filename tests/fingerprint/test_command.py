import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lineage.cli.fingerprint import fingerprint
from lineage.fingerprint.card import read_card

ROOT = Path(__file__).parent.parent.parent
ROWS = [{"instruction": f"Say {i}", "input": "", "output": f"{i}, since you ask for {i}"} for i in range(50)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "some rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(fingerprint, [str(argument) for argument in arguments], catch_exceptions=False)


def test_json_counts_rows_and_names_the_card(data: Path, tmp_path: Path) -> None:
    done = invoke(data, "-o", tmp_path / "a.card", "--json")

    report = json.loads(done.stdout)
    assert report["schema"] == "lineage.fingerprint/1"
    counts = [report[key] for key in ("rows", "prompts", "responses", "empty", "skipped")]
    assert counts == [50, 50, 50, 0, 0]
    assert report["bytes"] == sum(len(row["instruction"]) + len(row["output"]) for row in ROWS)
    assert report["card_bytes"] == (tmp_path / "a.card").stat().st_size
    assert report["seconds"] > 0


def test_what_is_said_of_the_dataset_stands_on_the_card(data: Path, tmp_path: Path) -> None:
    said = ("--name", "me/rows", "--licence", "MIT", "--date", "2024-05")
    invoke(data, "-o", tmp_path / "a.card", *said, "--num-perm", 8)

    meta = read_card(tmp_path / "a.card").meta
    assert (meta.name, meta.licence, meta.date, meta.created) == ("me/rows", "MIT", "2024-05", None)
    assert meta.params.num_perm == 8
    assert meta.sources == ("some rows.jsonl",)  # no folder of this machine travels with a card


def test_the_same_data_in_another_place_give_the_same_bytes_unless_stamped(data: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    copy = tmp_path / "there" / data.name
    copy.write_bytes(data.read_bytes())
    for name, arguments in {"a": (data,), "b": (copy, "--threads", 3), "c": (data, "--stamp")}.items():
        invoke(*arguments, "-o", tmp_path / name)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_card(tmp_path / "c").meta.created is not None


def test_the_table_shows_the_counts(data: Path, tmp_path: Path) -> None:
    done = invoke(data, "-o", tmp_path / "a.card")

    header, row = done.stdout.splitlines()[:2]
    assert header.split()[:4] == ["rows", "prompts", "responses", "empty"]
    assert row.split()[:4] == ["50", "50", "50", "0"]


def test_bad_rows_are_listed_up_to_twenty_and_then_counted(data: Path, tmp_path: Path) -> None:
    with data.open("a") as file:
        file.write("{broken\n" * 25)

    done = invoke(data, "-o", tmp_path / "a.card", "--skip-bad", "--json")

    assert json.loads(done.stdout)["skipped"] == 25
    assert done.stderr.count("left out") == 21
    assert "line 51" in done.stderr
    assert "and 5 more rows" in done.stderr


@pytest.mark.slow
def test_kernels_work_where_nothing_can_be_cached(tmp_path: Path) -> None:
    # As on a read-only file system, home folder included: numba, told to look inside zip files only, finds no place.
    source = (
        "import pyarrow as pa\n"
        "from lineage.fingerprint.minhash import sign\n"
        "from lineage.text.models import PROMPT_MODEL\n"
        "print(sign(pa.array(['a b'], pa.large_string()), PROMPT_MODEL).counts[0])\n"
    )
    nowhere = os.environ | {"NUMBA_CACHE_LOCATOR_CLASSES": "ZipCacheLocator"}
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=nowhere, cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


@pytest.mark.slow
def test_an_edited_text_kernel_is_not_run_from_an_old_cache(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lineage", tmp_path / "lineage", ignore=shutil.ignore_patterns("__pycache__"))
    source = (
        "import pyarrow as pa\n"
        "from lineage.fingerprint.minhash import sign\n"
        "from lineage.text.models import RESPONSE_MODEL\n"
        "print(sign(pa.array(['a b c d e f'], pa.large_string()), RESPONSE_MODEL).minima.tolist())\n"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)}

    def signed() -> str:
        return subprocess.run(
            [sys.executable, "-c", source], check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
        ).stdout

    before, again = signed(), signed()
    kernels = tmp_path / "lineage" / "text" / "kernels.py"
    kernels.write_text(kernels.read_text().replace("ROTATION = 7", "ROTATION = 9"))

    assert again == before
    assert signed() != before

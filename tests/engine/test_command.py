"""`lineage link --engine`: the same output as without, and clear refusals."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lineage.cli.main import cli
from tests.engine.planted import write_crowded


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["link", *arguments])


def test_the_local_engine_prints_and_writes_what_one_process_does(tmp_path: Path) -> None:
    sources = write_crowded(tmp_path / "data")
    plain = run(*sources, "--json", "-o", str(tmp_path / "plain.csv"))
    spread = run(*sources, "--json", "-o", str(tmp_path / "spread.csv"), "--engine", "local")
    assert (plain.exit_code, spread.exit_code) == (0, 0), spread.output
    assert json.loads(spread.stdout) == json.loads(plain.stdout)
    assert (tmp_path / "spread.csv").read_text() == (tmp_path / "plain.csv").read_text()
    shown = run(*sources, "--show", "2", "--engine", "local", "--work", str(tmp_path / "work"))
    assert shown.stdout == run(*sources, "--show", "2").stdout
    assert (tmp_path / "work" / "judged").is_dir()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--work", "somewhere"], "--work needs --engine"),
        (["--ray-address", "127.0.0.1:1"], "--ray-address needs --engine ray"),
        (["--ray-address", "127.0.0.1:1", "--engine", "ray"], "--ray-address needs --work"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    sources = write_crowded(tmp_path)
    done = run(*sources, *arguments)
    assert done.exit_code == 2
    assert message in done.stderr

"""`lineage run` refuses what it cannot run, before anything is written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError


def test_a_setting_without_a_value_is_a_usage_error() -> None:
    done = CliRunner().invoke(cli, ["run", "corpus", "--set", "rows"])

    assert done.exit_code == 2
    assert "'rows' is not KEY=VALUE" in done.output


def test_an_unknown_pipeline_names_the_installed_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(cli, ["run", "nonesuch"])

    assert isinstance(done.exception, UsageError)
    assert "installed: audit, corpus, demo" in str(done.exception)
    assert list(tmp_path.iterdir()) == []

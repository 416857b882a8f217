"""The command line starts fast, fails clearly and never lies about success."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from lineage.cli.main import COMMANDS, cli

HEAVY = (
    "numpy",
    "pyarrow",
    "numba",
    "torch",
    "transformers",
    "datasets",
    "datasketch",
    "sqlalchemy",
    "networkx",
    "rich",
)


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print('\\n'.join(sys.modules))"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return set(done.stdout.split())


def test_import_lineage_loads_the_standard_library_only() -> None:
    outside = {name.split(".")[0] for name in modules_after("import lineage")} - set(sys.stdlib_module_names)

    assert {name for name in outside if not name.startswith("_") and "editable" not in name} <= {
        "lineage",
        "sitecustomize",
    }


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_loads_nothing_heavy(command: str) -> None:
    loaded = modules_after(f"import lineage.cli.main as m; m.cli.get_command(None, {command!r})")

    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(cli, [command, "--help"])

    assert result.exit_code == 0
    assert f"lineage {command}" in result.output.split("\n", 1)[1], "the help shows an example of a call"
    assert "\\b" not in result.output, "the docstring is raw, so click does not see its mark"


def test_an_unknown_command_is_a_usage_error() -> None:
    done = subprocess.run([sys.executable, "-m", "lineage", "lnik"], check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "lnik" in done.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -m lineage --help | head -n 1", shell=True, check=True, capture_output=True, text=True
    )

    assert done.stdout.startswith("Usage: lineage")
    assert done.stderr == ""

"""The three ways to install all give one import name, the command, and the data folders."""

import configparser
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_every_package_folder_is_listed() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())

    folders = {
        str(init.parent.relative_to(ROOT)).replace(os.sep, ".") for init in (ROOT / "lineage").rglob("__init__.py")
    }

    assert folders | {"lineage._db", "lineage._pipelines"} == listed


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tracked files, so that building leaves nothing in the working tree."""
    folder = tmp_path_factory.mktemp("checkout")
    files = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(checkout))
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_wheel_has_one_top_level_name_and_carries_the_data_folders(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"lineage"}
    for folder in ("lineage/_db/migrations/versions/", "lineage/_pipelines/", "lineage/report/templates/"):
        assert any(name.startswith(folder) and not name.endswith("__init__.py") for name in names), folder
    assert "lineage/py.typed" in names
    for folder, mapped in (("db", "_db"), ("pipelines", "_pipelines")):
        tracked = run("git", "ls-files", folder, cwd=ROOT).split()
        missing = [name for name in tracked if name.replace(folder, f"lineage/{mapped}", 1) not in names]
        assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("way", ["wheel", "folder", "editable"])
def test_an_install_gives_the_command_and_its_data(way: str, checkout: Path, wheel: Path, tmp_path: Path) -> None:
    # Dependencies come from the environment that runs the tests; a fresh one would fetch the same gigabyte each time.
    run(sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(tmp_path / "env"))
    python = tmp_path / "env" / "bin" / "python"
    site = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    outer = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    target = {"wheel": [str(wheel)], "folder": [str(checkout)], "editable": ["--editable", str(checkout)]}[way]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    Path(site, "outer.pth").write_text(outer + "\n")

    run(*pip, "--no-build-isolation", "--force-reinstall", *target)

    probe = (
        "import lineage, importlib.resources as r;"
        "print(lineage.__file__);"
        "print(r.files('lineage._db').joinpath('alembic.ini').is_file());"
        "print(r.files('lineage._pipelines').joinpath('demo.toml').is_file())"
    )
    where, database, pipelines = run(str(python), "-c", probe, cwd=tmp_path).split()
    assert (database, pipelines) == ("True", "True")
    assert Path(where).is_relative_to(checkout if way == "editable" else site)
    assert "lineage, version" in run(str(tmp_path / "env" / "bin" / "lineage"), "--version", cwd=tmp_path)

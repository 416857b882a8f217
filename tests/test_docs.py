"""The docs cannot lie: the command reference is generated, and links between pages lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference import PAGE

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_command_reference_is_what_the_commands_say() -> None:
    # In a process of its own: click keeps in a command the help option of the first call, and other tests call them.
    print_page = "from tests.reference import page; print(page(), end='')"
    done = subprocess.run([sys.executable, "-c", print_page], cwd=ROOT, check=True, capture_output=True, text=True)

    assert PAGE.read_text() == done.stdout, "run `make docs` and commit the result"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.slow
def test_the_commands_of_the_quickstart_run(tmp_path: Path) -> None:
    code = "\n".join(re.findall(r"```bash\n(.*?)```", (ROOT / "docs" / "quickstart.md").read_text(), re.DOTALL))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        ["bash", "-e"], check=False, input=code, cwd=tmp_path, env=environment, text=True, capture_output=True
    )

    assert done.returncode == 0, done.stderr
    assert "some-model" in done.stdout


def test_the_readme_names_commands_and_options_that_exist() -> None:
    reference = PAGE.read_text()
    code = "\n".join(re.findall(r"```(?:bash|text)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))
    calls = [
        line.lstrip("$ ").split(" #")[0].split() for line in code.splitlines() if re.match(r"(\$ )?lineage ", line)
    ]
    assert calls

    for call in calls:
        words = [word for word in call[:3] if re.fullmatch(r"[a-z]+", word)]
        heads = tuple(" ".join(words[:count]) + "\n" for count in (3, 2))
        section = next(part for part in reference.split("\n## ") if part.startswith(heads))
        assert [option for option in call if option.startswith("-") and option not in section] == []

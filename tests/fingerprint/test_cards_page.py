"""The commands of the page on cards run, one after the other, and end as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "cards.md"


@pytest.mark.slow
def test_the_commands_of_the_page_on_cards_run(tmp_path: Path) -> None:
    code = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("LINEAGE_SALT", None)

    done = subprocess.run(
        ["bash", "-e"], check=False, input=code, cwd=tmp_path, env=environment, text=True, capture_output=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("theirs is contained in ours") == 4
    assert done.stdout.endswith("refused\n")
    assert "is salted and" in done.stderr
    assert (tmp_path / "exchange.key").stat().st_mode & 0o077 == 0

"""The docs cannot lie: the command reference is generated, and links between pages lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.reference import PAGE, page

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_command_reference_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == page(), "run `make docs` and commit the result"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text())

    assert [target for target in targets if not (path.parent / target).exists()] == []

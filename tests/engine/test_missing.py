"""Without Daft the engine says what to install."""

import sys

import pytest

from lineage.engine.choose import open_engine
from lineage.errors import UsageError


def test_an_engine_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "daft", None)
    with pytest.raises(UsageError, match=r"pip install 'lineage-tracer\[cluster\]'"):
        open_engine("daft")

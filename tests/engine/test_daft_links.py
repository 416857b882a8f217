"""Linking with Daft in threads of this process."""

import pytest

pytest.importorskip("daft", reason="Daft is not installed: pip install -e '.[cluster]'")

from lineage.engine.daft import open_daft
from lineage.engine.flow import Engine
from tests.contracts.link_engine import LinkContract


class TestDaftLinks(LinkContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return open_daft("daft")

"""Which engine a name stands for."""

from typing import Literal

from lineage.engine.daft import open_daft
from lineage.engine.flow import Engine
from lineage.engine.local import LocalEngine

EngineName = Literal["local", "daft", "ray"]


def open_engine(name: EngineName, *, address: str | None = None) -> Engine:
    """Open an engine: threads of this process, Daft in them, or Daft on a Ray cluster.

    address: of the cluster (`ray` only), None for one of this machine's own. Raises UsageError where Daft is missing.
    """
    return LocalEngine() if name == "local" else open_daft(name, address=address)

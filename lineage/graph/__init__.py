"""The provenance graph: claims become edges, edges answer questions.

`to_networkx()` gives it all to networkx; `lineage.graph.who` says who wrote a dataset, `lineage.graph.walk` what it
came from and what came from it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lineage.graph.view import to_networkx

__all__ = ["to_networkx"]


def __getattr__(name: str) -> Any:
    # networkx takes as long to load as a question to the graph takes to answer, and only this needs it.
    if name == "to_networkx":
        return importlib.import_module("lineage.graph.view").to_networkx
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

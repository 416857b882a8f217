"""The provenance graph: claims become edges, edges answer questions.

`to_networkx()` gives it all to networkx; `lineage.graph.who` says who wrote a dataset, `lineage.graph.walk` what it
came from and what came from it.
"""

from lineage.graph.view import to_networkx

__all__ = ["to_networkx"]

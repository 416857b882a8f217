"""The provenance graph: claims become edges, edges answer questions."""

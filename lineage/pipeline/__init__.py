"""Declared pipelines: stages run in order, recorded, skipped when nothing changed."""

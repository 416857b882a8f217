"""Rows of two datasets matched although their words differ: translations, paraphrases, changed numbers."""

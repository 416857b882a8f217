"""Texts as word sequences: what a word is, how n-word shingles are hashed, and the compiled kernels that do it."""

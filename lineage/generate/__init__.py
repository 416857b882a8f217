"""Corpora written by a model from nothing but the tokens that precede a user turn."""

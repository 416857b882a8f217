"""Fingerprints: MinHash signatures of samples, and the cards that keep them."""

"""Fingerprints of samples: MinHash signatures, exact keys and winnowed hashes, and the card that holds them."""

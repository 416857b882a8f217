"""The index: fingerprints, texts and sorted tables of a dataset version in one memory-mapped folder, a segment."""

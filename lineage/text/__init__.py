"""Text models: how text becomes words and shingles, in compiled passes over bytes."""

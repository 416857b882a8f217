"""Links: which samples of two datasets share text, and what that makes the datasets."""

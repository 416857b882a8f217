"""Rows of datasets: what a sample is, how files become samples, and how content is named."""

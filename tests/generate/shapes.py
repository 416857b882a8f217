"""Templates written for one trait each, and which of them can be derived."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
FAILING = {"upper_case", "repeats", "counts_words"}
WORKING = sorted(path.stem for path in TEMPLATES.glob("*.jinja") if path.stem not in FAILING)

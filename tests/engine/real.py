"""A pair of real public datasets for linking on engines."""

from pathlib import Path

CODE = ("codealpaca/new_codealpaca.json", "gpteacher/codegen-instruct.json", "codealpaca/code_alpaca_2k.json")


def real_sources(folder: Path) -> tuple[str, ...]:
    """Return three sets of programming tasks, two of which are copies."""
    return tuple(str(folder / name) for name in CODE)

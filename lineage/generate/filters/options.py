"""What a user decides about the checks. Defaults and what they were measured on: docs/howto/filters.md."""

from dataclasses import asdict, dataclass
from pathlib import Path

from lineage.errors import UsageError
from lineage.generate.filters.verdict import CHECK_NAMES


@dataclass(frozen=True)
class FilterOptions:
    """Which checks run, and their limits.

    off: names of checks that do not. languages: ISO 639-1 codes that instructions may be in; empty: any.
    max_similarity: largest Jaccard of the pairs of words of two instructions that are both kept. against: datasets
    (files, or names of registered ones) that no instruction may be a copy of; against_registered: all registered ones,
    of the workspace `home`. Words are those of the text model: a CJK character is one.
    """

    off: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    max_similarity: float = 0.7
    min_words: int = 2
    max_words: int = 4096
    against: tuple[str, ...] = ()
    against_registered: bool = False
    home: Path | None = None

    def __post_init__(self) -> None:
        if unknown := self.off.difference(CHECK_NAMES):
            raise UsageError(f"no check is called {', '.join(sorted(unknown))}; there are {', '.join(CHECK_NAMES)}")
        if not 0 < self.max_similarity <= 1:
            raise UsageError(f"the largest similarity lies in (0, 1], not {self.max_similarity}; try 0.7")
        if not 0 < self.min_words <= self.max_words:
            raise UsageError(f"from {self.min_words} to {self.max_words} words: nothing can be kept")

    def as_dict(self) -> dict[str, object]:
        """Return what decides verdicts, for the record of a run; contents of `against` are told by `Filters.facts`."""
        said = asdict(self) | {"off": sorted(self.off)}
        del said["home"]
        return said

"""How many texts came in, how many each check threw out, and how many were left, stage after stage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lineage.generate.filters.verdict import INSTRUCTION_CHECKS, RESPONSE_CHECKS

# Texts by the reason of their rejection; None: kept.
Counts = Mapping[str | None, int]
COLUMNS = ("stage", "reason", "texts", "of those that came in")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how many texts came in, and how many were rejected for which reason."""

    name: str
    entered: int
    rejected: Mapping[str, int]

    @property
    def kept(self) -> int:
        """Texts that passed every check."""
        return self.entered - sum(self.rejected.values())

    def rows(self) -> Iterator[tuple[str, str, int, str]]:
        """Give the lines of a table: what came in, each reason, what was kept."""
        yield self.name, "came in", self.entered, _share(self.entered, self.entered)
        for reason, count in self.rejected.items():
            yield "", reason, count, _share(count, self.entered)
        yield "", "kept", self.kept, _share(self.kept, self.entered)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages of a run in their order; counts are of all texts, not of a sample."""

    stages: tuple[Stage, ...]

    @classmethod
    def of(cls, *, instructions: Counts, responses: Counts | None = None) -> "Funnel":
        """Build a funnel from counts by reason; those of kept texts stand under None.

        >>> Funnel.of(instructions={None: 3, "empty": 1}).to_dict()["instructions"]["kept"]
        3
        """
        stages = [_stage("instructions", instructions, list(INSTRUCTION_CHECKS))]
        if responses is not None:
            stages.append(_stage("responses", responses, list(RESPONSE_CHECKS)))
        return cls(tuple(stages))

    def rows(self) -> list[tuple[str, str, int, str]]:
        """Return the lines of a table with the columns COLUMNS."""
        return [row for stage in self.stages for row in stage.rows()]

    def to_dict(self) -> dict[str, dict[str, object]]:
        """Return the funnel as it goes into JSON, keyed by stage."""
        return {
            one.name: {"entered": one.entered, "rejected": dict(one.rejected), "kept": one.kept} for one in self.stages
        }


def _stage(name: str, counts: Counts, order: list[str]) -> Stage:
    rejected = {reason: counts[reason] for reason in order if counts.get(reason)}
    # Reasons of an earlier release are told, too.
    rejected |= {reason: count for reason, count in counts.items() if reason is not None and count}
    return Stage(name, sum(counts.values()), rejected)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"

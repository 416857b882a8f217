"""What a row consists of: the stages that write it, one after another. Frozen, and known before any model runs."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lineage.generate.backends.port import Completion, Job
from lineage.generate.filters.verdict import Verdict
from lineage.generate.run.draft import Draft
from lineage.generate.run.texts import Outcome, Written, outcome


@dataclass(frozen=True)
class Ask:
    """Texts to write next, side by side; `voice` names the model that writes them."""

    voice: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Candidate:
    """An instruction that passed all checks on its own; the row is dropped if a row before it has the same one."""

    text: str
    index: int
    texts: tuple[Written, ...]

    def repeated(self, verdict: Verdict) -> Outcome:
        """Return what becomes of the row if its instruction repeats an earlier one: no word of an answer."""
        texts = (*self.texts[:-1], replace(self.texts[-1], verdict=verdict))
        return outcome(self.index, texts, reason=verdict.reason, instruction=self.text)


# A stage asks for texts and is sent them, in the order of its jobs; it returns why the row is rejected, or None.
Steps = Generator[Ask | Candidate, Sequence[Completion], str | None]
RowSteps = Generator[Ask | Candidate, Sequence[Completion], Outcome]


class Stage(Protocol):
    """One step of a row. Whatever it does follows from the draft and the texts it is sent."""

    def write(self, draft: Draft) -> Steps:
        """Write this part of the row into the draft."""

    def as_dict(self) -> Mapping[str, object]:
        """Return all that decides what the stage writes, for the configuration of the run."""


@dataclass(frozen=True)
class Plan:
    """The stages of a row. `unique`: rows propose an instruction each, and those that repeat one are dropped."""

    stages: tuple[Stage, ...]
    unique: bool

    def as_dict(self) -> list[Mapping[str, object]]:
        """Return the plan for the configuration of a run."""
        return [stage.as_dict() for stage in self.stages]


def write_row(plan: Plan, draft: Draft) -> RowSteps:
    """Write one row: yields what to ask the models for, is sent what they wrote, returns what became of the index."""
    for stage in plan.stages:
        reason = yield from stage.write(draft)
        if reason is not None:
            return draft.rejected(reason)
        if draft.ended:
            break
    return draft.kept()

"""What a run keeps of each index: every text that was written for it, and what became of it. Keys: docs/formats.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineage.generate.backends.port import Completion, Job
from lineage.generate.filters.verdict import KEPT, Verdict
from lineage.generate.run.packing import pack_ids
from lineage.generate.run.voice import Reading
from lineage.generate.seeds import Stage


@dataclass(frozen=True)
class Written:
    """One text that a model wrote for a row, and what the checks and the scorer said of it.

    `number` counts attempts at an instruction, or answers among which one is chosen. `in_row`: the row holds the text.
    """

    stage: Stage
    turn: int
    number: int
    job: Job
    completion: Completion
    reading: Reading
    verdict: Verdict = KEPT
    score: float | None = None
    in_row: bool = False

    @property
    def text(self) -> str:
        """The text as it goes into a row."""
        return self.reading.text

    @property
    def ended(self) -> bool:
        """Whether the model ended its turn, rather than the limit of tokens."""
        return self.reading.complete and self.completion.reason in {"stop_token", "stop_string"}

    def record(self) -> dict[str, Any]:
        """Return how the text was drawn and why it ended, as it stands in the row's record."""
        done = self.completion
        said: dict[str, Any] = {
            **self.job.params.as_dict(),
            "seed": self.job.seed,
            "attempt" if self.stage == "instruction" else "choice": self.number,
            "stop_reason": done.reason,
            "stop": done.stop,
            "tokens": len(done.ids),
        }
        return said if self.score is None else {**said, "score": self.score}

    def line(self) -> dict[str, Any]:
        """Return the record with the ids as drawn, and the text where no row holds it."""
        text: dict[str, Any] = {} if self.in_row else {"text": self.text}
        if text and self.reading.reasoning is not None:
            text["reasoning"] = self.reading.reasoning
        where: dict[str, Any] = {"stage": self.stage, "turn": self.turn, "reason": self.verdict.reason}
        if self.verdict.detail:
            where["detail"] = dict(self.verdict.detail)
        return {**where, **self.record(), "prompt_tokens": len(self.job.prompt_ids), **text,
                "ids": pack_ids(self.completion.ids)}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one index: its row, or None with the reason in `line`, which also holds every text written."""

    index: int
    line: Mapping[str, Any]
    row: Mapping[str, Any] | None

    @property
    def candidate(self) -> str | None:
        """The instruction that later ones are compared with; None where there was none, or it was given."""
        text = self.line["instruction"]
        return text if isinstance(text, str) else None


def outcome(
    index: int,
    texts: Sequence[Written],
    *,
    reason: str | None = None,
    instruction: str | None = None,
    row: Mapping[str, Any] | None = None,
) -> Outcome:
    """Shape what became of an index: kept with a row, or rejected for a reason."""
    line = {
        "index": index,
        "verdict": "kept" if reason is None else "rejected",
        "reason": reason,
        "instruction": instruction,
        "texts": [one.line() for one in texts],
    }
    return Outcome(index, line, row)

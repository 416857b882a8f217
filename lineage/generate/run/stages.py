"""The stages that rows are made of: a user's message written or given, and its answer, the best one, or a pair."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lineage.generate.run.draft import Draft
from lineage.generate.run.plan import Ask, Candidate, Steps
from lineage.generate.run.texts import Written
from lineage.generate.run.voice import Said
from lineage.generate.sampling import SamplingParams

# first: the only answer. best: the one of the highest score. pair: the best beside the worst.
Pick = Literal["first", "best", "pair"]


@dataclass(frozen=True)
class Grid:
    """Parameters of one stage, swept over indices: each in turn, so that any run of rows is balanced.

    every: how many indices share one before the next takes over; the sweep of another stage fits in between.
    """

    cells: tuple[SamplingParams, ...]
    every: int = 1

    def at(self, index: int) -> SamplingParams:
        """Return the parameters of a row."""
        return self.cells[index // self.every % len(self.cells)]

    def as_dict(self) -> Any:
        """Return the parameters for a record: one set, or the list that is swept."""
        cells = [one.as_dict() for one in self.cells]
        return cells[0] if len(cells) == 1 else {"swept": cells, "every": self.every}


@dataclass(frozen=True)
class WriteUser:
    """The model writes the user's next message. One that fails a check is written again, from another seed."""

    grid: Grid
    attempts: int

    def write(self, draft: Draft) -> Steps:
        """Write messages until one passes; the first of a row is proposed as its instruction."""
        first, params = not draft.said, self.grid.at(draft.index)
        for number in range(self.attempts):
            job = draft.job("instruction", number=number, params=params)
            (done,) = yield Ask("asker", (job,))
            text = draft.read("instruction", number=number, job=job, completion=done)
            draft.wrote(text)
            if text.verdict.kept:
                draft.say(text)
                if first:
                    yield Candidate(text.text, draft.index, draft.texts)
                return None
            if done.reason == "no_room":
                break
        # The conversation so far is worth a row; a row without any message is not.
        draft.ended = not first
        return None if draft.ended else "exhausted"

    def as_dict(self) -> Mapping[str, object]:
        """Return all that decides what the stage writes."""
        return {"stage": "instruction", "attempts": self.attempts, "sampling": self.grid.as_dict()}


@dataclass(frozen=True)
class GiveUser:
    """The user's message is given: one prompt for each index, each with where it comes from."""

    prompts: Sequence[tuple[str, Mapping[str, Any]]] = field(repr=False)

    def write(self, draft: Draft) -> Steps:
        """Take the prompt of this row."""
        yield from ()
        draft.give(*self.prompts[draft.index])
        return None

    def as_dict(self) -> Mapping[str, object]:
        """Return the digest of the prompts."""
        digest = hashlib.sha256()
        for text, _ in self.prompts:
            digest.update(hashlib.sha256(text.encode("utf-8", "replace")).digest())
        return {"stage": "prompt", "prompts": len(self.prompts), "prompts_sha256": digest.hexdigest()}


@dataclass(frozen=True)
class WriteAnswer:
    """The model answers: `choices` answers from different seeds, of which `pick` takes one or two."""

    grid: Grid
    choices: int = 1
    pick: Pick = "first"

    def write(self, draft: Draft) -> Steps:
        """Write the answers and take the chosen one into the conversation."""
        params = self.grid.at(draft.index)
        jobs = tuple(draft.job("response", number=number, params=params) for number in range(self.choices))
        done = yield Ask("answerer", jobs)
        read = (
            draft.read("response", number=number, job=job, completion=one)
            for number, (job, one) in enumerate(zip(jobs, done, strict=True))
        )
        texts = [self._scored(draft, one) for one in read]
        draft.wrote(*texts)
        reason = self._take(draft, texts)
        if reason is not None and draft.turn > 1:
            draft.take_back()
            draft.ended = True
            return None
        return reason

    def _scored(self, draft: Draft, text: Written) -> Written:
        if not text.verdict.kept or self.pick == "first" or draft.desk.score is None:
            return text
        return replace(text, score=draft.desk.score(draft.messages(), text))

    def _take(self, draft: Draft, texts: Sequence[Written]) -> str | None:
        good = [one for one in texts if one.verdict.kept]
        if not good:
            return texts[0].verdict.reason
        ranked = sorted(good, key=lambda one: (-(one.score or 0.0), one.number))
        if self.pick == "pair":
            best, worst = ranked[0], ranked[-1]
            if best.score == worst.score or best.text == worst.text:
                return "no_preference"
            before = draft.messages()
            draft.extra.update(
                chosen=[*before, _answer(best)], rejected=[*before, _answer(worst)],
                chosen_score=best.score, rejected_score=worst.score,
            )  # fmt: skip
            draft.origin["rejected"] = worst.record()
        draft.say(ranked[0])
        return None

    def as_dict(self) -> Mapping[str, object]:
        """Return all that decides what the stage writes."""
        return {"stage": "response", "choices": self.choices, "pick": self.pick, "sampling": self.grid.as_dict()}


def _answer(text: Written) -> dict[str, str]:
    return Said("assistant", text.text, None, None, text.reading.reasoning).message()

"""A row while it is being written: what was said so far, and every text that was written on the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from lineage.generate.backends.port import Completion, Job
from lineage.generate.filters.verdict import Verdict
from lineage.generate.run.systems import System, drawn
from lineage.generate.run.texts import Outcome, Written, outcome
from lineage.generate.run.voice import Said, Voice
from lineage.generate.sampling import SamplingParams
from lineage.generate.seeds import Stage, sample_seed

Row = dict[str, Any]


class Checks(Protocol):
    """Says of a text whether to keep it, else why not. Reasons are stable words; docs/formats.md lists them."""

    def instruction(self, text: str, *, ended: bool) -> Verdict:
        """Check an instruction by itself: the same text always gets the same verdict."""

    def repeated(self, text: str) -> Verdict:
        """Compare an instruction with all that were noted."""

    def note(self, index: int, text: str) -> None:
        """Remember the instruction of a row, so that later ones are compared with it."""

    def response(self, prompt: str, text: str, *, ended: bool) -> Verdict:
        """Check an answer."""


@dataclass(frozen=True)
class Desk:
    """What all rows of a run share: its name, its seeds, its models by voice, its checks, and the facts on each row.

    systems: the mix that each row draws its system message from. shown: the one system message of all rows.
    """

    run: str
    run_seed: int
    config_sha256: str
    voices: Mapping[str, Voice]
    checks: Checks
    systems: Sequence[System] = ()
    shown: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    score: Callable[[Sequence[Mapping[str, str]], Written], float] | None = None


class Draft:
    """One row on its way. Only the generator of its row changes it."""

    def __init__(self, desk: Desk, index: int) -> None:
        self.desk, self.index = desk, index
        self.system = drawn(desk.systems, seed=desk.run_seed, index=index) if desk.systems else None
        self.said: tuple[Said, ...] = ()
        self.texts: tuple[Written, ...] = ()
        self.origin: dict[str, Any] = {}
        self.extra: Row = {}
        # Set when a conversation ends before all of its stages: what was said so far is the row.
        self.ended = False
        self._instruction: str | None = None

    @property
    def turn(self) -> int:
        """How many user messages there are."""
        return sum(one.role == "user" for one in self.said)

    def job(self, stage: Stage, *, number: int, params: SamplingParams) -> Job:
        """Return the job of the next text: who speaks next, with a seed of its own place."""
        asks = stage == "instruction"
        voice = self.desk.voices["asker" if asks else "answerer"]
        turn = self.turn if asks else self.turn - 1
        seed = sample_seed(self.desk.run_seed, self.desk.config_sha256, self.index, stage, turn, number)
        name = self.system.name if self.system and (asks or self.system.answers) else None
        prompt_ids = voice.user_prompt(name, self.said) if asks else voice.answer_prompt(name, self.said)
        return Job(prompt_ids, seed, params, voice.stops(stage))

    def read(self, stage: Stage, *, number: int, job: Job, completion: Completion) -> Written:
        """Take the message out of what was written for a job, and check it."""
        asks = stage == "instruction"
        reading = self.desk.voices["asker" if asks else "answerer"].read(stage, completion.text)
        text = Written(stage, self.turn if asks else self.turn - 1, number, job, completion, reading)
        checks = self.desk.checks
        if asks:
            return replace(text, verdict=checks.instruction(text.text, ended=text.ended))
        return replace(text, verdict=checks.response(self.said[-1].text, text.text, ended=text.ended))

    def wrote(self, *texts: Written) -> None:
        """Keep what was written, used or not."""
        self.texts = (*self.texts, *texts)

    def say(self, text: Written) -> None:
        """Take a text into the conversation."""
        asks = text.stage == "instruction"
        voice = self.desk.voices["asker" if asks else "answerer"].name
        exact = text.completion.ids if text.completion.text == text.text else None
        role: Literal["user", "assistant"] = "user" if asks else "assistant"
        self.said = (*self.said, Said(role, text.text, exact, voice, text.reading.reasoning))
        self.texts = tuple(replace(one, in_row=True) if one is text else one for one in self.texts)
        if asks and text.turn == 0:
            self._instruction = text.text

    def give(self, prompt: str, origin: Mapping[str, Any]) -> None:
        """Take a user message that no model of this run wrote."""
        self.said = (*self.said, Said("user", prompt, None, None))
        self.origin.update(origin)

    def take_back(self) -> None:
        """Drop the last message: a question that got no answer."""
        self.said = self.said[:-1]
        last = max((place for place, one in enumerate(self.texts) if one.in_row), default=-1)
        self.texts = tuple(replace(one, in_row=False) if place == last else one for place, one in enumerate(self.texts))

    def messages(self) -> list[dict[str, str]]:
        """Return the conversation so far."""
        shown = self.desk.shown
        if self.system is not None:
            shown = self.system.text if self.system.answers else None
        system = [{"role": "system", "content": shown}] if shown else []
        return [*system, *(one.message() for one in self.said)]

    def rejected(self, reason: str) -> Outcome:
        """Return what becomes of the index without a row."""
        return outcome(self.index, self.texts, reason=reason, instruction=self._instruction)

    def kept(self) -> Outcome:
        """Return what becomes of the index with its row."""
        return outcome(self.index, self.texts, instruction=self._instruction, row=self._row())

    def _row(self) -> Row:
        desk, used = self.desk, [one for one in self.texts if one.in_row]
        turns: list[Row] = [
            {one.stage: one.record() for one in used if one.turn == turn} for turn in range(max(1, self.turn))
        ]
        answer = next((one for one in used if one.stage == "response"), None)
        lineage: dict[str, Any] = {
            "run": desk.run,
            "index": self.index,
            **desk.facts,
            **({"system": self.system.name} if self.system else {}),
            **self.origin,
            **({"prompt_tokens": len(answer.job.prompt_ids)} if answer else {}),
            **turns[0],
            **({"later_turns": turns[1:]} if len(turns) > 1 else {}),
        }
        return {"messages": self.messages(), **self.extra, "model": desk.facts["model"], "lineage": lineage}

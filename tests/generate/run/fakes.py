"""A backend and a voice for arithmetic identities: texts follow from seeds alone, and end in an order of their own."""

import hashlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from lineage.generate.backends.port import Completion, Job, Score, Stops
from lineage.generate.filters.verdict import KEPT, Verdict
from lineage.generate.run.draft import Desk, Draft
from lineage.generate.run.plan import Plan, RowSteps, write_row
from lineage.generate.run.stages import Grid, WriteAnswer, WriteUser
from lineage.generate.run.voice import Reading, Said
from lineage.generate.sampling import SamplingParams
from lineage.generate.seeds import Stage


class HashVoice:
    """Prompts are hashes of what was said, so that a text depends on all before it."""

    name = "hash"

    def stops(self, stage: Stage) -> Stops:
        return Stops(())

    def read(self, stage: Stage, written: str) -> Reading:
        return Reading(written)

    def user_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        return self._ids(system, said, 1)

    def answer_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        return self._ids(system, said, 2)

    def _ids(self, system: str | None, said: Sequence[Said], role: int) -> tuple[int, ...]:
        text = "|".join([str(system), *(one.text for one in said)])
        return (role, *hashlib.sha256(text.encode()).digest()[:4])


class HashBackend:
    """Writes words that follow from prompt and seed; the length of a text says how long it takes."""

    name = "hash"

    def __init__(self, slots: int, *, pause_s: float = 0.0, kinds: int = 1 << 30) -> None:
        self._slots, self._pause_s, self._kinds = slots, pause_s, kinds
        self.written = 0

    def complete(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Completion]]:
        """Give texts shortest first among those under way."""
        feed, under_way, clock = iter(jobs), list[tuple[int, int, Job]](), 0
        while True:
            for job in itertools.islice(feed, self._slots - len(under_way)):
                under_way.append((clock + self._number(job) % 40, job.key, job))
            if not under_way:
                return
            under_way.sort()
            clock, _, job = under_way.pop(0)
            time.sleep(self._pause_s)
            self.written += 1
            yield job, self._text(job)

    def _number(self, job: Job) -> int:
        place = f"{job.prompt_ids}|{job.seed}|{job.params.temperature}".encode()
        return int.from_bytes(hashlib.sha256(place).digest()[:6], "big")

    def _text(self, job: Job) -> Completion:
        number = self._number(job)
        ids = tuple((number >> shift) % 50000 for shift in range(number % 40 % 13 + 1))
        text = f"text {number % self._kinds} of {len(ids)} words"
        return Completion(ids, text, "length" if number % 7 == 0 else "stop_token", None)

    def score(self, prompt_ids: Sequence[int], ids: Sequence[int]) -> Score:
        raise NotImplementedError

    def facts(self) -> Mapping[str, object]:
        return {"reproducibility": "bitwise"}


class PlainChecks:
    """Rejects texts that were cut off, and instructions that were noted before."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def instruction(self, text: str, *, ended: bool) -> Verdict:
        return KEPT if ended else Verdict("unterminated")

    def repeated(self, text: str) -> Verdict:
        return Verdict("duplicate") if text in self._seen else KEPT

    def note(self, index: int, text: str) -> None:
        self._seen.add(text)

    def response(self, prompt: str, text: str, *, ended: bool) -> Verdict:
        return KEPT if ended else Verdict("truncated")


def plan_of(*, turns: int = 1, cells: tuple[SamplingParams, ...] = (SamplingParams(1.0),)) -> Plan:
    one = (WriteUser(Grid(cells), attempts=3), WriteAnswer(Grid((SamplingParams(0.0),))))
    return Plan(one * turns, unique=True)


def desk_of(checks: PlainChecks | None = None) -> Desk:
    voice = HashVoice()
    return Desk(
        "run-1", 0, "c0ffee", {"asker": voice, "answerer": voice}, checks or PlainChecks(), facts={"model": "hash"}
    )


def starter(plan: Plan, desk: Desk) -> Callable[[int], RowSteps]:
    def start(index: int) -> RowSteps:
        return write_row(plan, Draft(desk, index))

    return start

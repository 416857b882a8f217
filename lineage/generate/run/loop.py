"""Turns a plan and indices into jobs, and what the models write into outcomes.

Each row is a generator that asks for texts and is sent them (`plan.write_row`); it knows nothing of other rows, so an
outcome depends on the configuration, the run's seed and the index alone, whatever the batch size and whatever ends
first. Only one thing ties rows together: an instruction that repeats one of a lower index is dropped. That is decided
in the order of indices, and no answer waits for it: the few rows that turn out to repeat are dropped with their answer.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lineage.errors import GenerationError
from lineage.generate.backends.port import Backend, Completion, Job
from lineage.generate.filters.verdict import KEPT, Verdict
from lineage.generate.run.draft import Checks
from lineage.generate.run.plan import Ask, Candidate, RowSteps
from lineage.generate.run.texts import Outcome

# Rows that may be open at a time, for each text that is written at a time: one long row does not hold up the others.
# Rows that are done are on disk and small, so this bounds memory and nothing else.
_OPEN_PER_SLOT = 32
_OPEN_AT_LEAST = 1024

OnText = Callable[[Job, Completion], None]


def no_one(job: Job, completion: Completion) -> None:
    """Report a text to no one."""
    del job, completion


@dataclass
class _Row:
    """An open row: its generator, what it waits for, what it proposed, and what became of it."""

    index: int
    steps: RowSteps | None
    waits: list[Completion | None] = field(default_factory=list)
    candidate: Candidate | None = None
    outcome: Outcome | None = None
    # Whether all rows before it have proposed their instruction, and none was the same.
    settled: bool = False


@dataclass(frozen=True)
class Work:
    """What a loop is given: how a row starts, the backend of each voice (rows begin with the first), what is wanted.

    feed: gives the next index to open, or None for none now. unique: compares the instructions that rows propose, so
    that repeated ones are dropped; None where none are. known: outcomes that stand ahead of the files from an earlier
    session; they are given back when their turn comes. slots: texts that are written at a time.
    """

    start: Callable[[int], RowSteps]
    backends: Mapping[str, Backend]
    feed: Callable[[], int | None]
    unique: Checks | None = None
    known: Mapping[int, Outcome] = field(default_factory=dict)
    slots: int = 32
    on_text: OnText = no_one


class Loop:
    """Writes rows, many at a time."""

    def __init__(self, work: Work) -> None:
        self._work, self._checks, self._known = work, work.unique, dict(work.known)
        # Voices that share a backend share its slots.
        lanes = {id(backend): _Lane(backend, self._open_for) for backend in work.backends.values()}
        self._lanes = list(lanes.values())
        self._lane_of = {voice: lanes[id(backend)] for voice, backend in work.backends.items()}
        self._rows: dict[int, _Row] = {}
        self._ended: list[Outcome] = []
        self._asked: dict[int, tuple[_Row, int]] = {}
        self._keys = itertools.count(1)
        self._settling: int | None = None
        self._most = max(_OPEN_AT_LEAST, work.slots * _OPEN_PER_SLOT)

    def run(self) -> Iterator[Outcome]:
        """Write rows until the feed gives no more and all that are open have ended; gives each once it is final."""
        while True:
            while not self._lanes[0].busy and self._open_next():
                pass
            if not any(lane.busy for lane in self._lanes):
                break
            for lane in self._lanes:
                done = lane.next_done() if lane.busy else None
                if done is not None:
                    self._take(*done)
                yield from self._final()
        yield from self._final()
        if self._rows:
            raise GenerationError(f"rows {sorted(self._rows)[:5]} … wait for texts that nobody writes; this is a bug")

    def close(self) -> None:
        """Stop the backends; what is under way is dropped."""
        for lane in self._lanes:
            lane.close()

    def _open_for(self, lane: "_Lane") -> bool:
        """Open a row for a backend with room, if it is the one that rows begin with."""
        return lane is self._lanes[0] and self._open_next()

    def _open_next(self) -> bool:
        if len(self._rows) >= self._most:
            return False
        index = self._work.feed()
        if index is None:
            return False
        if self._settling is None:
            self._settling = index
        known = self._known.pop(index, None)
        row = _Row(index, None if known else self._work.start(index), outcome=known, settled=self._checks is None)
        self._rows[index] = row
        if known is None:
            self._step(row, None)
        self._after(row)
        return True

    def _take(self, job: Job, completion: Completion) -> None:
        self._work.on_text(job, completion)
        row, place = self._asked.pop(job.key)
        row.waits[place] = completion
        if row.outcome is None and None not in row.waits:
            self._step(row, [one for one in row.waits if one is not None])
            self._after(row)

    def _after(self, row: _Row) -> None:
        if row.settled:
            self._let_go(row)
        else:
            self._settle()

    def _step(self, row: _Row, sent: list[Completion] | None) -> None:
        """Let a row go on with the texts it asked for until it asks for others or ends."""
        assert row.steps is not None  # noqa: S101 - only rows of an earlier session have none, and those have ended
        try:
            step = next(row.steps) if sent is None else row.steps.send(sent)
            while isinstance(step, Candidate):
                row.candidate = step
                verdict = self._checks.repeated(step.text) if self._checks else KEPT
                if not verdict.kept:
                    self._drop(row, verdict)
                    return
                step = row.steps.send(())
        except StopIteration as end:
            row.outcome = end.value
            return
        self._ask(row, step)

    def _ask(self, row: _Row, ask: Ask) -> None:
        row.waits = [None] * len(ask.jobs)
        for place, job in enumerate(ask.jobs):
            key = next(self._keys)
            self._asked[key] = (row, place)
            self._lane_of[ask.voice].put(row.index, replace(job, key=key))

    def _drop(self, row: _Row, verdict: Verdict) -> None:
        """End a row whose instruction an earlier one has; what is still being written for it is ignored."""
        assert row.candidate is not None  # noqa: S101 - it is what repeats
        row.outcome = row.candidate.repeated(verdict)
        if row.steps is not None:
            row.steps.close()

    def _settle(self) -> None:
        """Compare instructions in the order of indices, as far as all rows have proposed theirs or ended."""
        while self._checks and self._settling is not None and (row := self._rows.get(self._settling)) is not None:
            if row.candidate is None and row.outcome is None:
                return
            if row.candidate is not None:
                verdict = self._checks.repeated(row.candidate.text)
                if not verdict.kept:
                    self._drop(row, verdict)
            text = row.candidate.text if row.candidate else row.outcome.candidate if row.outcome else None
            if text is not None:
                self._checks.note(row.index, text)
            row.settled = True
            self._settling += 1
            self._let_go(row)

    def _let_go(self, row: _Row) -> None:
        """Give a row back once it has ended and no row before it can change that."""
        if row.outcome is not None and row.settled:
            del self._rows[row.index]
            self._ended.append(row.outcome)

    def _final(self) -> Iterator[Outcome]:
        ended, self._ended = self._ended, []
        yield from ended


class _Lane:
    """The jobs of one backend: those of the lowest rows first, and new rows where there are none."""

    def __init__(self, backend: Backend, open_for: Callable[["_Lane"], bool]) -> None:
        self._backend, self._open_for = backend, open_for
        self._ready: list[tuple[int, int, Job]] = []
        self._running: Iterator[tuple[Job, Completion]] | None = None
        self._under_way = 0

    @property
    def busy(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._ready) or self._under_way > 0

    def put(self, index: int, job: Job) -> None:
        """Add a job of a row."""
        heapq.heappush(self._ready, (index, job.key, job))

    def next_done(self) -> tuple[Job, Completion] | None:
        """Wait for the next text; None when the backend has ended and has to be called again."""
        if self._running is None:
            self._running = iter(self._backend.complete(_Feed(self._next_job)))
        done = next(self._running, None)
        if done is None:
            if self._under_way:
                raise GenerationError(f"backend {self._backend.name} ended with {self._under_way} texts missing")
            self._running = None
        else:
            self._under_way -= 1
        return done

    def close(self) -> None:
        """Drop what is under way."""
        close = getattr(self._running, "close", None)
        if close is not None:
            close()

    def _next_job(self) -> Job | None:
        while not self._ready and self._open_for(self):
            pass
        if not self._ready:
            return None
        self._under_way += 1
        return heapq.heappop(self._ready)[2]


class _Feed:
    """Jobs as an iterator that may have none now and some later, when the texts under way have ended."""

    def __init__(self, take: Callable[[], Job | None]) -> None:
        self._take = take

    def __iter__(self) -> Iterator[Job]:
        return self

    def __next__(self) -> Job:
        job = self._take()
        if job is None:
            raise StopIteration
        return job

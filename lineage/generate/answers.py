"""Answers questions in waves and writes the rows, whoever wrote the questions."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineage.generate.journal import Journal
from lineage.generate.prompt_ids import message_ids
from lineage.generate.record import software
from lineage.generate.rows import facts_of, row, stage_record
from lineage.generate.session import OnRows, Session

Row = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A prompt to answer: `index` is its place for the seed, `ids` its tokens as drawn (None: take them from the text).

    `origin` goes into the row's record: how the prompt was drawn, or where it was taken from.
    """

    index: int
    text: str
    ids: tuple[int, ...] | None = None
    origin: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Wave:
    """Questions that are answered as one batch, and the row of the corpus where their answers begin."""

    start: int
    questions: Sequence[Question]


def answer_waves(
    corpus: Journal, questions: Iterator[Question], *, rows: int, size: int, answer: Callable[[Wave], list[Row]]
) -> None:
    """Answer questions until the corpus holds `rows` rows.

    The wave that a killed process left is computed whole and only its missing rows are added.
    """
    start = corpus.count - corpus.count % size
    deque(itertools.islice(questions, start), maxlen=0)
    while corpus.count < rows:
        wave = Wave(start, list(itertools.islice(questions, min(size, rows - start))))
        corpus.append(answer(wave)[corpus.count - start :])
        start += size


def answer_wave(wave: Wave, session: Session, *, run: str, on_done: Callable[[int], None]) -> list[Row]:
    """Let the model answer the questions of a wave; returns their rows."""
    params = session.options.response
    jobs = [session.job(one.index, "response", _prompt_ids(one, session)) for one in wave.questions]
    written = session.write(jobs, on_done)
    rows = []
    for index, (question, job, one) in enumerate(zip(wave.questions, jobs, written, strict=True), start=wave.start):
        lineage = {
            "run": run,
            "index": index,
            **facts_of(session.model),
            "backend": session.backend.name,
            **question.origin,
            "prompt_tokens": len(job.prompt_ids),
            "response": stage_record(one, params, job.seed),
            "software": software(),
        }
        rows.append(row([*_system(session), ("user", question.text), ("assistant", one.text.strip())], lineage))
    return rows


def row_counter(on_rows: OnRows, wave: Wave, rows: int) -> Callable[[int], None]:
    """Turn the count finished in a wave into the count of rows."""
    return lambda done: on_rows(wave.start + done, rows)


def _prompt_ids(question: Question, session: Session) -> tuple[int, ...]:
    model = session.model
    if question.ids is None:
        return tuple(message_ids(model.tokenizer, model.prompt, model.ids, question.text))
    return (*model.ids.prefix_ids, *question.ids, *model.ids.response_prefix_ids)


def _system(session: Session) -> list[tuple[str, str]]:
    prompt = session.options.prompt
    return [("system", prompt.system)] if prompt.system_mode == "custom" and prompt.system else []

"""Lets a model answer prompts that somebody else wrote, with the same records as a generated corpus."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lineage.errors import RecordError, UsageError
from lineage.generate.answers import Question, answer_wave, answer_waves, row_counter
from lineage.generate.journal import Journal
from lineage.generate.model import open_model
from lineage.generate.options import RunOptions, RunResult
from lineage.generate.record import RunFiles, RunRecord, check_writable
from lineage.generate.rows import PromptSource
from lineage.generate.session import OnRows, Session, config_of, facts_for_record, no_one, recorded
from lineage.records.identity import sample_id
from lineage.records.read import Records


@dataclass(frozen=True)
class Prompt:
    """A prompt and where it comes from; None for one that comes from no dataset."""

    text: str
    source: PromptSource | None = None


def prompts_of(records: Records, limit: int | None = None) -> list[Prompt]:
    """Take the prompts of a dataset's samples in order, at most `limit`; samples without a prompt are left out.

    Raises RecordError when no sample has one.
    """
    prompts: list[Prompt] = []
    for place, one in enumerate(records.rows()):
        if limit is not None and len(prompts) >= limit:
            break
        text = (one.sample.prompt or "").strip()
        if text:
            name = sample_id(one.sample.messages).hex()
            prompts.append(Prompt(text, PromptSource(records.name, name, place)))
    if not prompts:
        raise RecordError(f"{records.name}: no sample holds a prompt; name its column with --fields prompt=COLUMN")
    return prompts


def answer(
    model: str, out: Path, *, prompts: Sequence[Prompt], options: RunOptions | None = None, on_rows: OnRows = no_one
) -> RunResult:
    """Write one answer for each prompt to a JSONL file, or go on with the run that is there.

    Raises UsageError when there is no prompt or `out` holds another run, GenerationError when it cannot be written.
    """
    options = options or RunOptions()
    if not prompts:
        raise UsageError("no prompts to answer")
    check_writable(out)
    asked = open_model(model, options.prompt)
    files = RunFiles.beside(out)
    config = config_of(asked, options, prompts_sha256=_digest(prompts))
    record = RunRecord(files, config, facts_for_record(asked))
    session = Session(asked, options, record.sha256)
    rows = len(prompts)
    session.load_for(out)
    with Journal(out) as corpus:
        before = corpus.count
        if before < rows:
            with recorded(record, lambda: {"requested": rows, "rows": corpus.count}):
                questions = (_question(index, one) for index, one in enumerate(prompts))
                answer_waves(
                    corpus, questions, rows=rows, size=options.batch_size,
                    answer=lambda wave: answer_wave(
                        wave, session, run=record.run, on_done=row_counter(on_rows, wave, rows)
                    ),
                )  # fmt: skip
                record.attach("backend", session.backend.facts())
        return session.result(out, record.run, corpus.count, new_rows=corpus.count - before)


def _question(index: int, prompt: Prompt) -> Question:
    source = asdict(prompt.source) if prompt.source else None
    return Question(index, prompt.text, origin={"prompt_model": None, "prompt_source": source})


def _digest(prompts: Sequence[Prompt]) -> str:
    digest = hashlib.sha256()
    for prompt in prompts:
        digest.update(hashlib.sha256(prompt.text.encode("utf-8", "replace")).digest())
    return digest.hexdigest()

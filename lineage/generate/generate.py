"""Generates a corpus: the model writes instructions from formatting tokens alone, then answers those that pass.

Source: Magpie, Xu et al. 2024 (arXiv 2406.08464) §2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lineage.errors import UsageError
from lineage.generate.answers import Question, Wave, answer_wave, answer_waves, row_counter
from lineage.generate.checks import CHECKS
from lineage.generate.instructions import Instructions, kept_lines
from lineage.generate.journal import Journal
from lineage.generate.model import AlignedModel, open_model
from lineage.generate.options import RunOptions, RunResult
from lineage.generate.record import RunFiles, RunRecord, check_writable
from lineage.generate.seeds import config_sha256
from lineage.generate.session import OnRows, Session, config_of, facts_for_record, no_one, recorded


@dataclass(frozen=True)
class Preview:
    """What a run would write first: its model with the prompt derived, the rows, and why instructions were rejected."""

    model: AlignedModel
    rows: tuple[dict[str, Any], ...]
    rejected: dict[str, int]


def generate(
    model: str, out: Path, *, rows: int, options: RunOptions | None = None, on_rows: OnRows = no_one
) -> RunResult:
    """Write `rows` conversations to a JSONL file, or go on with the run that is there.

    Beside `out` stand every instruction with its verdict (`.prompts.jsonl`) and the record of the run (`.run.json`).
    A killed run goes on and ends with the same bytes; more rows continue it, and the rows that are there stay.
    Raises UsageError when `out` holds another run, GenerationError when it cannot be written or goes nowhere.
    """
    options = options or RunOptions()
    if rows < 1:
        raise UsageError(f"{rows} rows: ask for 1 or more")
    check_writable(out)
    asked = open_model(model, options.prompt)
    files = RunFiles.beside(out)
    record = RunRecord(files, _config(asked, options), facts_for_record(asked))
    session = Session(asked, options, record.sha256)
    instructions = Instructions(session)
    session.load_for(out)
    with Journal(out) as corpus, Journal(files.prompts) as prompts:
        before = corpus.count

        def counts() -> dict[str, object]:
            return {"requested": rows, "rows": corpus.count, "rejected": dict(instructions.rejected)}

        if before < rows:
            with recorded(record, counts):
                questions = _questions(kept_lines(prompts, instructions, rows=rows))
                answer_waves(
                    corpus, questions, rows=rows, size=options.batch_size,
                    answer=lambda wave: answer_wave(
                        wave, session, run=record.run, on_done=row_counter(on_rows, wave, rows)
                    ),
                )  # fmt: skip
                record.attach("backend", session.backend.facts())
        else:
            for line in prompts.read():
                instructions.note(line)
        return session.result(
            out, record.run, corpus.count, new_rows=corpus.count - before, rejected=instructions.rejected
        )


def preview(model: str, *, rows: int, options: RunOptions | None = None) -> Preview:
    """Write and answer the first instructions of a run without touching the disk; at most `rows` rows come back."""
    options = options or RunOptions()
    asked = open_model(model, options.prompt)
    run = config_sha256(_config(asked, options))
    session = Session(asked, replace(options, batch_size=min(options.batch_size, 2 * rows)), run)
    instructions = Instructions(session)
    kept = [line for line in instructions.write_batch(0) if line["verdict"] == "kept"]
    wave = Wave(0, list(_questions(iter(kept[:rows]))))
    written = answer_wave(wave, session, run="preview", on_done=lambda _: None)
    return Preview(asked, tuple(written), dict(instructions.rejected))


def _config(model: AlignedModel, options: RunOptions) -> dict[str, object]:
    return config_of(model, options, instruction=options.instruction.as_dict(), checks=CHECKS)


def _questions(lines: Iterator[dict[str, Any]]) -> Iterator[Question]:
    for line in lines:
        origin = {"attempt": line["index"], "instruction": line["instruction"]}
        ids = tuple(line["ids"]) if line["ids_are_of_text"] else None
        yield Question(line["index"], line["text"], ids, origin)

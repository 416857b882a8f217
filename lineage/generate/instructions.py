"""Instructions of a run: written from the prefix alone, checked, kept or rejected with a reason.

Every one is on disk before it is answered, so a run that goes on repeats none.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lineage.errors import GenerationError
from lineage.generate.backends.port import Completion
from lineage.generate.checks import reject
from lineage.generate.journal import Journal
from lineage.generate.markers import Markers
from lineage.generate.prompt_ids import special_tokens
from lineage.generate.rows import instruction_line, stage_record
from lineage.generate.session import Session

# A model of which fewer than one instruction in twenty can be used is not worth running on.
_ATTEMPTS_PER_ROW = 20


class Instructions:
    """The instructions of a run, in order; more are written when more are asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._markers = Markers(special_tokens(session.model.tokenizer))
        self._seen: set[bytes] = set()
        self.rejected: Counter[str] = Counter()
        self.batch_size = session.options.batch_size

    def write_batch(self, first: int) -> list[dict[str, Any]]:
        """Write and check the batch of instructions that starts at index `first`; returns their lines."""
        session, params = self._session, self._session.options.instruction
        indices = range(first, first + session.options.batch_size)
        jobs = [session.job(index, "instruction", session.model.ids.prefix_ids) for index in indices]
        written = session.write(jobs)
        return [
            self._line(index, one, stage_record(one, params, job.seed))
            for index, job, one in zip(indices, jobs, written, strict=True)
        ]

    def note(self, line: dict[str, Any]) -> None:
        """Count a line that is on disk, and remember its text if it was kept."""
        if line["verdict"] == "kept":
            self._seen.add(_key(line["text"]))
        else:
            self.rejected[line["reason"]] += 1

    def _line(self, index: int, written: Completion, stage: dict[str, object]) -> dict[str, Any]:
        text = written.text.strip()
        reason = reject(written, text, markers=self._markers, seen=self._seen, key=_key(text))
        line = instruction_line(index, written, stage, text=text, reason=reason)
        self.note(line)
        return line


def kept_lines(journal: Journal, instructions: Instructions, *, rows: int) -> Iterator[dict[str, Any]]:
    """Give the instructions to answer, in order and without end: those on disk first, then new ones.

    `rows` bounds the attempts. Raises GenerationError when too few instructions can be used.
    """
    batch = instructions.batch_size
    whole = journal.count - journal.count % batch
    for place, line in enumerate(journal.read()):
        if place >= whole:
            break
        instructions.note(line)
        if line["verdict"] == "kept":
            yield line
    # A batch of which only a part reached the disk is written again: the same texts, so only its rest is added.
    while whole < rows * _ATTEMPTS_PER_ROW + batch:
        lines = instructions.write_batch(whole)
        journal.append(lines[journal.count - whole :])
        whole += batch
        yield from (line for line in lines if line["verdict"] == "kept")
    reasons = ", ".join(f"{count} {reason}" for reason, count in instructions.rejected.most_common())
    raise GenerationError(
        f"{journal.path}: of {whole:,} instructions too few could be used ({reasons}); look at them, and at "
        "`lineage template` for the prefix. Raise --max-prompt-tokens if most are unterminated"
    )


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()

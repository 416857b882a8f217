"""One process at work on a run: the model, the record, and the batches it writes.

Texts are written in waves of `batch_size` that are fixed by index. A wave is always computed whole, also when some of
its rows are already on disk, so that a killed run goes on with the same arithmetic and ends with the same bytes.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lineage.generate.backends.port import Backend, Completion, Job
from lineage.generate.backends.transformers_local import TransformersBackend
from lineage.generate.model import AlignedModel
from lineage.generate.options import RunOptions, RunResult
from lineage.generate.record import RunRecord
from lineage.generate.rows import facts_of
from lineage.generate.seeds import Stage, sample_seed

# Gets the rows done and the rows asked for.
OnRows = Callable[[int, int], None]


def no_one(done: int, total: int) -> None:
    """Report to no one."""
    del done, total


class Session:
    """Runs batches for one run and counts what they cost."""

    def __init__(self, model: AlignedModel, options: RunOptions, config_sha256: str) -> None:
        self.model, self.options = model, options
        self.backend: Backend = TransformersBackend(
            model.source, model.tokenizer, dtype=options.dtype, slots=options.batch_size
        )
        self.tokens = 0
        self._config_sha256 = config_sha256
        self._started = time.monotonic()

    def load_for(self, out: Path) -> None:
        """Load the model before the files of a new run are made, so that one that cannot be loaded leaves none."""
        if not out.exists():
            self.backend.facts()

    @property
    def seconds(self) -> float:
        """Seconds since this session began, loading included."""
        return time.monotonic() - self._started

    def seed(self, index: int, stage: Stage) -> int:
        """Return the seed of one text."""
        return sample_seed(self.options.seed, self._config_sha256, index, stage, 0, 0)

    def result(
        self, out: Path, run: str, rows: int, *, new_rows: int, rejected: Mapping[str, int] | None = None
    ) -> RunResult:
        """Sum up what this session did."""
        warnings = self.model.warnings
        return RunResult(out, run, rows, new_rows, dict(rejected or {}), self.tokens, self.seconds, warnings)

    def job(self, index: int, stage: Stage, prompt_ids: tuple[int, ...]) -> Job:
        """Return the job of one text of a stage; its key is its index."""
        params = self.options.instruction if stage == "instruction" else self.options.response
        return Job(prompt_ids, self.seed(index, stage), params, self.model.stops, key=index)

    def write(self, jobs: Sequence[Job], on_done: Callable[[int], None] = lambda _: None) -> list[Completion]:
        """Let the model write one text for each job, as one batch; they come back in the order of the jobs."""
        done: dict[Job, Completion] = {}
        for job, written in self.backend.complete(jobs):
            done[job] = written
            self.tokens += len(written.ids)
            on_done(len(done))
        return [done[job] for job in jobs]


def config_of(model: AlignedModel, options: RunOptions, **more: object) -> dict[str, object]:
    """Return all that decides which texts a run writes; a run only goes on under the same configuration."""
    return {
        **facts_of(model),
        "backend": TransformersBackend.name,
        "dtype": options.dtype,
        "tokenizer_sha256": model.tokenizer_sha256,
        "prefix_ids_sha256": model.ids.sha256,
        "response_prefix": model.prompt.response_prefix,
        "stops": {"ids": list(model.stops.ids), "strings": list(model.stops.strings)},
        "seed": options.seed,
        "batch_size": options.batch_size,
        **more,
        "response": options.response.as_dict(),
    }


def facts_for_record(model: AlignedModel) -> dict[str, object]:
    """Return what the record of a run holds besides its configuration."""
    prompt = model.prompt
    return {
        "prompt": {
            "prefix": prompt.prefix, "prefix_ids": model.ids.prefix_ids, "response_prefix": prompt.response_prefix,
            "bos": model.ids.bos, "template_name": prompt.template_name, "clock": prompt.clock,
            "system_supported": prompt.system_supported, "warnings": model.warnings,
        },
        # Draws depend on each sample's seed alone, but logits may differ in the last bits on another machine.
        "reproducibility": "seeded",
    }  # fmt: skip


@contextmanager
def recorded(record: RunRecord, counts: Callable[[], Mapping[str, object]]) -> Iterator[None]:
    """Open the record, and keep it true however the block ends: complete, interrupted or failed."""
    record.start(**counts())
    try:
        yield
    except KeyboardInterrupt:
        record.note("interrupted", **counts())
        raise
    except BaseException:
        record.note("failed", **counts())
        raise
    record.note("complete", **counts())

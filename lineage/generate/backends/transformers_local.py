"""The backend on transformers: folders, GGUF files and hub ids, on the CPU or a GPU."""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lineage.errors import UsageError
from lineage.generate.backends.load import load_model
from lineage.generate.backends.models import ModelSource
from lineage.generate.backends.port import Completion, Job, Score
from lineage.text.parallel import usable_threads


class TransformersBackend:
    """Runs a model with transformers; loads its weights when they are first needed."""

    name = "transformers"

    def __init__(self, source: ModelSource, tokenizer: Any, *, dtype: str, slots: int = 32) -> None:
        self._source, self._tokenizer, self._dtype, self._slots = source, tokenizer, dtype, slots
        self._model: Any = None

    def complete(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Completion]]:
        """Write one text for each job, as batches of `slots` at most."""
        from lineage.generate.backends.decode import Writer  # noqa: PLC0415 - needs torch, an extra

        waiting = iter(jobs)
        while batch := list(itertools.islice(waiting, self._slots)):
            kinds = dict.fromkeys((job.params, job.stops) for job in batch)
            for params, stops in kinds:
                alike = [job for job in batch if (job.params, job.stops) == (params, stops)]
                with _one_core_left():
                    done = Writer(self._loaded(), self._tokenizer, alike, params, stops).run()
                yield from zip(alike, done, strict=True)

    def score(self, prompt_ids: Sequence[int], ids: Sequence[int]) -> Score:
        """Return how the model sees `ids` after the prompt."""
        raise UsageError(f"{self.name} cannot score {len(ids)} ids after {len(prompt_ids)} yet")

    def facts(self) -> Mapping[str, object]:
        """Return dtype, device and threads of the model that ran."""
        import torch  # noqa: PLC0415 - an extra

        model = self._loaded()
        with _one_core_left():
            threads = torch.get_num_threads()
        return {"dtype": str(model.dtype).removeprefix("torch."), "device": str(model.device.type),
                "threads": threads, "class": type(model).__name__, "reproducibility": "seeded"}  # fmt: skip

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_model(self._source, dtype=self._dtype)
        return self._model


@contextlib.contextmanager
def _one_core_left() -> Iterator[None]:
    """Let torch use all cores but one, unless OMP_NUM_THREADS says how many.

    Its threads wait for each other at every operation, so one that shares its core holds up all. On two cores, medians
    of tests/bench/bench_generate.py: one thread 173 tokens/s alone, 176 beside a busy process; two threads 243 and 90.
    """
    import torch  # noqa: PLC0415 - an extra

    before = torch.get_num_threads()
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, usable_threads() - 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)

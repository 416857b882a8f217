"""Scores answers, so that the best of several can be taken: by length, by the model's own probability, by your code.

A higher score is better. A scorer of your own is `module:function`: it gets the messages before the answer, and it.
"""

import hashlib
import importlib
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lineage.errors import GenerationError, UsageError
from lineage.generate.run.texts import Written

Messages = Sequence[Mapping[str, str]]
Score = Callable[[Messages, Written], float]


@dataclass(frozen=True)
class Scorer:
    """A named score; `sha256` is that of the source of one that is not ours."""

    name: str
    score: Score
    sha256: str | None = None

    def __call__(self, messages: Messages, answer: Written) -> float:
        """Score an answer. Raises GenerationError for a score that is no number."""
        value = float(self.score(messages, answer))
        if not math.isfinite(value):
            raise GenerationError(f"scorer {self.name!r} gave {value}; a score is a finite number")
        return value

    def as_dict(self) -> dict[str, object]:
        """Return it for the record of a run."""
        return {"name": self.name, "sha256": self.sha256}


def open_scorer(name: str) -> Scorer:
    """Find a scorer: `length` (tokens), `logprob` (mean per token), or `module:function`.

    Raises UsageError when there is none of that name.
    """
    if name == "length":
        return Scorer(name, lambda _, answer: len(answer.completion.ids))
    if name == "logprob":
        return Scorer(name, _mean_logprob)
    module, colon, function = name.partition(":")
    if not colon:
        raise UsageError(f"no scorer is called {name!r}; there are length, logprob, and your own as module:function")
    try:
        found = getattr(importlib.import_module(module), function)
        source = inspect.getsource(found)
    except (ImportError, AttributeError, OSError, TypeError) as error:
        raise UsageError(f"scorer {name!r} cannot be used: {error}") from error

    def own(messages: Messages, answer: Written) -> float:
        return float(found(messages, answer.text))

    return Scorer(name, own, hashlib.sha256(source.encode()).hexdigest())


def _mean_logprob(messages: Messages, answer: Written) -> float:
    del messages
    logprobs = answer.completion.logprobs
    if logprobs is None:
        raise UsageError("this backend gives no log probabilities; use another one, or --scorer length")
    # Empty answers are rejected before any is scored.
    return sum(logprobs) / len(logprobs)

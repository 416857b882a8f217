"""What a user decides about a run, with defaults and their sources."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lineage.errors import UsageError
from lineage.generate.model import PromptOptions
from lineage.generate.sampling import SamplingParams

Dtype = Literal["float32", "bfloat16", "float16"]

# Instructions are sampled as the model would write them, answers are its likeliest ones.
# Source: Magpie, Xu et al. 2024 §2: T=1, top-p=1 for instructions and greedy answers.
INSTRUCTION = SamplingParams(temperature=1.0, top_p=1.0, max_tokens=256)
RESPONSE = SamplingParams(temperature=0.0, top_p=1.0, max_tokens=512)


@dataclass(frozen=True)
class RunOptions:
    """How a model is run. Texts are written in batches fixed by their index, so `batch_size` is part of the run."""

    seed: int = 0
    batch_size: int = 32
    dtype: Dtype = "float32"
    instruction: SamplingParams = INSTRUCTION
    response: SamplingParams = RESPONSE
    prompt: PromptOptions = field(default_factory=PromptOptions)

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UsageError(f"batch size {self.batch_size}: give 1 or more")


@dataclass(frozen=True)
class RunResult:
    """What a run has written. `rows` counts all rows in the file, `new_rows` and all costs those of this call.

    `rejected` counts instructions by reason over the whole run; `tokens` counts those the model wrote in this call.
    """

    path: Path
    run: str
    rows: int
    new_rows: int
    rejected: dict[str, int]
    tokens: int
    seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def complete_before(self) -> bool:
        """Whether there was nothing left to do."""
        return self.new_rows == 0

"""What a user decides about a run, with defaults and their sources."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from lineage.errors import UsageError
from lineage.generate.filters.options import FilterOptions
from lineage.generate.prompt_options import PromptOptions
from lineage.generate.run.stages import Pick
from lineage.generate.run.systems import System
from lineage.generate.sampling import SamplingParams

Dtype = Literal["float32", "bfloat16", "float16"]
Sweep = SamplingParams | tuple[SamplingParams, ...]

# Instructions are sampled as the model would write them, answers are its likeliest ones.
# Source: Magpie, Xu et al. 2024 §2: T=1, top-p=1 for instructions and greedy answers.
INSTRUCTION = SamplingParams(temperature=1.0, top_p=1.0, max_tokens=256)
RESPONSE = SamplingParams(temperature=0.0, top_p=1.0, max_tokens=512)
# A model of which fewer than one instruction in twenty can be used is not worth running on.
ATTEMPTS = 20


@dataclass(frozen=True)
class RunOptions:
    """How a corpus is written. `batch_size` says how many texts are written at a time, and changes none of them.

    instruction, response: parameters of each stage; several are swept over the rows. turns: user messages of a row.
    attempts: instructions tried for one message. answer_model: another model for the answers. systems: a mix of system
    messages. choices: answers written for each message, of which `pick` takes the best, or the best and the worst, by
    `scorer`. licence: terms of what the model writes, where its files do not say.
    """

    seed: int = 0
    batch_size: int = 32
    dtype: Dtype = "float32"
    backend: str | None = None
    instruction: Sweep = INSTRUCTION
    response: Sweep = RESPONSE
    prompt: PromptOptions = field(default_factory=PromptOptions)
    filters: FilterOptions = field(default_factory=FilterOptions)
    turns: int = 1
    attempts: int = ATTEMPTS
    answer_model: str | None = None
    systems: tuple[System, ...] = ()
    choices: int = 1
    pick: Pick = "first"
    scorer: str = "length"
    licence: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("batch size", self.batch_size), ("turns", self.turns), ("attempts", self.attempts)):
            if value < 1:
                raise UsageError(f"{name} {value}: give 1 or more")
        if not self.instructions or not self.responses:
            raise UsageError("a sweep needs one value or more")
        if (self.choices > 1) != (self.pick != "first"):
            raise UsageError(f"{self.choices} answers and {self.pick!r} of them: choose among 2 or more answers")
        if self.choices > 1 and any(one.temperature == 0 for one in self.responses):
            raise UsageError(
                f"{self.choices} answers at temperature 0 are all the same; give --response-temperature above 0, such "
                "as 0.8"
            )
        if self.systems and self.prompt.system_mode != "template-default":
            raise UsageError("a mix of system messages leaves no room for another one; leave out --system-mode")

    @property
    def instructions(self) -> tuple[SamplingParams, ...]:
        """The parameters of instructions, one or those of a sweep."""
        return self.instruction if isinstance(self.instruction, tuple) else (self.instruction,)

    @property
    def responses(self) -> tuple[SamplingParams, ...]:
        """The parameters of answers, one or those of a sweep."""
        return self.response if isinstance(self.response, tuple) else (self.response,)

    def as_dict(self) -> dict[str, Any]:
        """Return the options for the record of a run; `from_dict` takes them back."""
        filters = self.filters
        return {
            **asdict(self),
            "instruction": [asdict(one) for one in self.instructions],
            "response": [asdict(one) for one in self.responses],
            "filters": {**asdict(filters), "off": sorted(filters.off), "home": str(filters.home or "") or None},
        }

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> "RunOptions":
        """Take back what `as_dict` gave. Raises UsageError for options that this version does not know."""
        filters = said["filters"]
        try:
            return cls(**{
                **said,
                "instruction": tuple(SamplingParams(**one) for one in said["instruction"]),
                "response": tuple(SamplingParams(**one) for one in said["response"]),
                "prompt": PromptOptions(**{**said["prompt"], "stops": tuple(said["prompt"]["stops"])}),
                "filters": FilterOptions(**{
                    **filters, "off": frozenset(filters["off"]), "languages": tuple(filters["languages"]),
                    "against": tuple(filters["against"]), "home": Path(filters["home"]) if filters["home"] else None,
                }),
                "systems": tuple(System(**one) for one in said["systems"]),
            })  # fmt: skip
        except TypeError as error:
            raise UsageError(f"the record of the run holds options of another version: {error}") from error

"""What generation needs of whatever runs a model: token ids in, token ids and the reason of the stop out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lineage.generate.sampling import SamplingParams

# stop_token and stop_string: the model ended its turn. length: the limit of tokens came first. no_room: the prompt
# fills the model's context.
StopReason = Literal["stop_token", "stop_string", "length", "no_room"]
# bitwise: the same job gives the same ids whatever is written beside it, on the same machine and versions.
# seeded: draws depend on the job alone, but the logits they are drawn from may differ in their last bits.
# unseeded: the engine takes no seed, or does not promise anything for it.
Reproducibility = Literal["bitwise", "seeded", "unseeded"]


@dataclass(frozen=True)
class Stops:
    """What ends a text: token ids, and strings that are no single token."""

    ids: tuple[int, ...]
    strings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One text to write: the ids before it, the seed of its draws, how they are drawn, and what ends it.

    `key` is the caller's own number for it; backends only hand it back.
    """

    prompt_ids: tuple[int, ...]
    seed: int
    params: SamplingParams
    stops: Stops
    key: int = 0


@dataclass(frozen=True)
class Completion:
    """A text that was written: its ids without the stop, its characters, and why it ended (`stop` names the token).

    `logprobs` are those of the ids under the model itself (temperature 1, nothing cut off), if the engine gives them.
    """

    ids: tuple[int, ...]
    text: str
    reason: StopReason
    stop: str | None
    logprobs: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Score:
    """How a model sees given ids: for each its rank (0 is the likeliest) and the natural log of its probability."""

    ranks: tuple[int, ...]
    logprobs: tuple[float, ...]


class Backend(Protocol):
    """Runs one model."""

    name: str

    def complete(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Completion]]:
        """Write one text for each job and give it as soon as it has ended, in any order.

        Jobs are taken from the iterable one by one when there is room for another, so it may be endless; jobs with
        different parameters run side by side. The draws depend on each job alone; the arithmetic may depend on what
        runs beside it (see `facts()["reproducibility"]`). An iterator that is closed early drops what is under way.
        """

    def score(self, prompt_ids: Sequence[int], ids: Sequence[int]) -> Score:
        """Return how the model sees `ids` after the prompt. Raises UsageError where the engine cannot tell."""

    def facts(self) -> Mapping[str, object]:
        """Return what ran, read from the objects that ran: dtype, device, threads, versions, reproducibility."""

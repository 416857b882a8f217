"""What generation needs of whatever runs a model: token ids in, token ids and the reason of the stop out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lineage.generate.sampling import SamplingParams

# stop_token and stop_string: the model ended its turn. length: the limit of tokens came first. no_room: the prompt
# fills the model's context.
StopReason = Literal["stop_token", "stop_string", "length", "no_room"]


@dataclass(frozen=True)
class Stops:
    """What ends a text: token ids, and strings that are no single token."""

    ids: tuple[int, ...]
    strings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """One text to write: the ids before it, and the seed of its draws."""

    prompt_ids: tuple[int, ...]
    seed: int


@dataclass(frozen=True)
class Completion:
    """A text that was written: its ids without the stop, its characters, and why it ended (`stop` names the token)."""

    ids: tuple[int, ...]
    text: str
    reason: StopReason
    stop: str | None


class Backend(Protocol):
    """Runs one model."""

    name: str

    def complete(
        self, jobs: Sequence[Job], params: SamplingParams, *, stops: Stops, on_done: Callable[[int], None]
    ) -> list[Completion]:
        """Write one text for each job, as one batch, in the order of the jobs; `on_done` gets the count finished.

        The draws depend on each job's seed alone; the arithmetic may depend on the batch.
        """

    def facts(self) -> Mapping[str, object]:
        """Return what ran, read from the objects that ran: dtype, device, threads, versions."""

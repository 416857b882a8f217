"""What a row needs of a model besides its texts: the ids that it goes on from, and what ends a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lineage.generate.backends.port import Stops


@dataclass(frozen=True)
class Said:
    """One message of a conversation; `ids` are the tokens that `voice` drew; None where the text is not just theirs."""

    role: Literal["user", "assistant"]
    text: str
    ids: tuple[int, ...] | None
    voice: str | None


class Voice(Protocol):
    """One model as a speaker. `system` names one of the run's system messages."""

    @property
    def stops(self) -> Stops:
        """What ends a turn."""

    def user_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids after which the model writes the user's next message."""

    def answer_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids after which the model answers the last message."""

"""What a row needs of a model besides its texts: the ids that it goes on from, and what ends a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from lineage.generate.backends.port import Stops
from lineage.generate.seeds import Stage


@dataclass(frozen=True)
class Said:
    """One message of a conversation; `ids` are the tokens that `voice` drew; None where the text is not just theirs."""

    role: Literal["user", "assistant"]
    text: str
    ids: tuple[int, ...] | None
    voice: str | None
    reasoning: str | None = None

    def message(self) -> dict[str, str]:
        """Return it as a message of a row."""
        thought = {} if self.reasoning is None else {"reasoning_content": self.reasoning}
        return {"role": self.role, "content": self.text, **thought}


@dataclass(frozen=True)
class Reading:
    """What a text says: the message, the reasoning before it, and whether the message is there at all."""

    text: str
    reasoning: str | None = None
    complete: bool = True


class Voice(Protocol):
    """One model as a speaker. `system` names one of the run's system messages, None the prompt without any of them."""

    @property
    def name(self) -> str:
        """Its name: ids are its own where they were drawn under this name."""

    def stops(self, stage: Stage) -> Stops:
        """Return what ends a text."""

    def user_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids after which the model writes the user's next message."""

    def answer_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids after which the model answers the last message."""

    def read(self, stage: Stage, written: str) -> Reading:
        """Take the message out of what the model wrote."""

"""A model as one side of a conversation, prompted by its own chat template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lineage.generate.backends.port import Stops
from lineage.generate.model import AlignedModel
from lineage.generate.run.voice import Reading, Said
from lineage.generate.seeds import Stage


@dataclass(frozen=True)
class TemplateVoice:
    """A model that is prompted by its own chat template; `by_system` holds its prompt under each system message."""

    name: str
    model: AlignedModel
    by_system: Mapping[str, AlignedModel] = field(default_factory=dict)

    def stops(self, stage: Stage) -> Stops:
        """Return what ends a text."""
        return self.model.stops if stage == "instruction" else self.model.response_stops

    def user_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the prefix of the user's first message, or of the next one after what was said."""
        return self._under(system).instruction_ids(_history(said))

    def answer_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids before the answer; ids that this model drew itself are taken as they were drawn."""
        *before, last = said
        drawn = last.ids if last.voice == self.name else None
        return self._under(system).response_ids(last.text, history=_history(before), drawn=drawn)

    def read(self, stage: Stage, written: str) -> Reading:
        """Take the message out of what the model wrote."""
        if stage == "instruction":
            return Reading(self.model.prompt.clean(written))
        split = self.model.answering.answer.split(written)
        return Reading(split.answer, split.reasoning, split.complete)

    def _under(self, system: str | None) -> AlignedModel:
        return self.by_system[system] if system is not None else self.model


def _history(said: Sequence[Said]) -> list[tuple[str, str]]:
    return [(one.role, one.text) for one in said]

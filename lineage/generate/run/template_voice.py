"""A model as one side of a conversation, prompted by its own chat template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lineage.generate.backends.port import Stops
from lineage.generate.model import AlignedModel
from lineage.generate.prompt_ids import message_ids
from lineage.generate.run.voice import Said


@dataclass(frozen=True)
class TemplateVoice:
    """A model that is prompted by its own chat template; `by_system` holds its prompt under each system message."""

    name: str
    model: AlignedModel
    by_system: Mapping[str, AlignedModel] = field(default_factory=dict)

    @property
    def stops(self) -> Stops:
        """What ends a turn."""
        return self.model.stops

    def user_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the prefix of the user's first message, or of the next one after what was said."""
        model = self._under(system)
        return model.ids.prefix_ids

    def answer_prompt(self, system: str | None, said: Sequence[Said]) -> tuple[int, ...]:
        """Return the ids before the answer; ids that this model drew itself are taken as they were drawn."""
        model, last = self._under(system), said[-1]
        if last.ids is not None and last.voice == self.name:
            return (*model.ids.prefix_ids, *last.ids, *model.ids.response_prefix_ids)
        return tuple(message_ids(model.tokenizer, model.prompt, model.ids, last.text))

    def _under(self, system: str | None) -> AlignedModel:
        return self.by_system[system] if system is not None else self.model

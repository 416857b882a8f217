"""What a user decides about a prompt: how the template is called, and what replaces or joins the derived texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lineage.errors import TemplateError
from lineage.generate.template import Choices, PromptFormat, SystemMode, by_hand
from lineage.generate.thinking import Thinking


@dataclass(frozen=True)
class PromptOptions:
    """What the user decides about the prompt; `prefix` replaces the derived one.

    Where nothing can be derived, `prefix`, `response_prefix` and `stops` together stand for the template, and
    `turn_prefix` for what is between an answer and the user's next message. `template` names one of several templates.
    `arguments` are variables of the template's own. The `response_…` choices are for answers alone; None and {} mean
    the same as for instructions.
    """

    system_mode: SystemMode = "template-default"
    system: str | None = None
    prefix: str | None = None
    response_prefix: str | None = None
    stops: tuple[str, ...] = ()
    turn_prefix: str | None = None
    template: str | None = None
    thinking: Thinking = "default"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    response_system_mode: SystemMode | None = None
    response_thinking: Thinking | None = None
    response_arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> Choices:
        """Return how the template is called for instructions."""
        return Choices(self.system_mode, self.system, self.thinking, dict(self.arguments))

    @property
    def response_choices(self) -> Choices:
        """Return how the template is called for answers."""
        return Choices(
            self.response_system_mode or self.system_mode,
            self.system,
            self.response_thinking or self.thinking,
            {**self.arguments, **self.response_arguments},
        )

    @property
    def is_whole(self) -> bool:
        """Say whether the user's own texts stand for the template."""
        return self.prefix is not None and self.response_prefix is not None and bool(self.stops)

    def by_hand(self) -> PromptFormat:
        """Make the prompt format of the user's own texts."""
        if self.prefix is None or self.response_prefix is None or not self.stops:
            raise TemplateError("a prompt by hand needs all of --prefix, --response-prefix and --stop")
        return by_hand(self.prefix, self.response_prefix, self.stops, self.turn_prefix)

    def override(self, derived: PromptFormat) -> PromptFormat:
        """Put the user's own prefix, response prefix and further stops in place of the derived ones."""
        return replace(
            derived,
            prefix=derived.prefix if self.prefix is None else self.prefix,
            response_prefix=derived.response_prefix if self.response_prefix is None else self.response_prefix,
            stop_strings=tuple(dict.fromkeys((*derived.stop_strings, *self.stops))),
            response_stops=tuple(dict.fromkeys((*derived.response_stops, *self.stops))),
            own_prefix=self.prefix is not None,
            own_response_prefix=self.response_prefix is not None,
        )

"""Derives, from any chat template, the text that precedes a user's message and all that can end it.

Works on strings only; token ids come from `prompt_ids`. Nothing is written by hand for one family of models: a sentinel
is rendered where the user's message goes, and what stands around it is the answer.

It does not know whether the model was trained with this template.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lineage.errors import TemplateError
from lineage.generate.headers import UserHeader, without_system
from lineage.generate.markers import Markers
from lineage.generate.notes import notes
from lineage.generate.reasoning import AnswerFormat, answer_format
from lineage.generate.render import CLOCK, ChatTemplate, Dialect
from lineage.generate.thinking import Switch, Thinking, find_switch
from lineage.generate.turn_ends import turn_ends
from lineage.generate.turns import WAY_OUT, find_dialect, glue, takes_system, trims

# template-default: whatever the template writes when nobody gives a system message. none: no system block at all.
SystemMode = Literal["template-default", "none", "custom"]


@dataclass(frozen=True)
class Choices:
    """What a user decides about a rendering. `system` is the text of the mode `custom`."""

    system_mode: SystemMode = "template-default"
    system: str | None = None
    thinking: Thinking = "default"
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PromptFormat:
    """The text around a user's message: `prefix`, message, `response_prefix`, answer; and the strings that end either.

    `user_end` and `assistant_end` are the first thing after each kind of message; None where nothing tells its end.
    `lead` is text that ends a message before its marker. `clock` is the day the template was told, None where it does
    not ask. `turn_prefix` stands between an answer and the next message. `dialect` and `template` are None for a
    prefix given by hand; `template` carries the arguments it is called with.
    `own_prefix` and
    `own_response_prefix`: it was given by hand.
    """

    prefix: str
    response_prefix: str
    stop_strings: tuple[str, ...]
    response_stops: tuple[str, ...] = ()
    user_end: str | None = None
    assistant_end: str | None = None
    lead: str = ""
    turn_prefix: str | None = None
    answer: AnswerFormat = field(default_factory=AnswerFormat)
    system_mode: SystemMode = "template-default"
    system: str | None = None
    system_supported: bool = False
    thinking: Thinking = "default"
    thinking_switch: Switch | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    trims_content: bool = False
    dialect: Dialect | None = None
    template_name: str | None = None
    template_sha256: str | None = None
    clock: str | None = None
    own_prefix: bool = False
    own_response_prefix: bool = False
    warnings: tuple[str, ...] = ()
    template: ChatTemplate | None = field(default=None, repr=False)

    @property
    def prefix_sha256(self) -> str:
        """SHA-256 of the prefix text."""
        return hashlib.sha256(self.prefix.encode()).hexdigest()

    def pieces(self, turns: int = 1) -> tuple[str, ...]:
        """Return the text around the messages of a chat of `turns` user turns, 2 x turns pieces, the first the prefix.

        Raises TemplateError where the template cannot write such a chat, or the prefix was given by hand without what
        stands between turns.
        """
        if turns == 1:
            return self.prefix, self.response_prefix
        if self.template is None or self.dialect is None:
            return self._by_hand(turns)
        found = glue(self.template, self.dialect, turns=turns, system=self.system)
        # A system block left out, or a prefix of the user's own, changes the start of a chat and nothing else.
        start = self.prefix if self.own_prefix or self.system_mode == "none" else found[0]
        return (start, *found[1:-1], self.response_prefix if self.own_response_prefix else found[-1])

    def clean(self, written: str) -> str:
        """Return an instruction as the template would show it: no white space around it, nothing of its own end."""
        return written.strip().removesuffix(self.lead.strip()).strip() if self.lead.strip() else written.strip()

    def _by_hand(self, turns: int) -> tuple[str, ...]:
        if self.turn_prefix is None:
            raise TemplateError(
                "a prompt given by hand knows no later turns: give --turn-prefix, what stands between an answer and "
                "the user's next message"
            )
        return (self.prefix, *(self.response_prefix, self.turn_prefix) * (turns - 1), self.response_prefix)


def derive(template: ChatTemplate, markers: Markers, choices: Choices | None = None) -> PromptFormat:
    """Derive the prefix and the stops of a chat template.

    Raises TemplateError where no prefix can be derived safely: the template does not render, changes or repeats the
    user's text, is not context-free, or refuses the system message or the thinking asked for.
    Source: sentinel rendering, docs/design/0005-prefix-from-template.md.
    """
    choices = choices or Choices()
    template = template.with_arguments(choices.arguments)
    dialect = find_dialect(template)
    switch = find_switch(template, dialect)
    on_off = _prefixes_on_and_off(template, dialect, switch)
    template = template.with_arguments(switch.arguments(choices.thinking) if switch else {})
    supported = takes_system(template, dialect)
    system = _system(template, choices, supported=supported)
    prefix, response_prefix = glue(template, dialect, system=system)
    answer = answer_format(template, dialect, response_prefix=response_prefix, on_off=on_off, markers=markers)
    _check_thinking(template, choices.thinking, answer, switch)
    ends = turn_ends(template, dialect, answer, markers)
    answer = replace(answer, end=ends.inner_end)
    prompt = PromptFormat(
        prefix=_prefix(template, prefix, ends.header, markers, choices.system_mode),
        response_prefix=response_prefix,
        stop_strings=ends.stops,
        response_stops=ends.response_stops,
        user_end=ends.user.stop,
        assistant_end=ends.assistant.stop,
        lead=ends.user.lead,
        turn_prefix=ends.after_answer or None,
        answer=answer,
        system_mode=choices.system_mode,
        system=system,
        system_supported=supported,
        thinking=choices.thinking,
        thinking_switch=switch,
        arguments=dict(template.arguments),
        trims_content=trims(template, dialect),
        dialect=dialect,
        template_name=template.name,
        template_sha256=hashlib.sha256(template.source.encode("utf-8", "replace")).hexdigest(),
        clock=CLOCK.date().isoformat() if _asks_for_the_day(template, dialect) else None,
        template=template,
    )
    return replace(prompt, warnings=tuple(notes(prompt, template, ends, markers)))


def by_hand(
    prefix: str, response_prefix: str, stop_strings: Sequence[str], turn_prefix: str | None = None
) -> PromptFormat:
    """Make a prompt format from texts the user gives, for a template from which none can be derived."""
    note = "the prefix was given by hand and is not checked against the template"
    stops = tuple(stop_strings)
    return PromptFormat(
        prefix, response_prefix, stops, stops, turn_prefix=turn_prefix,
        own_prefix=True, own_response_prefix=True, warnings=(note,),
    )  # fmt: skip


def _prefix(template: ChatTemplate, prefix: str, header: UserHeader, markers: Markers, mode: SystemMode) -> str:
    return without_system(template, prefix, header, markers) if mode == "none" else prefix


def _prefixes_on_and_off(template: ChatTemplate, dialect: Dialect, switch: Switch | None) -> tuple[str, str] | None:
    if switch is None:
        return None
    on, off = (glue(template.with_arguments(one), dialect)[-1] for one in (switch.on, switch.off))
    return on, off


def _system(template: ChatTemplate, choices: Choices, *, supported: bool) -> str | None:
    if choices.system_mode != "custom":
        return None
    if not choices.system:
        raise TemplateError("the system mode `custom` needs a text: give --system TEXT")
    if not supported:
        raise TemplateError(
            f"chat template {template.name!r} refuses or drops a system message; leave out --system, "
            "or put the text into a prefix of your own: --prefix, --response-prefix and --stop"
        )
    return choices.system


def _check_thinking(template: ChatTemplate, choice: Thinking, answer: AnswerFormat, switch: Switch | None) -> None:
    """Raise where thinking was asked for or refused and the template has no say in it."""
    if switch is not None or choice == "default":
        return
    if choice == "off" and answer.state in {"none", "closed"}:
        return
    if choice == "on" and answer.state in {"open", "free"}:
        return
    if choice == "on":
        raise TemplateError(
            f"chat template {template.name!r} shows no thinking, so there is none to turn on; leave out --thinking, or "
            "set a variable of its own with --template-arg NAME=JSON"
        )
    hint = " (it looks for /no_think in the system message: --system)" if "/no_think" in template.source else ""
    raise TemplateError(
        f"chat template {template.name!r} has no switch to turn thinking off{hint}; close the reasoning yourself with "
        f"--response-prefix, or {WAY_OUT}"
    )


def _asks_for_the_day(template: ChatTemplate, dialect: Dialect) -> bool:
    given = CLOCK.date().isoformat() in dialect.variables().values()
    return given or "strftime_now" in template.source

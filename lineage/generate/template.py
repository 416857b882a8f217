"""Derives, from any chat template, the text that precedes a user's message and all that can end it.

Works on strings only; token ids come from `prompt_ids`. Nothing is written by hand for one family of models: a sentinel
is rendered where the user's message goes, and what stands around it is the answer.

It does not know whether the model was trained with this template, nor templates that need arguments of their own.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from lineage.errors import TemplateError
from lineage.generate.markers import Markers, TurnEnd, leading_bos
from lineage.generate.render import CLOCK, ChatTemplate, Dialect
from lineage.generate.turns import FirstTurn, between, first_turn, takes_system, trims

# template-default: whatever the template writes when nobody gives a system message. none: no system block at all.
SystemMode = Literal["template-default", "none", "custom"]


@dataclass(frozen=True)
class PromptFormat:
    """The text around a user's message: `prefix`, message, `response_prefix`, answer; and the strings that end either.

    `user_end` and `assistant_end` are the first thing after each kind of message; None where nothing tells its end.
    `clock` is the day the template was told, None where it does not ask. `dialect` is None for a prefix given by hand.
    """

    prefix: str
    response_prefix: str
    stop_strings: tuple[str, ...]
    user_end: str | None = None
    assistant_end: str | None = None
    system_mode: SystemMode = "template-default"
    system_supported: bool = False
    trims_content: bool = False
    dialect: Dialect | None = None
    template_name: str | None = None
    template_sha256: str | None = None
    clock: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def prefix_sha256(self) -> str:
        """SHA-256 of the prefix text."""
        return hashlib.sha256(self.prefix.encode()).hexdigest()


def derive(
    template: ChatTemplate, markers: Markers, *, system_mode: SystemMode = "template-default", system: str | None = None
) -> PromptFormat:
    """Derive the prefix and the stops of a chat template; `system` is the text of the mode `custom`.

    Raises TemplateError where no prefix can be derived safely: the template does not render, changes or repeats the
    user's text, is not context-free, or refuses the system message asked for.
    Source: sentinel rendering, docs/design/0005-prefix-from-template.md.
    """
    turn = first_turn(template)
    supported = takes_system(template, turn.dialect)
    turns = _Turns.of(template, turn, markers)
    if system_mode == "custom":
        turn = _with_system(template, system, supported=supported)
    prefix = turns.without_system(template, markers) if system_mode == "none" else turn.before
    return PromptFormat(
        prefix=prefix,
        response_prefix=turn.after,
        stop_strings=turns.stops(template, markers),
        user_end=turns.user_end.stop,
        assistant_end=turns.assistant_end.stop,
        system_mode=system_mode,
        system_supported=supported,
        trims_content=trims(template, turn.dialect),
        dialect=turn.dialect,
        template_name=template.name,
        template_sha256=hashlib.sha256(template.source.encode("utf-8", "replace")).hexdigest(),
        clock=CLOCK.date().isoformat() if "strftime_now" in template.source else None,
        warnings=(*turns.warnings(template), *_notes(template, turn, markers)),
    )


@dataclass(frozen=True)
class _Turns:
    """A chat of three messages taken apart: what follows each message, and how each turn ends."""

    first: FirstTurn
    after_user: str
    after_assistant: str
    user_end: TurnEnd
    assistant_end: TurnEnd

    @classmethod
    def of(cls, template: ChatTemplate, turn: FirstTurn, markers: Markers) -> "_Turns":
        # Ends may be written with `eos_token`, which a bare template file does not define: a stand-in shows where.
        ending = template.with_assumed()
        first = first_turn(ending) if ending is not template else turn
        chat = between(ending, ["user", "assistant", "user"], turn.dialect)
        short = between(ending, ["user", "assistant"], turn.dialect)
        after_user = chat[0] if chat else first.after
        after_assistant = chat[1] if chat else short[1] if short else ""
        return cls(turn, after_user, after_assistant, markers.end_of(first.after), markers.end_of(after_assistant))

    def stops(self, template: ChatTemplate, markers: Markers) -> tuple[str, ...]:
        """List what ends a turn: the user's end, the assistant's end, and what opens a role header (leakage)."""
        header = self._header(markers, template.special_tokens.get("bos_token"))
        found = [self.user_end.stop, self.assistant_end.stop, *markers.all_in(header)[:1]]
        return tuple(dict.fromkeys(name for name in found if name))

    def without_system(self, template: ChatTemplate, markers: Markers) -> str:
        """Build the prefix with no system block: the beginning-of-text marker, then the header of a later user turn."""
        bos = template.special_tokens.get("bos_token")
        header = self._header(markers, bos)
        if not header.strip():
            raise TemplateError(
                f"chat template {template.name!r} shows no user header apart from its system text; "
                "use --system-mode template-default, or give --prefix, --response-prefix and --stop yourself"
            )
        if not markers.has_words(self.first.before[: -len(header)]):
            return self.first.before
        return leading_bos(self.first.before, bos) + header

    def _header(self, markers: Markers, bos: str | None) -> str:
        """Return the header of a user turn: what a first and a later one have in common, less the end of a turn."""
        first, later = self.first.before, self.after_assistant
        header = first[markers.next_edge(first, len(first) - _common_ending(first, later)) :].lstrip()
        end = self.assistant_end.stop or ""
        if end and header.startswith(end) and header[len(end) :].strip():
            header = header[len(end) :].lstrip()
        # The marker that opens the first header of all opens this one too; what stands before it closes a turn.
        opener = next(iter(markers.all_in(first[len(leading_bos(first, bos)) :])), "")
        return header[header.index(opener) :] if opener in header else header

    def warnings(self, template: ChatTemplate) -> Iterator[str]:
        """Say what a caller must know about the ends of turns."""
        for who, end in (("user's", self.user_end), ("assistant's", self.assistant_end)):
            if end.stop is None:
                yield f"nothing marks the end of the {who} turn: it ends at the limit of tokens"
            if end.lead.strip():
                yield f"the {who} turn ends with text before its marker: {end.lead!r}"
            if end.stop in template.assumed.values() and str(end.stop) not in template.source:
                yield f"the {who} turn ends with eos_token, which a bare file does not define; assumed {end.stop!r}"
        if self.user_end.stop != self.assistant_end.stop:
            yield f"the user's turn ends with {self.user_end.stop!r}, the assistant's with {self.assistant_end.stop!r}"


def _with_system(template: ChatTemplate, system: str | None, *, supported: bool) -> FirstTurn:
    if not system:
        raise TemplateError("the system mode `custom` needs a text: give --system TEXT")
    if not supported:
        raise TemplateError(
            f"chat template {template.name!r} refuses or drops a system message; leave out --system, "
            "or put the text into a prefix of your own: --prefix, --response-prefix and --stop"
        )
    return first_turn(template, system)


def _notes(template: ChatTemplate, turn: FirstTurn, markers: Markers) -> Iterator[str]:
    if turn.dialect.tools:
        yield "the template only renders with an empty list of tools"
    if turn.dialect.parts:
        yield "the template takes content as a list of parts"
    if trims(template, turn.dialect):
        yield "the template strips white space around messages: instructions are stored stripped"
    if "strftime_now" in template.source:
        yield f"the template asks for today's date: it is told {CLOCK.date().isoformat()}, so that the prefix stays"
    if markers.has_words(turn.before):
        yield "the prefix holds text of the template's own, often a system message; --system-mode none leaves it out"
    if "bos_token" in template.assumed and "bos_token" in template.source:
        yield "the template writes bos_token, which a bare file does not define: nothing stands for it in the prefix"


def _common_ending(left: str, right: str) -> int:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(reversed(left), reversed(right), strict=False))
    return sum(1 for _ in same)


def by_hand(prefix: str, response_prefix: str, stop_strings: Sequence[str]) -> PromptFormat:
    """Make a prompt format from texts the user gives, for a template from which none can be derived."""
    note = "the prefix was given by hand and is not checked against the template"
    return PromptFormat(prefix, response_prefix, tuple(stop_strings), warnings=(note,))

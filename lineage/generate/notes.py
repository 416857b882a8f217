"""What a caller must know about a derived prompt: the warnings, in sentences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lineage.generate.markers import Markers
from lineage.generate.render import CLOCK, ChatTemplate, Dialect
from lineage.generate.turn_ends import TurnEnds
from lineage.generate.turns import starts_alike

if TYPE_CHECKING:
    from lineage.generate.template import PromptFormat


def notes(prompt: "PromptFormat", template: ChatTemplate, ends: TurnEnds, markers: Markers) -> Iterator[str]:
    """Give the warnings on a derived prompt, the ends of turns first."""
    yield from _on_ends(template, ends)
    if prompt.dialect:
        yield from _on_call(prompt.dialect)
        if not starts_alike(template, prompt.dialect):
            yield "the template starts a chat otherwise when no answer is asked for; that start is not used"
    if prompt.trims_content:
        yield "the template strips white space around messages: instructions are stored stripped"
    if prompt.clock:
        yield f"the template asks for today's date: it is told {prompt.clock}, so that the prefix stays"
    own = prompt.prefix.removesuffix(ends.header.text)
    if prompt.system_mode == "template-default" and not markers.is_bare(own):
        yield "the prefix holds text of the template's own, often a system message; --system-mode none leaves it out"
    if "bos_token" in template.assumed and "bos_token" in template.source:
        yield "the template writes bos_token, which a bare file does not define: nothing stands for it in the prefix"
    yield from _on_answers(prompt)


def _on_ends(template: ChatTemplate, ends: TurnEnds) -> Iterator[str]:
    for who, end in (("user's", ends.user), ("assistant's", ends.assistant)):
        if end.stop is None:
            yield f"nothing marks the end of the {who} turn: it ends at the limit of tokens"
        if end.lead.strip():
            yield f"the {who} turn ends with text before its marker, which is cut from messages: {end.lead!r}"
        if end.stop in template.assumed.values() and str(end.stop) not in template.source:
            yield f"the {who} turn ends with eos_token, which a bare file does not define; assumed {end.stop!r}"
    if ends.user.stop != ends.assistant.stop:
        yield f"the user's turn ends with {ends.user.stop!r}, the assistant's with {ends.assistant.stop!r}"
    if ends.inner_end:
        yield f"{ends.inner_end!r} ends reasoning as well as an answer: answers are written to what follows, then cut"


def _on_call(dialect: Dialect) -> Iterator[str]:
    if dialect.tools:
        yield "the template only renders with an empty list of tools"
    if dialect.parts:
        yield "the template takes content as a list of parts"
    given = dialect.variables()
    for name in dialect.stand_ins:
        why = "" if given[name] != CLOCK.date().isoformat() else ", the day the clock stands at"
        yield f"the template needs a variable {name!r}: it is given {given[name]!r}{why}; --template-arg {name}=JSON"


def _on_answers(prompt: "PromptFormat") -> Iterator[str]:
    answer = prompt.answer
    if answer.state == "open":
        yield "the response prefix opens a block of reasoning: every answer begins with it; it is stored apart"
    if prompt.thinking_switch and prompt.thinking != "off" and not answer.closes:
        yield "the template has a switch for thinking but shows no marker around it: reasoning stays in the answer"

"""Splits rendered chats at sentinels: the text before, between and after messages of a template.

A sentinel is a word that no template contains. Where it lands, a real message would land too.
"""

import hashlib
from dataclasses import dataclass
from itertools import pairwise

from lineage.errors import TemplateError
from lineage.generate.render import DIALECTS, ChatTemplate, Dialect, Message, render

_OVERRIDE = "give --prefix, --response-prefix and --stop yourself"


@dataclass(frozen=True)
class FirstTurn:
    """The text around the first user message, and how the template had to be called."""

    before: str
    after: str
    dialect: Dialect


def sentinel(template: ChatTemplate, label: str) -> str:
    """Make a word of letters and digits that this template does not hold; the same one every time."""
    digest = hashlib.sha256(f"{label}|{template.source}".encode("utf-8", "replace")).hexdigest()
    # Mixed case, so that a template that changes case is noticed.
    word = "Q" + digest[:10] + "zK" + digest[10:20].upper() + "x"
    if word in template.source:  # pragma: no cover - a template that holds its own hash
        return sentinel(template, label + "+")
    return word


def first_turn(template: ChatTemplate, system: str | None = None) -> FirstTurn:
    """Split what the template writes around a user's first message, with a prompt for the answer after it.

    Raises TemplateError when nothing renders, or when the text around the message depends on the message.
    """
    before = [("system", system)] if system is not None else []
    one, two = sentinel(template, "one"), _second(template)
    dialect, text = _first_that_renders(template, [*before, ("user", one)], one)
    other = render(template, [*before, ("user", two)], dialect=dialect, generation_prompt=True)
    if text.count(one) != 1:
        how = "not at all or changed" if one not in text else "more than once"
        raise TemplateError(f"chat template {template.name!r} repeats the user's text {how}; {_OVERRIDE}")
    if text.replace(one, two) != other:
        raise TemplateError(
            f"chat template {template.name!r} is not context-free: what it writes around the user's text "
            f"depends on that text; {_OVERRIDE}"
        )
    start = text.rindex(one)
    return FirstTurn(text[:start], text[start + len(one) :], dialect)


def between(template: ChatTemplate, messages: list[str], dialect: Dialect) -> list[str] | None:
    """Return the texts between and after messages of these roles, or None when the template refuses such a chat."""
    chat: list[Message] = [(role, sentinel(template, f"turn {index}")) for index, role in enumerate(messages)]
    try:
        text = render(template, chat, dialect=dialect)
    except TemplateError:
        return None
    places = [text.rfind(word) for _, word in chat]
    if min(places) < 0 or places != sorted(places):
        return None
    ends = [place + len(word) for place, (_, word) in zip(places, chat, strict=True)]
    spans = [text[end:start] for (end, _), (_, start) in pairwise(zip(ends, places, strict=True))]
    return [*spans, text[ends[-1] :]]


def takes_system(template: ChatTemplate, dialect: Dialect) -> bool:
    """Say whether a system message is accepted and shows up in the text."""
    word = sentinel(template, "system")
    chat = [("system", word), ("user", sentinel(template, "one"))]
    try:
        return word in render(template, chat, dialect=dialect, generation_prompt=True)
    except TemplateError:
        return False


def trims(template: ChatTemplate, dialect: Dialect) -> bool:
    """Say whether the template strips white space around a message."""
    word = sentinel(template, "one")
    text = render(template, [("user", f" \n{word}\n ")], dialect=dialect, generation_prompt=True)
    return f" \n{word}\n " not in text


def _second(template: ChatTemplate) -> str:
    # Another length, a blank and a line break inside: a template that wraps, cuts or joins lines is noticed.
    return f"{sentinel(template, 'two')} a, b.\n{sentinel(template, 'three')}"


def _first_that_renders(template: ChatTemplate, chat: list[Message], word: str) -> tuple[Dialect, str]:
    reasons: list[str] = []
    for dialect in DIALECTS:
        try:
            text = render(template, chat, dialect=dialect, generation_prompt=True)
        except TemplateError as error:
            reasons.append(str(error))
            continue
        # A template may take content of the wrong kind and drop it, or print the list; another dialect may fit.
        if word in text and "{'type'" not in text:
            return dialect, text
    if reasons and len(reasons) == len(DIALECTS):
        raise TemplateError(f"{reasons[0]}; {_OVERRIDE}")
    raise TemplateError(f"chat template {template.name!r} drops or changes the user's text; {_OVERRIDE}")

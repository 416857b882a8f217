"""Splits rendered chats at sentinels: the text before, between and after messages of a template.

A sentinel is a word that no template contains. Where it lands, a real message would land too.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from lineage.errors import TemplateError
from lineage.generate.render import DIALECTS, ChatTemplate, Dialect, Message, missing_variable, render

WAY_OUT = "give --prefix, --response-prefix and --stop yourself"
# A template that lacks more variables than this wants something else than a chat.
_MOST_STAND_INS = 8


def sentinel(template: ChatTemplate, label: str) -> str:
    """Make a word of letters and digits that this template does not hold; the same one every time."""
    digest = hashlib.sha256(f"{label}|{template.source}".encode("utf-8", "replace")).hexdigest()
    # Mixed case, so that a template that changes case is noticed.
    word = "Q" + digest[:10] + "zK" + digest[10:20].upper() + "x"
    if word in template.source:  # pragma: no cover - a template that holds its own hash
        return sentinel(template, label + "+")
    return word


def find_dialect(template: ChatTemplate) -> Dialect:
    """Find out how a template must be called for a user's message to show up as it is.

    Raises TemplateError with the first reason when no call works.
    """
    word = sentinel(template, "one")
    reasons: list[str] = []
    for dialect in _ways_to_call(template, word):
        try:
            text = render(template, [("user", word)], dialect=dialect, generation_prompt=True)
        except TemplateError as error:
            reasons.append(str(error))
            continue
        # A template may take content of the wrong kind and drop it, or print the list; another dialect may fit.
        if word in text and "{'type'" not in text:
            return dialect
    if reasons and len(reasons) >= len(DIALECTS):
        raise TemplateError(f"{reasons[0]}; {_what_helps(template)}{WAY_OUT}")
    raise TemplateError(f"chat template {template.name!r} drops or changes the user's text; {WAY_OUT}")


def glue(template: ChatTemplate, dialect: Dialect, *, turns: int = 1, system: str | None = None) -> tuple[str, ...]:
    """Return the text around the messages of a chat of `turns` user turns that waits for its last answer.

    2 x turns pieces: before the first user message, after it, after the first answer …, after the last user message.
    Raises TemplateError when what the template writes depends on the messages.
    """
    before: list[Message] = [("system", system)] if system is not None else []
    one = _alternating(template, "one", turns)
    text = render(template, [*before, *one], dialect=dialect, generation_prompt=True)
    places = [_only_place(template, text, word, role) for role, word in one]
    if places != sorted(places):
        raise TemplateError(f"chat template {template.name!r} changes the order of the messages; {WAY_OUT}")
    two = _alternating(template, "two", turns, tail=" a, b.\n0")
    other = render(template, [*before, *two], dialect=dialect, generation_prompt=True)
    replaced = text
    for (_, word), (_, longer) in zip(one, two, strict=True):
        replaced = replaced.replace(word, longer)
    if replaced != other:
        raise TemplateError(
            f"chat template {template.name!r} is not context-free: what it writes around the user's text "
            f"depends on that text; {WAY_OUT}"
        )
    return _pieces(text, places, [len(word) for _, word in one])


def between(template: ChatTemplate, roles: list[str], dialect: Dialect) -> list[str] | None:
    """Return the texts between and after messages of these roles, or None when the template refuses such a chat."""
    chat: list[Message] = [(role, sentinel(template, f"turn {index}")) for index, role in enumerate(roles)]
    try:
        text = render(template, chat, dialect=dialect)
    except TemplateError:
        return None
    places = [text.rfind(word) for _, word in chat]
    if min(places) < 0 or places != sorted(places):
        return None
    return list(_pieces(text, places, [len(word) for _, word in chat])[1:])


def starts_alike(template: ChatTemplate, dialect: Dialect) -> bool:
    """Say whether a chat begins with the same text when no answer is asked for."""
    word = sentinel(template, "one")
    chat = [("user", word)]
    asked = render(template, chat, dialect=dialect, generation_prompt=True)
    return render(template, chat, dialect=dialect).startswith(asked[: asked.rindex(word)])


def takes_system(template: ChatTemplate, dialect: Dialect) -> bool:
    """Say whether a system message is accepted and shows up in the text."""
    word = sentinel(template, "system")
    chat = [("system", word), ("user", sentinel(template, "one"))]
    try:
        return word in render(template, chat, dialect=dialect, generation_prompt=True)
    except TemplateError:
        return False


def after_system(template: ChatTemplate, dialect: Dialect) -> str:
    """Return the text between a system message and the first user message; "" where there is no such text."""
    found = between(template, ["system", "user"], dialect)
    return found[0] if found else ""


def trims(template: ChatTemplate, dialect: Dialect) -> bool:
    """Say whether the template strips white space around a message."""
    word = sentinel(template, "one")
    text = render(template, [("user", f" \n{word}\n ")], dialect=dialect, generation_prompt=True)
    return f" \n{word}\n " not in text


def _ways_to_call(template: ChatTemplate, word: str) -> Iterator[Dialect]:
    for dialect in DIALECTS:
        yield dialect
    for dialect in DIALECTS[::2]:
        for as_text in (False, True):
            yield _with_stand_ins(template, replace(dialect, as_text=as_text), word)


def _with_stand_ins(template: ChatTemplate, dialect: Dialect, word: str) -> Dialect:
    """Add variables to a call for as long as the template names one that it misses."""
    while len(dialect.stand_ins) < _MOST_STAND_INS:
        try:
            render(template, [("user", word)], dialect=dialect, generation_prompt=True)
        except TemplateError as error:
            name = missing_variable(error)
            if name is None or name in dialect.stand_ins:
                return dialect
            dialect = replace(dialect, stand_ins=(*dialect.stand_ins, name))
        else:
            return dialect
    return dialect


def _what_helps(template: ChatTemplate) -> str:
    try:
        render(template, [("user", "x")], dialect=DIALECTS[0], generation_prompt=True)
    except TemplateError as error:
        name = missing_variable(error)
        return f"set it with --template-arg {name}=JSON, or " if name else ""
    return ""  # pragma: no cover - only called when nothing renders


def _alternating(template: ChatTemplate, label: str, turns: int, tail: str = "") -> list[Message]:
    # The second set has another length, a blank and a line break inside: a template that wraps, cuts, counts or joins
    # lines is noticed.
    roles = ["user", "assistant"] * turns
    return [
        (role, sentinel(template, f"{label} {place}") + tail.replace("0", sentinel(template, f"{label} end {place}")))
        for place, role in enumerate(roles[:-1])
    ]


def _only_place(template: ChatTemplate, text: str, word: str, role: str) -> int:
    if text.count(word) != 1:
        how = "not at all or changed" if word not in text else "more than once"
        raise TemplateError(f"chat template {template.name!r} repeats the {role}'s text {how}; {WAY_OUT}")
    return text.index(word)


def _pieces(text: str, places: list[int], lengths: list[int]) -> tuple[str, ...]:
    """Cut a text at words: before the first, between each two, after the last."""
    edges = [(0, 0), *((place, place + length) for place, length in zip(places, lengths, strict=True))]
    spans = [text[end:start] for (_, end), (start, _) in pairwise(edges)]
    return (*spans, text[edges[-1][1] :])

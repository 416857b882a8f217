"""Finds the header of a user's turn in rendered chats, and builds the prefix that has no system block.

A later user turn shows the header alone; what the first one has before it is the template's own.
"""

from dataclasses import dataclass

from lineage.errors import TemplateError
from lineage.generate.markers import Markers
from lineage.generate.render import ChatTemplate
from lineage.generate.turns import WAY_OUT

# The shortest sign that opens every header (`]~b]`); a shorter one may stand anywhere.
_MIN_OPENER_CHARS = 3
_MAX_LEAD_CHARS = 32


@dataclass(frozen=True)
class UserHeader:
    """The header of a user's turn (`<|im_start|>user` and a line break), and what stands at the very start of a text.

    `text` is "" where the template shows none; `lead` is the beginning-of-text marker, or "".
    """

    text: str
    lead: str


@dataclass(frozen=True)
class Surroundings:
    """What a template writes around a user's turn: before the first one, after an answer, and after a system message.

    `after_user` stands before an answer, `chat_end` after the last message of all, `answer_end` is the marker that
    ends an answer.
    """

    first: str
    after_user: str
    after_answer: str
    after_system: str
    chat_end: str
    answer_end: str | None


def user_header(around: Surroundings, markers: Markers, bos: str | None) -> UserHeader:
    """Take the header out of its surroundings: what all user turns have in common, less the end of the turn before."""
    header = around.after_answer
    if around.chat_end and header[len(around.chat_end) :].strip() and header.startswith(around.chat_end):
        header = header[len(around.chat_end) :]
    for other in (around.first, around.after_system):
        same = markers.same_end(header, other)
        if header[len(header) - same :].strip():
            header = header[len(header) - same :]
        elif other is around.first:
            header = ""
    header = header.lstrip()
    end = around.answer_end or ""
    if end and header.startswith(end) and header[len(end) :].strip():
        header = header[len(end) :].lstrip()
    start = bos if bos and around.first.startswith(bos) else ""
    # The marker that opens the first header of all opens this one too; what stands before it closes a turn.
    opener = next(iter(markers.all_in(around.first[len(start) :])), "")
    place = header.find(opener) if opener else -1
    if place > 0 and markers.is_bare(header[:place]):
        header = header[place:]
    return UserHeader(header, start + _lead(around, header, markers, start))


def without_system(template: ChatTemplate, prefix: str, header: UserHeader, markers: Markers) -> str:
    """Build the prefix with no system block: the beginning-of-text marker, then the header of a later user turn."""
    if not header.text.strip():
        raise TemplateError(
            f"chat template {template.name!r} shows no user header apart from its system text; "
            f"use --system-mode template-default, or {WAY_OUT}"
        )
    if prefix.endswith(header.text) and markers.is_bare(prefix[: -len(header.text)]):
        return prefix
    return header.lead + header.text


def _lead(around: Surroundings, header: str, markers: Markers, start: str) -> str:
    """Find markers that open a text and never come back: each stands alone, right before another marker."""
    text = around.first[len(start) :]
    chat = around.first + around.after_user + around.after_answer + around.after_system
    lead = ""
    for marker in markers.leading(text)[:-1]:
        if chat.count(marker) != 1 or header.startswith(marker):
            break
        lead += marker
    return lead or _before_opener(text, chat, header, around.after_user)


def _before_opener(text: str, chat: str, header: str, after_user: str) -> str:
    """Find what stands before the sign that opens every header, for markers that look like none (`]~!b[`)."""
    size = next((size for size in range(len(header), 0, -1) if header[:size] in after_user), 0)
    place = text.find(header[:size]) if size >= _MIN_OPENER_CHARS else -1
    found = text[: max(place, 0)]
    alone = found and not any(char.isspace() for char in found) and chat.count(found) == 1
    return found if alone and len(found) <= _MAX_LEAD_CHARS and not found[0].isalnum() else ""

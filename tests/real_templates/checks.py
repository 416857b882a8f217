"""Renders a chat of five messages with the public engine of transformers and compares it with the derived pieces.

Run on a folder of templates for a table: `python -m tests.real_templates.checks FOLDER`.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from transformers.utils import chat_template_utils

from lineage.errors import TemplateError
from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.render import CLOCK, ChatTemplate
from lineage.generate.template import Choices, PromptFormat, derive

SYSTEM = "Answer like a lighthouse keeper.\nNever mention the sea."
CHAT = (
    ("user", "How do tides work?\nAnd why twice a day?"),
    ("assistant", "The moon pulls: [1] near, {2} far."),
    ("user", "1. Thanks - so the sun does *nothing*?"),
    ("assistant", "It does half as much.\n\n```python\nprint(0.46)\n```"),
    ("user", "Voilà. 为什么?"),
)
CHOICES = {
    "default": Choices(),
    "none": Choices(system_mode="none"),
    "custom": Choices(system_mode="custom", system=SYSTEM),
    "thinking on": Choices(thinking="on"),
    "thinking off": Choices(thinking="off"),
    "custom, off": Choices(system_mode="custom", system=SYSTEM, thinking="off"),
}


@dataclass(frozen=True)
class Outcome:
    """What became of one template under one choice: `refused` holds the reason, `wrong` what does not agree."""

    file: str
    choice: str
    refused: str | None = None
    wrong: tuple[str, ...] = ()
    prompt: PromptFormat | None = None


class _Clock(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
        del tz
        return CLOCK


def check_folder(folder: Path) -> Iterator[Outcome]:
    """Check each template of a folder under each choice."""
    with mock.patch.object(chat_template_utils, "datetime", _Clock):
        for file in sorted(folder.glob("*.jinja")):
            template = read_bare(file)
            for name, choices in CHOICES.items():
                try:
                    prompt = derive(template, Markers(), choices)
                except TemplateError as error:
                    yield Outcome(file.name, name, refused=str(error))
                else:
                    yield Outcome(file.name, name, wrong=tuple(_wrong(template, prompt)), prompt=prompt)


def _wrong(template: ChatTemplate, prompt: PromptFormat) -> Iterator[str]:
    for turns in (1, 2, 3):
        chat = CHAT[: 2 * turns - 1]
        pieces = prompt.pieces(turns)
        ours = _laid_out(pieces, chat)
        theirs = _render(template, prompt, chat, add_generation_prompt=True)
        if prompt.system_mode == "none":
            # Nobody renders a chat without its system block: all but the start is compared.
            start = theirs.index(chat[0][1])
            theirs = prompt.prefix + theirs[start:]
        if ours != theirs:
            yield f"{turns} turns: {ours!r} is not {theirs!r}"
        continued = _render(template, prompt, chat, continue_final_message=True)
        if not continued.endswith(_laid_out(pieces[1:-1], chat[1:]) if turns > 1 else chat[0][1]):
            yield f"{turns} turns: continuing the last message gives {continued!r}"
    yield from _wrong_header(prompt)
    yield from _wrong_reasoning(template, prompt)


def _wrong_header(prompt: PromptFormat) -> Iterator[str]:
    if prompt.system_mode == "none" and not (prompt.turn_prefix or "").endswith(prompt.prefix[-6:]):
        yield f"the prefix without system ends otherwise than a later turn: {prompt.prefix!r}"
    if not prompt.user_end or prompt.user_end not in prompt.stop_strings:
        yield "the user's end is no stop"
    if not prompt.response_stops:
        yield "nothing stops an answer"


def _wrong_reasoning(template: ChatTemplate, prompt: PromptFormat) -> Iterator[str]:
    """Take what the template shows of an answer for what a model writes: stop it, and split it."""
    question, answer = CHAT[0][1], CHAT[1][1]
    asked = {"role": "user", "content": _content(prompt, question)}
    for thought in (None, "Let me see: tides."):
        said = {"role": "assistant", "content": _content(prompt, answer)}
        whole = _public(template, prompt, [asked, said | ({"reasoning_content": thought} if thought else {})])
        shown = whole[whole.rindex(question) + len(question) :]
        if thought and thought not in shown:
            continue
        written = _until_stop(shown[Markers().same_start(shown, prompt.response_prefix) :], prompt)
        if prompt.answer.state == "open" and not thought and prompt.answer.closes not in written:
            continue  # Past answers are shown without the reasoning that a model is made to write.
        split = prompt.answer.split(written)
        if (split.answer, split.reasoning, split.complete) != (answer, thought, True):
            yield f"{written!r} is split to {split!r}"


def _until_stop(text: str, prompt: PromptFormat) -> str:
    ends = [place for stop in prompt.response_stops if (place := text.find(stop)) >= 0]
    return text[: min(ends, default=len(text))]


def _laid_out(pieces: tuple[str, ...], chat: tuple[tuple[str, str], ...]) -> str:
    texts = [text for _, text in chat]
    return "".join(piece + text for piece, text in zip(pieces, [*texts, ""][: len(pieces)], strict=True))


def _render(template: ChatTemplate, prompt: PromptFormat, chat: tuple[tuple[str, str], ...], **how: bool) -> str:
    messages = [{"role": role, "content": _content(prompt, text)} for role, text in chat]
    system = [{"role": "system", "content": _content(prompt, prompt.system)}] if prompt.system else []
    return _public(template, prompt, [*system, *messages], **how)


def _content(prompt: PromptFormat, text: str) -> object:
    parts = prompt.dialect is not None and prompt.dialect.parts
    return [{"type": "text", "text": text}] if parts else text


def _public(template: ChatTemplate, prompt: PromptFormat, chat: list[dict[str, Any]], **how: bool) -> str:
    assert prompt.dialect is not None
    ((text,), _) = chat_template_utils.render_jinja_template(
        [chat], chat_template=template.source, tools=[] if prompt.dialect.tools else None,
        **how, **template.special_tokens, **prompt.dialect.variables(), **prompt.arguments,
    )  # fmt: skip
    return str(text)


def main() -> None:
    """Print one line for each template and choice."""
    for one in check_folder(Path(sys.argv[1])):
        state = f"thinking {one.prompt.answer.state}" if one.prompt else f"refused: {one.refused}"
        print(f"{one.file:55} {one.choice:13} {'; '.join(one.wrong) or state}")


if __name__ == "__main__":
    main()

"""Renders chats with the engine of transformers, with the clock stopped.

Knows how a template may be called (`Dialect`) and nothing of what its output means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import jinja2
from transformers.utils import chat_template_utils

from lineage.errors import TemplateError

# What `strftime_now` tells a template. Some put today's date into the prompt; a prefix that changes overnight
# could not be told from another prefix, so every rendering here happens on this day, which the record names.
CLOCK = datetime(2025, 1, 1, tzinfo=UTC)

# What a sandboxed template can raise on its own account: its own complaint, or an operation on a missing value.
_FAILURES = (jinja2.TemplateError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError)

Message = tuple[str, str]


@dataclass(frozen=True)
class ChatTemplate:
    """A template's source and the special tokens it may name, such as `{"bos_token": "<s>"}`.

    `assumed` holds stand-ins for tokens that nobody defined (a bare template file); they are never part of a prefix.
    """

    source: str
    name: str = "default"
    special_tokens: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)

    def with_assumed(self) -> "ChatTemplate":
        """Return the template with its stand-ins in place, or itself when it needs none."""
        if not self.assumed:
            return self
        return replace(self, special_tokens={**self.special_tokens, **self.assumed})


@dataclass(frozen=True)
class Dialect:
    """How a template wants to be called: with an empty list of tools, with content as a list of parts."""

    tools: bool = False
    parts: bool = False


# The order in which they are tried; most templates take the first.
DIALECTS = (Dialect(), Dialect(tools=True), Dialect(parts=True), Dialect(tools=True, parts=True))


def render(
    template: ChatTemplate, messages: Sequence[Message], *, dialect: Dialect, generation_prompt: bool = False
) -> str:
    """Render (role, content) messages to the text a model would be given. Raises TemplateError with the reason."""
    chat = [{"role": role, "content": _content(text, dialect)} for role, text in messages]
    try:
        text: str = _compiled(template.source).render(
            messages=chat,
            tools=[] if dialect.tools else None,
            documents=None,
            add_generation_prompt=generation_prompt,
            strftime_now=CLOCK.strftime,
            **template.special_tokens,
        )
    except _FAILURES as error:
        raise TemplateError(f"chat template {template.name!r} cannot be rendered: {error}") from error
    return text


def _content(text: str, dialect: Dialect) -> object:
    return [{"type": "text", "text": text}] if dialect.parts else text


def _compiled(source: str) -> Any:
    # The public `render_jinja_template` turns every argument into plain data, so a clock cannot be passed to it;
    # the compiled template under it is the same one, in the same sandbox.
    return chat_template_utils._compile_jinja_template(source)  # noqa: SLF001

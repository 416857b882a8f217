"""Renders chats with the engine of transformers, with the clock stopped.

Knows how a template may be called (`Dialect`) and nothing of what its output means.
"""

import re
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
_UNDEFINED = re.compile(r"'(\w+)' is undefined")
_A_DAY = re.compile(r"date|time|today", re.IGNORECASE)


@dataclass(frozen=True)
class ChatTemplate:
    """A template's source and the special tokens it may name, such as `{"bos_token": "<s>"}`.

    `assumed` holds stand-ins for tokens that nobody defined (a bare template file); they are never part of a prefix.
    `arguments` are variables of the template's own, such as `{"enable_thinking": False}`.
    """

    source: str
    name: str = "default"
    special_tokens: Mapping[str, str] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def with_assumed(self) -> "ChatTemplate":
        """Return the template with its stand-ins in place, or itself when it needs none."""
        if not self.assumed:
            return self
        return replace(self, special_tokens={**self.special_tokens, **self.assumed})

    def with_arguments(self, arguments: Mapping[str, Any]) -> "ChatTemplate":
        """Return the template called with further variables of its own."""
        return replace(self, arguments={**self.arguments, **arguments}) if arguments else self


@dataclass(frozen=True)
class Dialect:
    """How a template wants to be called: with an empty list of tools, with content as a list of parts.

    `stand_ins` names variables without which it does not render. Each is given something empty: a list (as text when
    `as_text`), or the stopped clock's day where the name asks for a date.
    """

    tools: bool = False
    parts: bool = False
    stand_ins: tuple[str, ...] = ()
    as_text: bool = False

    def variables(self) -> dict[str, Any]:
        """Return what is passed for the variables that nobody set."""
        empty: Any = "[]" if self.as_text else []
        return {name: CLOCK.date().isoformat() if _A_DAY.search(name) else empty for name in self.stand_ins}


# The order in which they are tried; most templates take the first.
DIALECTS = (Dialect(), Dialect(tools=True), Dialect(parts=True), Dialect(tools=True, parts=True))


def render(
    template: ChatTemplate, messages: Sequence[Message], *, dialect: Dialect, generation_prompt: bool = False
) -> str:
    """Render (role, content) messages to the text a model would be given. Raises TemplateError with the reason."""
    chat = [{"role": role, "content": _content(text, dialect)} for role, text in messages]
    return render_chat(template, chat, dialect=dialect, generation_prompt=generation_prompt)


def render_chat(
    template: ChatTemplate, chat: Sequence[Mapping[str, Any]], *, dialect: Dialect, generation_prompt: bool = False
) -> str:
    """Render whole messages, which may hold more than a role and content. Raises TemplateError with the reason."""
    given = {
        "tools": [] if dialect.tools else None,
        "documents": None,
        "strftime_now": CLOCK.strftime,
        **template.special_tokens,
        **dialect.variables(),
        **template.arguments,
        "messages": list(chat),
        "add_generation_prompt": generation_prompt,
    }
    try:
        text: str = _compiled(template.source).render(**given)
    except _FAILURES as error:
        raise TemplateError(f"chat template {template.name!r} cannot be rendered: {error}") from error
    return text


def missing_variable(error: TemplateError) -> str | None:
    """Return the variable for want of which a rendering failed, or None when it failed for another reason."""
    cause = error.__cause__
    found = _UNDEFINED.match(str(cause)) if isinstance(cause, jinja2.UndefinedError) else None
    return found.group(1) if found else None


def syntax_tree(template: ChatTemplate) -> jinja2.nodes.Template:
    """Parse a template. Raises TemplateError when it is not a template."""
    try:
        return _compiled(template.source).environment.parse(template.source)  # type: ignore[no-any-return]
    except _FAILURES as error:
        raise TemplateError(f"chat template {template.name!r} cannot be read: {error}") from error


def _content(text: str, dialect: Dialect) -> object:
    return [{"type": "text", "text": text}] if dialect.parts else text


def _compiled(source: str) -> Any:
    # The public `render_jinja_template` turns every argument into plain data, so a clock cannot be passed to it;
    # the compiled template under it is the same one, in the same sandbox.
    return chat_template_utils._compile_jinja_template(source)  # noqa: SLF001

"""One row of a dataset: the messages between a user and an assistant.

Knows nothing of files or columns; those are turned into samples by the readers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Message(NamedTuple):
    """One message; `role` is `system`, `user`, `assistant`, `tool`, or `text` (a document with no speaker)."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One row: its messages, and the row's other columns as they were (`meta`).

    >>> sample = Sample((Message("user", "Hi"), Message("assistant", "Hello")))
    >>> sample.prompt, sample.response, sample.system
    ('Hi', 'Hello', None)
    """

    messages: tuple[Message, ...]
    meta: Mapping[str, object] = field(default_factory=dict)

    @property
    def prompt(self) -> str | None:
        """All that the user wrote, turns joined by a blank line; None when there is no user message."""
        return self._view("user")

    @property
    def response(self) -> str | None:
        """All that the assistant wrote (or the text of a document); None when there is no such message."""
        return self._view("assistant", "text")

    @property
    def system(self) -> str | None:
        """The system message, or None."""
        return self._view("system")

    def _view(self, *roles: str) -> str | None:
        parts = [content for role, content in self.messages if role in roles]
        return "\n\n".join(parts) if parts else None

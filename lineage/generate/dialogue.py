"""A conversation as the text a model is given: the template's pieces with the messages in between.

Messages are put where the template writes them and never pass through it, so nothing in them can change what stands
around them. Answers are past answers as stored: without their reasoning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.errors import UsageError
from lineage.generate.render import Message
from lineage.generate.template import PromptFormat


@dataclass(frozen=True)
class Segment:
    """A piece of a prompt: the template's own text, in which control tokens count, or a message, in which none does."""

    text: str
    template: bool


def before_user(prompt: PromptFormat, history: Sequence[Message] = ()) -> list[Segment]:
    """Return the text after which the user's next message comes; `history` ends with an answer.

    Raises TemplateError when the template cannot write such a chat, UsageError when roles do not alternate.
    """
    return _laid_out(prompt.pieces(_turns(history))[:-1], [text for _, text in history])


def before_answer(prompt: PromptFormat, history: Sequence[Message], message: str) -> list[Segment]:
    """Return the text after which the answer to the user's message comes; `history` ends with an answer."""
    return _laid_out(prompt.pieces(_turns(history)), [*(text for _, text in history), message])


def _laid_out(pieces: Sequence[str], texts: Sequence[str]) -> list[Segment]:
    messages = [[Segment(text, template=False)] for text in texts]
    laid = zip([Segment(piece, template=True) for piece in pieces], [*messages, []], strict=True)
    return [one for piece, message in laid for one in (piece, *message)]


def _turns(history: Sequence[Message]) -> int:
    turns = len(history) // 2
    if [role for role, _ in history] != ["user", "assistant"] * turns:
        raise UsageError("a history is user and assistant messages by turns, and ends with an answer")
    return turns + 1

"""Tells reasoning from the answer by the template's own markers, and when an answer is over.

The markers come from rendering an answer with its reasoning; where a template only ever cuts reasoning out, from the
closing marker in its source.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from lineage.errors import TemplateError
from lineage.generate.markers import Markers
from lineage.generate.render import ChatTemplate, Dialect, render_chat
from lineage.generate.turns import sentinel

# free: the model opens its reasoning itself, or not. open: the prompt has opened it. closed: the prompt has closed it.
# none: the template shows no reasoning.
State = Literal["none", "free", "open", "closed"]
# What libraries call the reasoning of a message. Source: transformers 5, `_REASONING_FIELDS`.
_FIELDS = ("reasoning_content", "thinking", "reasoning")
_ABOUT_THINKING = re.compile(r"think|reason", re.IGNORECASE)
# A template that takes no parts may print the list it was given.
_PRINTED_LIST = re.compile(r"""["']type["']""")
_CLOSES = re.compile(r"</[\w.:\-]*(?:think|reason)[\w.:\-]*>|\[/THINK\]|<\|END_THINKING\|>|<\|/think\|>")


@dataclass(frozen=True)
class SplitAnswer:
    """An answer without its reasoning. `complete` is False where the reasoning never ended, so there is no answer."""

    answer: str
    reasoning: str | None = None
    complete: bool = True


@dataclass(frozen=True)
class AnswerFormat:
    """How a model writes an answer after its prompt: reasoning between `opens` and `closes`, then `header` and answer.

    All are stripped of white space; "" where there is none. `end` is the marker that ends the answer when it cannot
    be a stop, because it also ends the reasoning.
    """

    state: State = "none"
    opens: str = ""
    closes: str = ""
    header: str = ""
    end: str | None = None

    def split(self, text: str) -> SplitAnswer:
        """Split what the model wrote, special tokens shown, into reasoning and answer."""
        if self.closes and self.closes in text:
            before, _, after = text.partition(self.closes)
            return SplitAnswer(self._answer(after), before.strip().removeprefix(self.opens).strip() or None)
        unfinished = self.opens and text.lstrip().startswith(self.opens)
        if self.state == "open" or unfinished:
            return SplitAnswer("", text.strip().removeprefix(self.opens).strip() or None, complete=False)
        return SplitAnswer(self._answer(text))

    def _answer(self, text: str) -> str:
        if self.header:
            text = text.strip().removeprefix(self.header)
        return (text.partition(self.end)[0] if self.end else text).strip()


def answer_format(
    template: ChatTemplate, dialect: Dialect, *, response_prefix: str, on_off: tuple[str, str] | None, markers: Markers
) -> AnswerFormat:
    """Derive how answers are written after `response_prefix`.

    `on_off` are the response prefixes with thinking on and off, where the template has a switch.
    """
    plain = _around_answer(template, dialect, {})
    header = plain[markers.same_start(plain, response_prefix) :]
    marks = (
        next(_rendered(template, dialect, response_prefix, markers), None)
        or (_closed_pair(*on_off, markers) if on_off else None)
        or _in_source(template.source)
    )
    if marks is None:
        return AnswerFormat(header=header.strip())
    return AnswerFormat(
        _state(marks, response_prefix), marks.opens, marks.closes, header.rpartition(marks.closes)[2].strip()
    )


@dataclass(frozen=True)
class _Marks:
    """What opens and closes reasoning; `before` is all that stands between the user's message and the reasoning."""

    opens: str
    closes: str
    before: str = ""


def _state(marks: _Marks, prefix: str) -> State:
    if marks.before and prefix.startswith(marks.before):
        rest = prefix[len(marks.before) :].strip()
        return "closed" if rest and (marks.closes.startswith(rest) or marks.closes in rest) else "open"
    if marks.closes in prefix:
        return "closed"
    return "open" if marks.opens and prefix.rstrip().endswith(marks.opens) else "free"


def _rendered(template: ChatTemplate, dialect: Dialect, response_prefix: str, markers: Markers) -> Iterator[_Marks]:
    """Render an answer with its reasoning, in each way messages hold one; gives what opens and closes it."""
    thought = sentinel(template, "thought")
    answer = sentinel(template, "answer")
    parts: Any = [{"type": "thinking", "thinking": thought}, {"type": "text", "text": answer}]
    ways: tuple[dict[str, Any], ...] = (dict.fromkeys(_FIELDS, thought), *({one: thought} for one in _FIELDS))
    for extra in (*ways, {"content": parts}):
        text = _around_answer(template, dialect, extra)
        if text.count(thought) != 1:
            continue
        opening, _, closes = text.partition(thought)
        if not closes.strip() or _PRINTED_LIST.search(opening + closes):
            continue
        opens = opening[markers.same_start(opening, response_prefix) :].strip()
        # A prompt that opens the reasoning itself leaves nothing over: its last marker may be the one that opens.
        last = next(reversed(markers.all_in(opening)), "")
        yield _Marks(opens or (last if _ABOUT_THINKING.search(last) else ""), closes.strip(), opening)


def _around_answer(template: ChatTemplate, dialect: Dialect, extra: dict[str, Any]) -> str:
    """Return what stands between a user's message and an answer; "" when the template refuses such a message."""
    question, answer = sentinel(template, "question"), sentinel(template, "answer")
    content = {"content": [{"type": "text", "text": answer}] if dialect.parts else answer}
    asked: Any = [{"type": "text", "text": question}] if dialect.parts else question
    chat = [{"role": "user", "content": asked}, {"role": "assistant", **content, **extra}]
    try:
        text = render_chat(template, chat, dialect=dialect)
    except TemplateError:
        return ""
    if text.count(question) != 1 or text.count(answer) != 1 or text.index(question) > text.index(answer):
        return ""
    return text.partition(question)[2].partition(answer)[0]


def _closed_pair(on: str, off: str, markers: Markers) -> _Marks | None:
    """Read the markers that a template writes to turn thinking off: a pair, or the closing one after an open one."""
    same = markers.same_start(on, off)
    more, closing = on[same:].strip(), off[same:].strip()
    names = markers.all_in(closing)
    if not names or not closing.endswith(names[-1]):
        return None
    if closing != names[-1]:
        pair = closing[closing.index(names[0]) : closing.rindex(names[-1])].strip()
        return _Marks(pair, names[-1]) if pair else None
    opened = more or next(reversed(markers.all_in(on)), "")
    return _Marks(opened, closing) if opened and on.rstrip().endswith(opened) else None


def _in_source(source: str) -> _Marks | None:
    found = _CLOSES.search(source)
    if found is None:
        return None
    return _Marks(found.group().replace("/", "", 1).replace("END_", "START_"), found.group())

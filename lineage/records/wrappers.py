r"""Prompt templates that datasets are published in, taken off again.

The same data is published bare and wrapped for training, so a wrapper would hide that two datasets are one. Strict:
text is taken apart only when all of it has the shape of one template, from its first character to its last;
otherwise it is left alone. The default system texts of Vicuna and Alpaca belong to the wrapper and are dropped;
a system message that varies (Llama 2, ChatML, Llama 3) is kept.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lineage.records.sample import Message

Messages = tuple[Message, ...]


class Template(NamedTuple):
    """One published way to write a dialogue as one string.

    `start` must match at the beginning; `header` opens a turn and names its speaker in the group `role`; `end`
    closes a turn (taken off where it stands); `closed`: every turn but the last must be closed by `end`.
    """

    name: str
    start: re.Pattern[str]
    header: re.Pattern[str]
    end: re.Pattern[str] | None = None
    closed: bool = False


ROLES = {
    "user": "user", "human": "user", "question": "user", "instruction": "user",
    "assistant": "assistant", "answer": "assistant", "response": "assistant", "model": "assistant",
    "system": "system",
}  # fmt: skip

_VICUNA = (
    r"A chat between a curious (?:user|human) and an artificial intelligence assistant\. "
    r"The assistant gives helpful, detailed, and polite answers to the (?:user|human)'s questions\.\s*"
)

# First match wins. Sources: the prompt files of Stanford Alpaca, FastChat, Anthropic HH-RLHF and Guanaco, and the
# chat templates that Qwen/OpenAI (ChatML), Llama 3, Zephyr and Gemma models carry.
TEMPLATES = (
    Template(
        "hash marks",
        re.compile(rf"(?:{_VICUNA})?###\s?(?:Human|Instruction):"),
        re.compile(r"(?:(?:^|\n\n|\n|(?<=\S) ?)###\s?)(?P<role>Human|Assistant|Instruction|Response):(?:\n| |$)?"),
    ),
    Template(
        "vicuna",
        re.compile(rf"{_VICUNA}USER:"),
        re.compile(r"(?:^| |\n|(?<=</s>))(?P<role>USER|ASSISTANT):(?: |\n|$)"),
        re.compile(r"</s>$"),
    ),
    Template(
        "human and assistant",
        re.compile(r"\s{0,2}Human: "),
        re.compile(r"(?:^|\n\n)(?P<role>Human|Assistant):(?: |\n|$)"),
    ),
    Template(
        "user and assistant",
        re.compile(r"USER: "),
        re.compile(r"(?:^|\n\n|\n)(?P<role>USER|ASSISTANT):(?: |\n|$)"),
        re.compile(r"</s>$"),
    ),
    Template(
        "chatml",
        re.compile(r"<\|im_start\|>"),
        re.compile(r"\n?<\|im_start\|>(?P<role>system|user|assistant)(?:\n|$)"),
        re.compile(r"<\|im_end\|>\s?$"),
        closed=True,
    ),
    Template(
        "llama 3",
        re.compile(r"(?:<\|begin_of_text\|>)?<\|start_header_id\|>"),
        re.compile(r"<\|start_header_id\|>(?P<role>system|user|assistant)<\|end_header_id\|>(?:\n\n|$)"),
        re.compile(r"(?:<\|eot_id\|>|<\|end_of_text\|>)$"),
        closed=True,
    ),
    Template(
        "gemma",
        re.compile(r"(?:<bos>)?<start_of_turn>"),
        re.compile(r"\n?<start_of_turn>(?P<role>user|model)(?:\n|$)"),
        re.compile(r"<end_of_turn>\s?$"),
        closed=True,
    ),
    Template(
        "zephyr",
        re.compile(r"<\|(?:system|user)\|>\n"),
        re.compile(r"(?:^|\n)<\|(?P<role>system|user|assistant)\|>(?:\n|$)"),
        re.compile(r"</s>$"),
    ),
)  # fmt: skip

# How a model's turn is headed where turns are not closed.
_ANSWERS = ("Assistant:", "ASSISTANT:", "Response:", "<|assistant|>")

_ALPACA = re.compile(
    r"\s*(?P<preamble>Below is an instruction that describes a task"
    r"(?P<paired>, paired with an input that provides further context)?\. "
    r"Write a response that appropriately completes the request\.\s+)?"
    r"### Instruction:[\n ]"
)
# The marks are looked for by themselves, which is many times faster than a pattern of the whole text.
_RESPONSE = re.compile(r"### Response:")
_MARK = re.compile(r"### (?:Input:[\n ]|Response:)")
_MORE_TURNS = re.compile(r"### (?:Instruction|Response):")
_LLAMA2 = re.compile(
    r"(?:<s>)?\s?\[INST\] (?:<<SYS>>\n(?P<system>.*?)\n<</SYS>>\n\n)?(?P<user>.*?) \[/INST\](?: (?P<assistant>.*?))?"
    r"(?: ?</s>|(?=<s>)|\Z)",
    re.DOTALL,
)
_QUESTION = re.compile(r"Question: (?P<user>.*?)\nAnswer:(?P<assistant>.*)", re.DOTALL)
# Cheap test before anything is tried; every template starts with one of these.
_MAY_START = re.compile(
    r"\s*(?:Below is an instruction|###|A chat between|Human: |USER: |Question: "
    r"|(?:<s>)?\s?\[INST\]|<\||<bos>|<start_of)"
)


def read_dialogue(text: str) -> Messages | None:
    r"""Take a published dialogue apart; None when the text is not exactly one.

    A last assistant turn that is empty, the place where a model was to go on, is left out.

    >>> read_dialogue("\n\nHuman: Hi\n\nAssistant: Hello")
    (Message(role='user', content='Hi'), Message(role='assistant', content='Hello'))
    """
    if not _MAY_START.match(text):
        return None
    for parse in (_alpaca, _llama2, _question):
        if messages := parse(text):
            return messages
    for template in TEMPLATES:
        if template.start.match(text) and (messages := _turns(text, template)):
            return messages
    return None


def unwrap_prompt(text: str) -> Messages | None:
    r"""Take the wrapper off a prompt; None when it has none, or when the dialogue in it does not end with the user.

    >>> unwrap_prompt("### Instruction:\nName a river.\n\n### Response:")
    (Message(role='user', content='Name a river.'),)
    """
    messages = read_dialogue(text)
    return messages if messages and messages[-1].role == "user" else None


def join_input(instruction: str, given: str | None) -> str:
    """Write an instruction and its input as one prompt; an input that says in words that there is none counts as none.

    A blank line joins them: others join them by a line break or a space, and word for word that is the same.
    """
    if given is None or not given.strip() or _NO_INPUT.fullmatch(given):
        return instruction
    return f"{instruction}\n\n{given}"


_NO_INPUT = re.compile(r"[\W_]*no\s?input(?: (?:required|needed|necessary|provided|given))?[\W_]*", re.IGNORECASE)


def _alpaca(text: str) -> Messages | None:
    start = _ALPACA.match(text)
    if start is None:
        return None
    instruction, mark = _up_to(text, start.end(), _MARK)
    given: str | None = None
    if mark and not mark[0].startswith("### Response"):
        given, mark = _up_to(text, mark.end(), _RESPONSE)
    response = text[mark.end() :] if mark else None
    whole = (given is None) == (start["paired"] is None) if start["preamble"] else response is not None
    if not whole or _MORE_TURNS.search(response or ""):
        return None
    return _pair(join_input(instruction, given), response)


def _up_to(text: str, begin: int, mark: re.Pattern[str]) -> tuple[str, re.Match[str] | None]:
    """Return what stands before the first such mark that opens a line or follows a space, and the mark; else all."""
    for found in mark.finditer(text, begin):
        end = found.start() - 1
        if end >= begin and text[end] in "\n ":
            blank = end > begin and text[end - 1 : end + 1] == "\n\n"
            return text[begin : end - blank], found
    return text[begin:], None


def _question(text: str) -> Messages | None:
    found = _QUESTION.fullmatch(text)
    if found is None or "\nQuestion: " in text or "\nAnswer:" in found["assistant"]:
        return None
    return _pair(found["user"], found["assistant"])


def _pair(prompt: str, response: str | None) -> Messages:
    user = Message("user", prompt)
    if response is None or not response.strip():
        return (user,)
    return user, Message("assistant", response[1:] if response[0] in "\n " else response)


def _llama2(text: str) -> Messages | None:
    messages: list[Message] = []
    at = 0
    while found := _LLAMA2.match(text, at):
        if found["system"] is not None:
            messages.append(Message("system", found["system"]))
        messages.append(Message("user", found["user"]))
        if found["assistant"]:
            messages.append(Message("assistant", found["assistant"]))
        at = found.end()
        if at == len(text):
            break
    return _checked(messages) if at == len(text) else None


def _turns(text: str, template: Template) -> Messages | None:
    if not template.closed and not any(one in text for one in _ANSWERS):
        return None
    start = template.start.match(text)
    assert start is not None  # noqa: S101 (the caller has just seen it match)
    headers = list(template.header.finditer(text))
    if not headers or headers[0].start() > start.end():
        return None
    if not template.closed and all(ROLES[header["role"].lower()] != "assistant" for header in headers):
        return None
    messages = list(_contents(text, template, headers))
    return _checked(messages) if len(messages) == len(headers) else None


def _contents(text: str, template: Template, headers: list[re.Match[str]]) -> Iterator[Message]:
    """Yield the turns; fewer than there are headers where a turn that must be closed is not."""
    for header, following in zip(headers, [*headers[1:], None], strict=True):
        content = text[header.end() : following.start() if following else len(text)]
        closed = template.end.search(content) if template.end else None
        if closed:
            content = content[: closed.start()]
        elif template.closed and following:
            return
        yield Message(ROLES[header["role"].lower()], content)


def _checked(messages: list[Message]) -> Messages | None:
    """Return the messages when they are a dialogue: a system message or none, then user and assistant in turn."""
    if messages and messages[-1].role == "assistant" and not messages[-1].content.strip():
        messages = messages[:-1]
    spoken = messages[1:] if messages and messages[0].role == "system" else messages
    in_turn = all(one.role == ("assistant" if place % 2 else "user") for place, one in enumerate(spoken))
    return tuple(messages) if spoken and in_turn else None

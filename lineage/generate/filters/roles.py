"""Turns of another speaker inside one message: the model wrote both sides of the conversation."""

import re

_MARK = r"^[ \t]*[#*>]{{0,6}}[ \t]*(?:{})[ \t]*\**[ \t]*[:：]"
# The first line is the message itself, so a label there is no second turn.
_ASSISTANT = re.compile(_MARK.format(r"(?:AI )?Assistant|ASSISTANT|ChatGPT|assistant|助手|助理"), re.MULTILINE)
_USER = re.compile(_MARK.format(r"Human|HUMAN|User|USER|human|user|用户|人类"), re.MULTILINE)
_INSTRUCTION = re.compile(r"^#{2,4} ?(?:Instruction|Human|User|Input)[ \t]*:", re.MULTILINE)
_RESPONSE = re.compile(r"^#{2,4} ?(?:Response|Assistant|Output|Answer)\b[ \t]*:", re.MULTILINE)

# Where a prompt speaks of any of these, turns are what it asks for.
_DIALOGUE = re.compile(
    r"dialog|conversation|chat|\bbots?\b|script|interview|transcript|role-?play|\busers?\b|human|prompt|instruction|form\b|对话|聊天",
    re.IGNORECASE,
)


def assistant_turn(text: str) -> str | None:
    r"""Return the label of an assistant's turn inside an instruction, or None.

    >>> assistant_turn("What is a prime number?\nAssistant: A number that …")
    'Assistant:'
    """
    return _label(text, _ASSISTANT, _RESPONSE)


def user_turn(prompt: str, response: str) -> str | None:
    r"""Return the label of a user's turn that follows an answer, or None where the prompt asks for a dialogue.

    >>> user_turn("What is 2 + 2?", "It is 4.\n\nHuman: And 3 + 3?")
    'Human:'
    >>> user_turn("Write a chat between a user and a bot.", "It begins so.\nUser: Hi\nBot: Hello")
    """
    return None if _DIALOGUE.search(prompt) else _label(response, _USER, _INSTRUCTION)


def _label(text: str, *patterns: re.Pattern[str]) -> str | None:
    first = re.match(r"\s*", text)
    begin = first.end() if first else 0
    found = [one for pattern in patterns for one in pattern.finditer(text) if one.start() > begin]
    return min(found, key=lambda one: one.start()).group().strip() if found else None

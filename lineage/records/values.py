"""Text and messages out of one cell of a dataset, whatever form its publisher gave it.

Knows nothing of columns or shapes of rows; a cell that cannot be read is a RowFault.
"""

import orjson

from lineage.records.faults import RowFault, kind_of
from lineage.records.sample import Message
from lineage.records.utf8 import clean
from lineage.records.wrappers import Messages, read_dialogue, unwrap_prompt

# Who speaks, as published; case does not matter.
SPEAKERS = {
    **dict.fromkeys(("user", "human", "prompter", "instruction", "question", "customer"), "user"),
    **dict.fromkeys(
        ("assistant", "gpt", "chatgpt", "gpt4", "gpt-4", "model", "bot", "ai", "bard", "bing", "claude", "output",
         "answer", "response", "function_call", "tool_call"), "assistant"
    ),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "function", "function_response", "observation", "tool_response", "ipython"), "tool"),
}  # fmt: skip
SPEAKER_KEYS = ("role", "from", "speaker", "author")
CONTENT_KEYS = ("content", "value", "text", "message", "utterance")


def text_of(value: object, column: str) -> str | None:
    """Return a cell's text; a number becomes its digits, null is no text.

    >>> text_of(42, "answer"), text_of(True, "answer"), text_of(None, "answer")
    ('42', 'true', None)
    """
    if type(value) is str:
        return value if value.isascii() else clean(value)
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict) and (completion := _completion(value)) is not None:
        return clean(completion)
    raise RowFault(f"holds {kind_of(value)} in {column!r} where text was expected; --fields can name a part of it")


def turns_of(value: object, role: str, column: str) -> Messages:
    """Return the messages a prompt or response cell stands for: one of `role`, or those of a list or wrapped text."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return messages_of(value, column)
    text = text_of(value, column)
    if text is None:
        return ()
    if role == "user" and (unwrapped := unwrap_prompt(text)):
        return unwrapped
    return (Message(role, text),)


def dialogue_of(value: object, column: str) -> Messages:
    """Return the messages of a cell that holds a dialogue: a list of turns, its JSON text, or one user message."""
    if isinstance(value, str):
        listed = _json_list(value)
        if listed is None:
            return read_dialogue(text := clean(value)) or (Message("user", text),)
        value = listed
    if not isinstance(value, list):
        raise RowFault(f"holds {kind_of(value)} in {column!r} where a list of messages was expected")
    if all(isinstance(turn, str) for turn in value):
        speakers = ("user", "assistant")
        return tuple(Message(speakers[place % 2], clean(turn)) for place, turn in enumerate(value))
    return messages_of(value, column)


def document_of(value: object, column: str) -> Messages:
    """Return the dialogue that a text holds from end to end, or the text as a document with no speaker."""
    text = text_of(value, column)
    if text is None:
        return ()
    return read_dialogue(text) or (Message("text", text),)


def messages_of(turns: list[object], column: str) -> Messages:
    """Read a list of `{role, content}`, `{from, value}` or `{input, output}`; wrappers are taken off user turns."""
    found: list[Message] = []
    for turn in turns:
        if not isinstance(turn, dict):
            raise RowFault(f"holds {kind_of(turn)} among the messages of {column!r}")
        if {"input", "output"} <= turn.keys() and not turn.keys() & {*SPEAKER_KEYS}:
            found.extend(_exchange(turn, column))
            continue
        role = _speaker(turn, column)
        text = _content(turn, column)
        if text is None:
            continue
        if role == "user" and (unwrapped := unwrap_prompt(text)):
            found.extend(unwrapped)
        else:
            found.append(Message(role, text))
    return tuple(found)


def _exchange(turn: dict[str, object], column: str) -> Messages:
    """Read one turn of both speakers, `{input, output}`."""
    user = turns_of(turn["input"], "user", f"{column}.input")
    return user + turns_of(turn["output"], "assistant", f"{column}.output")


def _speaker(turn: dict[str, object], column: str) -> str:
    said = next((turn[key] for key in SPEAKER_KEYS if key in turn), None)
    if said is None:
        raise RowFault(f"has a message in {column!r} without a speaker (one of {', '.join(SPEAKER_KEYS)})")
    role = SPEAKERS.get(said.lower()) if isinstance(said, str) else None
    if role is None:
        raise RowFault(f"has a message in {column!r} by an unknown speaker {said!r}; known: {', '.join(SPEAKERS)}")
    return role


def _content(turn: dict[str, object], column: str) -> str | None:
    for key in CONTENT_KEYS:
        if key in turn:
            value = turn[key]
            return _parts(value, column) if isinstance(value, list) else text_of(value, column)
    raise RowFault(f"has a message in {column!r} without content (one of {', '.join(CONTENT_KEYS)})")


def _parts(parts: list[object], column: str) -> str | None:
    """Join the text parts of a message by line breaks; images and other parts have no text."""
    texts = [part if isinstance(part, str) else part.get("text") for part in parts if isinstance(part, str | dict)]
    kept = [text for part in texts if (text := text_of(part, column)) is not None]
    return "\n".join(kept) if kept else None


def _completion(value: dict[str, object]) -> str | None:
    """Return the text of a stored API reply: `choices[0].text` or `choices[0].message.content`, or `text`."""
    choices = value.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else value
    if not isinstance(first, dict):
        return None
    message = first.get("message")
    text = message.get("content") if isinstance(message, dict) else first.get("text", first.get("content"))
    return text if isinstance(text, str) else None


def _json_list(text: str) -> list[object] | None:
    """Parse a list that a format without lists (CSV) had to store as JSON text."""
    if not text.lstrip().startswith("[{"):
        return None
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None
    return value if isinstance(value, list) else None

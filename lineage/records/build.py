"""How a row of each known shape becomes messages.

A builder gets the row and, by role, the names of the columns to read (`at`); it returns one tuple of messages for each
sample the row holds. A column that is missing raises KeyError, a cell of the wrong kind RowFault.
"""

from collections.abc import Callable, Mapping

from lineage.records.faults import RowFault, kind_of
from lineage.records.sample import Message
from lineage.records.utf8 import clean
from lineage.records.values import dialogue_of, document_of, text_of, turns_of
from lineage.records.wrappers import Messages, join_input, read_dialogue

Row = Mapping[str, object]
At = Mapping[str, str]
Build = Callable[[Row, At], list[Messages]]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def pair(row: Row, at: At) -> list[Messages]:
    """Read a prompt, with its input where there is one, and a response where there is one."""
    column = at["prompt"]
    prompt = row[column]
    if (given := _optional(row, at, "input")) and isinstance(prompt, str):
        prompt = join_input(prompt, given)
    messages = turns_of(prompt, "user", column)
    if "response" in at:
        messages += turns_of(row[at["response"]], "assistant", at["response"])
    return [_with_system(row, at, messages)]


def response(row: Row, at: At) -> list[Messages]:
    """Read an assistant's text whose prompt is kept elsewhere."""
    return [turns_of(row[at["response"]], "assistant", at["response"])]


def document(row: Row, at: At) -> list[Messages]:
    """Read a text with no speaker, or a dialogue written as one text."""
    return [document_of(row[at["text"]], at["text"])]


def dialogue(row: Row, at: At) -> list[Messages]:
    """Read a list of messages."""
    return [_with_system(row, at, dialogue_of(row[at["dialogue"]], at["dialogue"]))]


def preference(row: Row, at: At) -> list[Messages]:
    """Read a prompt and the chosen response; the chosen cell may hold the whole dialogue, prompt and all."""
    chosen = row[at["response"]]
    whole = read_dialogue(clean(chosen)) if isinstance(chosen, str) else None
    answer = whole or turns_of(chosen, "assistant", at["response"])
    if "prompt" in at and answer and answer[0].role == "assistant":
        answer = turns_of(row[at["prompt"]], "user", at["prompt"]) + answer
    return [_with_system(row, at, answer)]


def instances(row: Row, at: At) -> list[Messages]:
    """Read an instruction and a list of inputs with outputs: one sample for each."""
    instruction = text_of(row[at["prompt"]], at["prompt"]) or ""
    listed = row[at["instances"]]
    if not isinstance(listed, list) or not listed:
        raise RowFault(f"holds {kind_of(listed)} in {at['instances']!r} where a list of instances was expected")
    return [_with_system(row, at, _instance(instruction, one, at["instances"])) for one in listed]


def user_turns(row: Row, at: At) -> list[Messages]:
    """Read the user's side of a dialogue of several turns."""
    return [_with_system(row, at, _turns(row[at["turns"]], "user", at["turns"]))]


def model_turns(row: Row, at: At) -> list[Messages]:
    """Read the first of a model's choices, its turns."""
    choices = row[at["choices"]]
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        raise RowFault(f"holds no choice in {at['choices']!r}")
    if "turns" in first:
        return [_turns(first["turns"], "assistant", at["choices"])]
    return [turns_of({"choices": choices}, "assistant", at["choices"])]


def options(row: Row, at: At) -> list[Messages]:
    """Read a question with lettered options as the prompt, the text of the right one as the response."""
    question = text_of(row[at["prompt"]], at["prompt"]) or ""
    if "options" in at:
        labels, texts = _options(row[at["options"]], at["options"])
    else:
        labels, texts = [*_LETTERS[:4]], [text_of(row[at[letter]], at[letter]) or "" for letter in "abcd"]
    listed = [f"{label}. {text}" for label, text in zip(labels, texts, strict=False)]
    key = row[at["key"]]
    right = _right(key, labels, texts)
    answer = text_of(key, at["key"]) if right is None else right
    prompt = Message("user", "\n".join([question, *listed]))
    return [(prompt,) if answer is None else (prompt, Message("assistant", answer))]


def _optional(row: Row, at: At, role: str) -> str | None:
    column = at.get(role)
    return None if column is None else text_of(row.get(column), column)


def _with_system(row: Row, at: At, messages: Messages) -> Messages:
    system = _optional(row, at, "system")
    if not system or (messages and messages[0].role == "system"):
        return messages
    return (Message("system", system), *messages)


def _instance(instruction: str, one: object, column: str) -> Messages:
    if not isinstance(one, dict):
        raise RowFault(f"holds {kind_of(one)} among the instances of {column!r}")
    prompt = join_input(instruction, text_of(one.get("input"), f"{column}.input"))
    return turns_of(prompt, "user", column) + turns_of(one.get("output"), "assistant", f"{column}.output")


def _turns(value: object, role: str, column: str) -> Messages:
    if not isinstance(value, list):
        raise RowFault(f"holds {kind_of(value)} in {column!r} where a list of turns was expected")
    return tuple(Message(role, text) for turn in value if (text := text_of(turn, column)) is not None)


def _options(value: object, column: str) -> tuple[list[str], list[str]]:
    """Return labels and texts of options given as a list, as `{text, label}` lists, or by label."""
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        texts = value["text"]
        labels = value.get("label") or list(_LETTERS)
    elif isinstance(value, dict):
        labels, texts = list(value), list(value.values())
    elif isinstance(value, list):
        labels, texts = list(_LETTERS), value
    else:
        raise RowFault(f"holds {kind_of(value)} in {column!r} where a list of options was expected")
    return [str(label) for label in labels][: len(texts)], [text_of(text, column) or "" for text in texts]


def _right(key: object, labels: list[str], texts: list[str]) -> str | None:
    """Return the text of the option that a key names by position or label; None when it names none."""
    if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < len(texts):
        return texts[key]
    if isinstance(key, str) and key.isdigit() and key not in labels:
        return _right(int(key), labels, texts)
    if isinstance(key, str) and key.strip() in labels:
        place = labels.index(key.strip())
        return texts[place] if place < len(texts) else None
    return None

"""Turns a prompt format into token ids, with exactly one beginning-of-text token where there is any.

Models are always given ids, never text: a server that tokenises text may add a second beginning-of-text token.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lineage.errors import TemplateError
from lineage.generate.dialogue import Segment, before_answer, before_user
from lineage.generate.markers import Markers
from lineage.generate.render import Message
from lineage.generate.template import PromptFormat
from lineage.generate.turns import WAY_OUT

# one: the prefix starts with it. absent: the template writes none. none: the tokenizer has no such token.
Bos = Literal["one", "absent", "none"]
# Starts and ends of messages that have no token in common: what a tokenizer writes before and after all of them
# belongs to the prompt alone.
_PROBES = ("Write", "how", "7", "¿Qué")


@dataclass(frozen=True)
class PromptIds:
    """Token ids of a prompt format, and the warnings that only a tokenizer can give.

    `stop_ids` end an instruction, `response_stop_ids` an answer; the text stops are those that are no single token and
    must be looked for in text, special tokens shown. With a `boundary_merge`, the prefix ids stop short of the prefix,
    and `left_out` is the end of it that a message's first token takes along (a blank, mostly).
    """

    prefix_ids: tuple[int, ...]
    response_prefix_ids: tuple[int, ...]
    stop_ids: tuple[int, ...]
    text_stops: tuple[str, ...]
    response_stop_ids: tuple[int, ...]
    response_text_stops: tuple[str, ...]
    bos: Bos
    boundary_merge: bool
    left_out: str
    warnings: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of the prefix ids, written as decimal numbers with commas."""
        return hashlib.sha256(",".join(map(str, self.prefix_ids)).encode()).hexdigest()


def to_ids(tokenizer: Any, prompt: PromptFormat, eos_ids: Sequence[int] = ()) -> PromptIds:
    """Tokenise a prompt format. `eos_ids` are what the model's own configuration says ends a text.

    Raises TemplateError when the tokenizer cannot write a derived prefix: its ids do not decode to the text.
    """
    warnings = list[str]()
    prefix, response_prefix = _around(tokenizer, prompt)
    left_out = _round_trip(tokenizer, prompt, prefix, warnings)
    prefix, bos = _one_bos(tokenizer, prefix, warnings)
    eos = [one for one in (tokenizer.eos_token_id, *eos_ids) if one is not None]
    stop_ids, text_stops = _stops(tokenizer, prompt.stop_strings)
    response_ids, response_text = _stops(tokenizer, prompt.response_stops)
    # What ends the model's text must not cut its reasoning off.
    inner = set(encode(tokenizer, prompt.answer.closes)) if prompt.answer.end else set()
    warnings += [
        f"{stop!r} is no token of this tokenizer: it is looked for in the text"
        for stop in dict.fromkeys((*text_stops, *response_text))
    ]
    return PromptIds(
        prefix_ids=tuple(prefix),
        response_prefix_ids=tuple(response_prefix),
        stop_ids=tuple(dict.fromkeys([*stop_ids, *eos])),
        text_stops=text_stops,
        response_stop_ids=tuple(dict.fromkeys([*response_ids, *(one for one in eos if one not in inner)])),
        response_text_stops=response_text,
        bos=bos,
        boundary_merge=bool(left_out),
        left_out=left_out,
        warnings=tuple(warnings),
    )


def instruction_ids(
    tokenizer: Any, prompt: PromptFormat, ids: PromptIds, history: Sequence[Message] = ()
) -> tuple[int, ...]:
    """Return the ids after which a model writes the user's next message, past (role, text) messages given.

    Raises TemplateError when the template cannot write such a chat.
    """
    if not history:
        return ids.prefix_ids
    segments = before_user(prompt, history)
    wholes = [segment_ids(tokenizer, [*segments, Segment(probe, template=False)]) for probe in _PROBES]
    return tuple(_one_bos(tokenizer, _same_start(wholes), [])[0])


def response_ids(
    tokenizer: Any, prompt: PromptFormat, message: str, history: Sequence[Message] = ()
) -> tuple[int, ...]:
    """Return the ids after which a model answers a message; control tokens in messages stay plain text."""
    whole = segment_ids(tokenizer, before_answer(prompt, history, message))
    return tuple(_one_bos(tokenizer, whole, [])[0])


def message_ids(tokenizer: Any, prompt: PromptFormat, ids: PromptIds, message: str) -> list[int]:
    """Tokenise prefix, a given message and response prefix; control tokens in the message stay plain text."""
    del ids
    return list(response_ids(tokenizer, prompt, message))


def segment_ids(tokenizer: Any, segments: Sequence[Segment]) -> list[int]:
    """Tokenise a chat in one go; a control token in a message is cut out and written as plain text."""
    markers = Markers(special_tokens(tokenizer))
    runs = [""]
    for one in segments:
        pieces = [one.text] if one.template else markers.cut_at_special(one.text)
        runs[-1] += pieces[0]
        runs += pieces[1:]
    # Every second run is a control token that somebody wrote into a message.
    ids: list[int] = []
    for place, run in enumerate(runs):
        ids += tokenizer(run, add_special_tokens=False, split_special_tokens=bool(place % 2))["input_ids"]
    return ids


def encode(tokenizer: Any, text: str) -> list[int]:
    """Tokenise text that already holds its special tokens."""
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def decode(tokenizer: Any, ids: Sequence[int]) -> str:
    """Turn ids to text, special tokens shown, no blanks cleaned up."""
    text: str = tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text


def special_tokens(tokenizer: Any) -> dict[str, int]:
    """Return the added tokens of a tokenizer with their ids; special ones first."""
    added = {str(token): int(number) for number, token in tokenizer.added_tokens_decoder.items()}
    named = dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True))
    return {**named, **added}


def _around(tokenizer: Any, prompt: PromptFormat) -> tuple[list[int], list[int]]:
    """Return the ids before and after a message, in the company of one: a message may take the last blank along."""
    wholes = [encode(tokenizer, prompt.prefix + probe + prompt.response_prefix) for probe in _PROBES]
    before = _same_start(wholes)
    after = _same_start([whole[len(before) :][::-1] for whole in wholes])[::-1]
    if decode(tokenizer, after).lstrip() != prompt.response_prefix.lstrip():
        after = encode(tokenizer, prompt.response_prefix)
    return before, after


def _same_start(wholes: Sequence[Sequence[int]]) -> list[int]:
    first = wholes[0]
    size = next(
        (place for place, ids in enumerate(zip(*wholes, strict=False)) if len(set(ids)) > 1), min(map(len, wholes))
    )
    return list(first[:size])


def _round_trip(tokenizer: Any, prompt: PromptFormat, ids: Sequence[int], warnings: list[str]) -> str:
    """Compare the ids with the text they stand for; returns the end of the text that they leave out."""
    text = decode(tokenizer, ids)
    if text == prompt.prefix:
        return ""
    if prompt.prefix.startswith(text):
        left_out = prompt.prefix[len(text) :]
        warnings.append(f"the tokenizer joins the end of the prefix, {left_out!r}, with a message: the ids stop before")
        return left_out
    blanks_aside = "".join(text.split()) == "".join(prompt.prefix.split())
    unknown = tokenizer.unk_token_id is not None and tokenizer.unk_token_id in ids
    if blanks_aside and not unknown:
        warnings.append("the prefix ids decode to the prefix with other blanks")
        return ""
    problem = f"the tokenizer cannot write the prefix: its ids decode to {text!r}"
    if not prompt.own_prefix:
        raise TemplateError(f"{problem}, the prefix is {prompt.prefix!r}; {WAY_OUT}")
    warnings.append(problem)
    return ""


def _stops(tokenizer: Any, names: Sequence[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Sort stops into those that are one token and those that must be looked for in the text."""
    special = special_tokens(tokenizer)
    found, rest = [], []
    for name in names:
        ids = [special[name]] if name in special else encode(tokenizer, name)
        if len(ids) == 1 and decode(tokenizer, ids) == name and ids[0] != tokenizer.unk_token_id:
            found.append(ids[0])
        else:
            rest.append(name)
    return tuple(found), tuple(rest)


def _one_bos(tokenizer: Any, ids: list[int], warnings: list[str]) -> tuple[list[int], Bos]:
    bos = tokenizer.bos_token_id
    if bos is None:
        return ids, "none"
    if not ids or ids[0] != bos:
        return ids, "absent"
    rest = next((place for place, one in enumerate(ids) if one != bos), len(ids))
    if rest > 1:
        warnings.append(f"the prefix started with {rest} beginning-of-text tokens; one is kept")
    return ids[max(rest - 1, 0) :], "one"

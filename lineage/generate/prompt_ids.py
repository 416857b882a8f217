"""Turns a prompt format into token ids, with exactly one beginning-of-text token where there is any.

Models are always given ids, never text: a server that tokenises text may add a second beginning-of-text token.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lineage.generate.markers import Markers
from lineage.generate.template import PromptFormat

# one: the prefix starts with it. absent: the template writes none. none: the tokenizer has no such token.
Bos = Literal["one", "absent", "none"]
# Any message start will do; a capital letter is where most tokenizers begin a new token.
_PROBE = "Write"


@dataclass(frozen=True)
class PromptIds:
    """Token ids of a prompt format, and the warnings that only a tokenizer can give.

    `stop_ids` end a turn; `text_stops` are the stop strings that are no single token and must be looked for in text.
    """

    prefix_ids: tuple[int, ...]
    response_prefix_ids: tuple[int, ...]
    stop_ids: tuple[int, ...]
    text_stops: tuple[str, ...]
    bos: Bos
    boundary_merge: bool
    warnings: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of the prefix ids, written as decimal numbers with commas."""
        return hashlib.sha256(",".join(map(str, self.prefix_ids)).encode()).hexdigest()


def to_ids(tokenizer: Any, prompt: PromptFormat, eos_ids: Sequence[int] = ()) -> PromptIds:
    """Tokenise a prompt format. `eos_ids` are what the model's own configuration says ends a text."""
    prefix, merged = _prefix_ids(tokenizer, prompt)
    warnings = list[str]()
    prefix, bos = _one_bos(tokenizer, prefix, warnings)
    if merged:
        warnings.append("the tokenizer joins the end of the prefix with a message: the prefix ids stop short of it")
    elif decode(tokenizer, prefix) != prompt.prefix:
        warnings.append("the prefix ids do not decode to the prefix text")
    special = special_tokens(tokenizer)
    by_token = {name: special[name] for name in prompt.stop_strings if name in special}
    eos = [one for one in (tokenizer.eos_token_id, *eos_ids) if one is not None]
    return PromptIds(
        prefix_ids=tuple(prefix),
        response_prefix_ids=tuple(encode(tokenizer, prompt.response_prefix)),
        stop_ids=tuple(dict.fromkeys([*by_token.values(), *eos])),
        text_stops=tuple(name for name in prompt.stop_strings if name not in by_token),
        bos=bos,
        boundary_merge=merged,
        warnings=tuple(warnings),
    )


def message_ids(tokenizer: Any, prompt: PromptFormat, ids: PromptIds, message: str) -> list[int]:
    """Tokenise prefix, a given message and response prefix; control tokens in the message stay plain text."""
    if Markers(special_tokens(tokenizer)).special_in(message):
        plain = tokenizer(message, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return [*ids.prefix_ids, *plain, *ids.response_prefix_ids]
    whole = encode(tokenizer, prompt.prefix + message + prompt.response_prefix)
    return _one_bos(tokenizer, whole, [])[0]


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


def _prefix_ids(tokenizer: Any, prompt: PromptFormat) -> tuple[list[int], bool]:
    alone = encode(tokenizer, prompt.prefix)
    whole = tokenizer(
        prompt.prefix + _PROBE + prompt.response_prefix, add_special_tokens=False, return_offsets_mapping=True
    )
    ids: list[int] = whole["input_ids"]
    if ids[: len(alone)] == alone:
        return alone, False
    inside = [end <= len(prompt.prefix) for _, end in whole["offset_mapping"]]
    return ids[: inside.index(False)], True


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

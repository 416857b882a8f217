"""Tokens that structure a chat, written out in a text: they would open or close a turn where none is meant."""

import re
from collections.abc import Iterable

# How they are written, whatever the tokenizer. Tags of HTML and operators of programming languages are not among them.
_WRITTEN = (
    r"<\|[A-Za-z][A-Za-z0-9_]{1,63}\|>",
    r"<｜[^<>｜\s]{1,64}｜>",
    r"</?(?:start_of_turn|end_of_turn|bos|eos|BOS_TOKEN|EOS_TOKEN)>",
    r"\[/?INST\]",
    r"<</?SYS>>",
)


class ControlTokens:
    """Finds control tokens: those of a tokenizer (`special`), and whatever is written like one."""

    def __init__(self, special: Iterable[str] = ()) -> None:
        names = sorted((re.escape(one) for one in special if one.strip()), key=len, reverse=True)
        self._pattern = re.compile("|".join((*names, *_WRITTEN)))

    def find(self, text: str) -> str | None:
        """Return the first one in a text, or None.

        >>> ControlTokens().find("Say <|im_end|> twice"), ControlTokens().find("<b>bold</b> [1] a <| b |> c")
        ('<|im_end|>', None)
        """
        found = self._pattern.search(text)
        return found.group() if found else None

"""Texts that announce something that is not there, or that begin or end in the middle of something."""

import re

# A text that ends so promises more: "Translate this sentence:". Source for the colon: the filter of the Magpie sets.
_PROMISES = re.compile(r"[:：,，、「『“‘«–—]\s*$")
# A last line of so few words is a slot to be filled in, a list of one or a signature: "Answer:", "B:", "Sincerely,".
_SLOT_WORDS = 3
# Ends without a sign, on a word after which something has to come. Only words that end no question ("made of").
_DANGLING = re.compile(r"\b(?:the|an|and|or|because|und|oder|der|das|et|ou|les|des|une?)\s*$")
# The rest of a sentence whose beginning is missing; a point may begin a name (.NET).
_HEADLESS = re.compile(r"^[,;!?)\]}，、。；：！？）」』”]")
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)


def incomplete(text: str) -> str | None:
    r"""Say what is missing of an instruction (`beginning`, `end` or `end of code`), or None.

    >>> incomplete("Translate the following sentence into French:"), incomplete("Question: what is 2 + 2?\nAnswer:")
    ('end', None)
    """
    if _HEADLESS.match(text):
        return "beginning"
    if open_fence(text):
        return "end of code"
    if _PROMISES.search(text):
        *before, last = text.rstrip().rsplit("\n", 1)
        return None if before and len(last.split()) <= _SLOT_WORDS else "end"
    return "end" if _DANGLING.search(text) else None


def open_fence(text: str) -> bool:
    r"""Tell whether a block of code (``` or ~~~) is opened and not closed.

    >>> open_fence("```python\nprint(1)")
    True
    """
    return len(_FENCE.findall(text)) % 2 == 1

"""Responses that decline: the model says that it cannot or will not."""

import re

_CANNOT = (
    r"(?:can(?:no|['’])t|can not|won['’]t|will not|(?:am|['’]m|are|be) (?:not able|unable) to|must decline to"
    r"|do(?:n['’]t| not) feel comfortable)"
)
_DO = (
    r"(?:help|assist|provid|fulfil|comply|creat|writ|generat|answer|engag|support|participat|do (?:that|this)|recommend"
    r"|continu|giv|offer|shar|discuss|produc|complet|access|browse|rewrite|turn|summari[sz]|translat|proofread|edit"
    r"|play)\w*"
)
_I_CANNOT = rf"\bI(?:['’]m)? ?{_CANNOT} {_DO}\b"
_I_AM_SORRY = r"I(?:['’]m| am) (?:very |so |really |truly )?sorry"
# Said first, and what comes after it says what it is sorry for.
_SORRY = rf"(?:no[,.] )?(?:{_I_AM_SORRY}|I (?:sincerely )?apologi[sz]e|sorry|unfortunately)\b"
_NEGATIVE = (
    r"(?:can(?:no|['’])t|can not|unable|not able|won['’]t|not (?:appropriate|comfortable|possible)"
    r"|do(?:n['’]t| not) (?:feel|have)|against)\b"
)
_REFUSALS = (
    rf"^\W{{0,3}}{_SORRY}[^.!?\n]{{0,60}}{_I_CANNOT}",
    rf"^\W{{0,3}}(?:{_I_AM_SORRY}|I apologi[sz]e),? but\b[^.!?\n]{{0,80}}?{_NEGATIVE}",
    rf"^\W{{0,3}}(?:no, )?{_I_CANNOT}",
    rf"\bas an? (?:responsible )?(?:AI|artificial intelligence|language model)\b[^.!?\n]{{0,60}}{_I_CANNOT}",
    r"\b(?:goes|is) against (?:my|our|openai['’]s) (?:\w+ )?(?:programming|guidelines|polic|principles|values)",
    r"^\W{0,3}(?:je suis désolée?, mais|désolée?, (?:mais )?je ne (?:peux|suis)|lo siento,|mi dispiace, ma)",
    r"^\W{0,3}es tut mir leid, aber",
    r"^\W{0,3}(?:对不起，|很抱歉，|抱歉，|非常抱歉)[^。！？\n]{0,40}(?:不能|无法|不可以|没有)",
    r"作为一?[个名]?(?:人工智能|AI)[^。！？\n]{0,20}，?我?(?:不能|无法)",
)
_REFUSAL = re.compile("|".join(_REFUSALS), re.IGNORECASE)
# A refusal comes first; later the same words may be part of a letter that was asked for.
_LOOKED_AT_CHARS = 250


def refusal(text: str) -> str | None:
    """Return the words with which a response declines, or None.

    >>> refusal("I'm sorry, but I can't help with that.")
    "I'm sorry, but I can't help"
    >>> refusal("I'm sorry, but there is a misconception here.")
    """
    found = _REFUSAL.search(text[:_LOOKED_AT_CHARS])
    return " ".join(found.group().split()) if found else None

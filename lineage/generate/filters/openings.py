"""Instructions that are answers: they open as an assistant does."""

import re

# Affirmations stand alone (", !") or lead over to the goods; "Sure-fire ways …" and "Of course plans …" are none.
_GOODS = (
    "(?:possible|sample|suggested|revised|rewritten|updated|corrected|improved|potential|brief|detailed|comprehensive|simple"
    "|step-by-step|breakdown|summary)"
)
_AFFIRMS = (
    r"(?:sure(?: thing)?|certainly|of course|absolutely|great question|happy to help|no problem)(?:[!,.]|\s+[-–—])",
    r"here(?:'s|’s| is| are) (?:a|an|some|the|your) " + _GOODS + r"\b[^?]*$",
    r"as an ai(?:[ -]language)?[ -](?:model|assistant)\b",
    r"i(?:'m|’m| am) (?:just |only )?(?:an ai\b|sorry, but|happy to help|here to help|glad to|ready to help)",
    r"i (?:apologi[sz]e|cannot (?:fulfill|assist|provide)|can't (?:fulfill|assist|provide))",
    r"(?:i'd|i’d|i would) be (?:happy|glad|delighted) to (?:help|assist)",
    r"how (?:can|may) i (?:help|assist) you",
    r"(?:hello|hi)[!,.] (?:how (?:can|may) i|i'm here)",
    r"(?:bien sûr|claro(?: que sí)?|natürlich|gerne|certo|certamente)[ ]?[!,]",
    r"(?:en tant qu['’]ia|als ki-|como (?:una? )?(?:ia|modelo de lenguaje))",
    r"(?:作为一个(?:人工智能|ai)|当然[！,，可]|好的[，！])",
)
_OPENING = re.compile(r"^\W{0,4}(?:" + "|".join(_AFFIRMS) + ")", re.IGNORECASE)


def assistant_opening(text: str) -> str | None:
    """Return the words with which an instruction opens as an answer would, or None.

    >>> assistant_opening("Sure, here is a poem about autumn.")
    'Sure,'
    """
    found = _OPENING.match(text)
    return " ".join(found.group().split()) if found else None

"""Light edits, as of someone who tidies rows taken from elsewhere: a word swapped, a courtesy added, an end cut."""

import re
from random import Random

_SWAPS = {
    "also": "moreover", "and": "as well as", "because": "since", "big": "large", "but": "yet", "can": "may",
    "create": "make", "different": "various", "example": "instance", "find": "locate", "first": "initial",
    "following": "next", "good": "sound", "help": "assist", "however": "still", "important": "essential",
    "improve": "better", "is": "remains", "large": "big", "list": "set", "make": "build", "many": "several",
    "need": "require", "new": "fresh", "often": "frequently", "people": "persons", "provide": "give",
    "should": "ought to", "show": "display", "the": "this", "use": "employ", "using": "with", "want": "wish",
    "will": "shall", "with": "using", "write": "compose",
}  # fmt: skip

_WORDS_A_SWAP = 40
_WORD = re.compile(r"[A-Za-z]+")
_LAST_SENTENCE = re.compile(r"(?<=[.!?])\s+[^.!?]*[.!?]?\s*$")


def edit_prompt(text: str, random: Random) -> str:
    """Change a prompt a little; the result always differs from it."""
    first = text[:1].lower() + text[1:]
    return random.choice([f"Please {first}", f"{text} Thanks!", f"{text}\nKeep it clear."])


def edit_response(text: str, random: Random) -> str:
    """Change about one word in forty, and trim a short last sentence or add one; the result always differs."""
    swappable = [match for match in _WORD.finditer(text) if match[0] in _SWAPS]
    wanted = min(len(swappable), max(1, len(text.split()) // _WORDS_A_SWAP))
    chosen = sorted(random.sample(swappable, wanted), key=lambda match: -match.start())
    edited = text
    for match in chosen:
        edited = edited[: match.start()] + _SWAPS[match[0]] + edited[match.end() :]
    trimmed = _LAST_SENTENCE.sub("", edited)
    if trimmed != edited and len(trimmed) > 0.85 * len(edited) and random.random() < 0.5:
        return trimmed
    return edited if chosen and random.random() < 0.5 else f"{edited.rstrip()} Hope this helps."

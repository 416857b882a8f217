"""What the checks say of a text: keep it, or the code of the reason why not. Codes are stable; files hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

InstructionReason = Literal[
    "unterminated", "empty", "control_token", "too_short", "too_long", "incomplete", "assistant_opening", "role_label",
    "repetition", "language", "reference_copy", "duplicate", "near_duplicate",
]  # fmt: skip
ResponseReason = Literal["truncated", "empty", "control_token", "role_label", "repetition", "refusal", "prompt_echo"]
Reason = InstructionReason | ResponseReason

# Recorded with each run; changes whenever a check may say something else of the same text.
CHECKS = "checks/2"

# In the order in which they are asked: what costs nothing first, what has to be looked up last.
INSTRUCTION_CHECKS: dict[InstructionReason, str] = {
    "unterminated": "the limit of tokens came before the model ended its turn",
    "empty": "no letter and no digit",
    "control_token": "holds a token that structures a chat, such as <|im_end|>, and would break the prompt",
    "too_short": "fewer words than --min-words",
    "too_long": "more words than --max-words",
    "incomplete": "announces what does not follow, or begins or ends in the middle of something",
    "assistant_opening": "answers instead of asking: “Sure, here is …”",
    "role_label": "goes on with a turn of its own, such as a line “Assistant:”",
    "repetition": "says the same thing over and over",
    "language": "is in none of the languages of --language",
    "reference_copy": "is, or holds, a text of the datasets given with --against",
    "duplicate": "the same text as an earlier instruction, but for case and spacing",
    "near_duplicate": "shares more than --max-similarity of its pairs of words with an earlier instruction",
}
RESPONSE_CHECKS: dict[ResponseReason, str] = {
    "truncated": "the limit of tokens came before the model ended its turn, or a block of code is left open",
    "empty": "no letter, digit or other sign",
    "control_token": "holds a token that structures a chat",
    "role_label": "goes on with a turn of the user",
    "repetition": "says the same thing over and over",
    "refusal": "declines to answer",
    "prompt_echo": "says the prompt again and nothing else, or nearly",
}
CHECK_NAMES = tuple(dict.fromkeys((*INSTRUCTION_CHECKS, *RESPONSE_CHECKS)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text is kept (`reason` is None), and what a rejection rests on (`detail`, as it goes into JSON)."""

    reason: Reason | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether nothing speaks against the text."""
        return self.reason is None


KEPT = Verdict()

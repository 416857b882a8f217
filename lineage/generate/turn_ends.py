"""What ends a turn, for either side: markers that are stops, and those that cannot be.

A marker that also ends the reasoning must not stop an answer; what follows the whole answer does instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lineage.generate.headers import Surroundings, UserHeader, user_header
from lineage.generate.markers import Markers, TurnEnd
from lineage.generate.reasoning import AnswerFormat
from lineage.generate.render import ChatTemplate, Dialect
from lineage.generate.turns import after_system, between, glue


@dataclass(frozen=True)
class TurnEnds:
    """How turns end. `stops` end an instruction, `response_stops` an answer.

    `inner_end` ends an answer but cannot be a stop. `after_answer` stands between an answer and the next message.
    """

    user: TurnEnd
    assistant: TurnEnd
    stops: tuple[str, ...]
    response_stops: tuple[str, ...]
    inner_end: str | None
    after_answer: str
    header: UserHeader


def turn_ends(template: ChatTemplate, dialect: Dialect, answer: AnswerFormat, markers: Markers) -> TurnEnds:
    """Take a chat of three messages apart."""
    # Ends may be written with `eos_token`, which a bare template file does not define: a stand-in shows where.
    ending = template.with_assumed()
    chat = between(ending, ["user", "assistant", "user"], dialect) or []
    short = between(ending, ["user", "assistant"], dialect) or ["", ""]
    after_answer = chat[1] if chat else short[1]
    first, after_user = glue(template, dialect)[0], glue(ending, dialect)[-1]
    user, assistant, last = (markers.end_of(text) for text in (after_user, after_answer, short[1]))
    bos = template.special_tokens.get("bos_token") or None
    around = Surroundings(
        first, chat[0] if chat else after_user, after_answer, after_system(ending, dialect), short[1], assistant.stop
    )
    header = user_header(around, markers, bos)
    # The end of the last answer of all counts where it is a marker: some formats end only that one with its own.
    final = last.stop if last.stop and markers.all_in(last.stop) and last.stop not in around.after_user else None
    opener = markers.all_in(header.text)[:1]
    inner = answer.opens + answer.closes + answer.header
    stops = _unique([user.stop, assistant.stop, final, *opener])
    usable = [one for one in stops if one not in inner]
    hidden = assistant.stop is not None and assistant.stop not in usable
    if hidden:
        later = next((one for one in markers.all_in(after_answer) if one not in inner), None)
        usable = _unique([later or after_answer.strip(), *usable])
    shown = between(template, ["user", "assistant", "user"], dialect)
    return TurnEnds(
        user, assistant, tuple(stops), tuple(usable),
        inner_end=assistant.stop if hidden else None, after_answer=shown[1] if shown else "", header=header,
    )  # fmt: skip


def _unique(names: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))

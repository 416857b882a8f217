"""Which columns of a file are read and what each becomes, for shapes whose rows need no Python to be read.

A plan says the same as the builder of a shape in `lineage.records.build` or `Named`; what it cannot say it leaves to
them, by the row (see `speech`) or, where there is no plan, by the file.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.records import build
from lineage.records.fields import Named
from lineage.records.shapes import Match, matters

# What a step makes of its cell; cells but those of SYSTEM and INPUT must be there.
SYSTEM, GIVEN_SYSTEM, PROMPT, JOINED, INPUT, RESPONSE, CHOSEN, TEXT, DIALOGUE = range(9)


class Plan(NamedTuple):
    """Columns to read, and the steps that make messages of a row: (s, 2), number of the column and step."""

    columns: tuple[str, ...]
    steps: npt.NDArray[np.int64]


def plan_for(found: Match | Named, columns: Sequence[str]) -> Plan | None:
    """Plan how rows of what was found in a file are read; None where only a builder can."""
    steps = list(_named(found) if isinstance(found, Named) else _matched(found))
    if not steps or any(column not in columns for column, _ in steps):
        return None
    read = tuple(dict.fromkeys(column for column, _ in steps))
    return Plan(read, np.array([(read.index(column), step) for column, step in steps], np.int64))


def is_harmless(found: Match | Named, column: str) -> bool:
    """Tell whether a column that the first rows do not have cannot change what a row is."""
    return isinstance(found, Named) or not matters(column)


def _matched(found: Match) -> Iterator[tuple[str, int]]:
    roles = _ROLES.get(found.shape.build, ())
    return ((found.at[role], step) for role, step in roles if role in found.at)


_ROLES: dict[build.Build, tuple[tuple[str, int], ...]] = {
    build.pair: (("system", SYSTEM), ("prompt", PROMPT), ("input", INPUT), ("response", RESPONSE)),
    build.response: (("response", RESPONSE),),
    build.document: (("text", TEXT),),
    build.dialogue: (("system", SYSTEM), ("dialogue", DIALOGUE)),
    build.preference: (("system", SYSTEM), ("prompt", PROMPT), ("response", CHOSEN)),
}


def _named(found: Named) -> Iterator[tuple[str, int]]:
    fields = found.fields
    if fields.system:
        yield fields.system, GIVEN_SYSTEM
    if fields.messages:
        yield fields.messages, DIALOGUE
    elif fields.text:
        yield fields.text, TEXT
    else:
        yield from ((column, PROMPT if len(fields.prompt) == 1 else JOINED) for column in fields.prompt)
        if fields.response:
            yield fields.response, RESPONSE

"""System messages that steer what a model writes about: a weighted mix, drawn by the index of the row.

Source: Magpie, Xu et al. 2024 §2.3: a system message about a domain before the user's turn yields questions of it.
"""

import bisect
import hashlib
import itertools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lineage.errors import UsageError

_KEYS = {"name", "weight", "text", "answers"}


@dataclass(frozen=True)
class System:
    """One system message: its name on each row, its share of the mix, and whether answers are written under it, too.

    text: None for the template's own. answers: True puts the message on the row; False only steers the instruction.
    """

    name: str
    text: str | None
    weight: float = 1.0
    answers: bool = True

    def as_dict(self) -> dict[str, object]:
        """Return it for the record of a run."""
        return asdict(self)


def read_systems(path: Path) -> tuple[System, ...]:
    """Read a mix from a TOML file of `[[system]]` tables: `name`, `text`, `weight` (1), `answers` (true).

    Raises UsageError when the file cannot be read or holds no mix.
    """
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML: {error}") from error
    tables = document.get("system")
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise UsageError(f"{path}: holds no [[system]] table; write one for each system message of the mix")
    systems = tuple(_system(path, number, table) for number, table in enumerate(tables, start=1))
    names = [one.name for one in systems]
    if len(set(names)) < len(names):
        raise UsageError(f"{path}: two systems have one name; rows could not tell them apart: {', '.join(names)}")
    return systems


def drawn(systems: Sequence[System], *, seed: int, index: int) -> System:
    """Draw the system of a row: by the seed of the run and its index alone, each as often as its weight says.

    >>> mix = (System("maths", "You tutor maths.", 3.0), System("code", "You review code.", 1.0))
    >>> [drawn(mix, seed=0, index=index).name for index in range(6)]
    ['code', 'code', 'maths', 'maths', 'maths', 'code']
    """
    bits = hashlib.sha256(f"{seed}|{index}|system".encode()).digest()[:8]
    place = int.from_bytes(bits, "big") / 2**64
    edges = list(itertools.accumulate(one.weight for one in systems))
    return systems[min(bisect.bisect_right(edges, place * edges[-1]), len(systems) - 1)]


def _system(path: Path, number: int, table: Mapping[str, Any]) -> System:
    where = f"{path}: system {number}"
    if unknown := set(table) - _KEYS:
        raise UsageError(
            f"{where}: no key is called {', '.join(sorted(unknown))}; there are {', '.join(sorted(_KEYS))}"
        )
    name, text, weight, answers = (table.get(key) for key in ("name", "text", "weight", "answers"))
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{where}: needs a name, which stands on each of its rows")
    if text is not None and (not isinstance(text, str) or not text.strip()):
        raise UsageError(f"{where}: its text is empty; leave the key out for the template's own system message")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
        raise UsageError(f"{where}: its weight is {weight!r}; give a number above 0")
    if weight is not None and not (0 < weight < math.inf):
        raise UsageError(f"{where}: its weight is {weight}; give a number above 0")
    if answers is not None and not isinstance(answers, bool):
        raise UsageError(f"{where}: answers is {answers!r}; give true or false")
    return System(name.strip(), text, float(1 if weight is None else weight), answers=answers is not False)

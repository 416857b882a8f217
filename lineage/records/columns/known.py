"""The columns that rows of a JSON file may have, as the kernel looks them up."""

from collections.abc import Iterable, Sequence

from lineage.records.columns.cells import Names, names_of
from lineage.records.columns.plan import Plan, is_harmless
from lineage.records.fields import Named
from lineage.records.shapes import Match

_MOST = 1000


class Known:
    """Known columns; those met later join them when they cannot change what a row is."""

    def __init__(self, plan: Plan, found: Match | Named, columns: Sequence[str]) -> None:
        self._found = found
        self._codes = dict.fromkeys(columns, -1) | {column: at for at, column in enumerate(plan.columns)}
        self.names: Names = names_of(self._codes)

    def learn(self, columns: Iterable[str]) -> None:
        """Take in the columns of a row that was odd."""
        new = [one for one in columns if one not in self._codes and is_harmless(self._found, one)]
        if new and len(self._codes) < _MOST:
            self._codes |= dict.fromkeys(new, -1)
            self.names = names_of(self._codes)

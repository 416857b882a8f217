"""The checks of a run as the engine asks for them: what a text says by itself, apart from what was written before it.

Only the first can make a model try again, so that rows stay independent of each other.
"""

from collections.abc import Iterable

from lineage.generate.filters.filters import Filters, open_filters
from lineage.generate.filters.options import FilterOptions
from lineage.generate.filters.verdict import Verdict


class RowChecks:
    """The checks of one run, opened once."""

    def __init__(self, options: FilterOptions, special_tokens: Iterable[str]) -> None:
        self._filters: Filters = open_filters(options, special_tokens=special_tokens)

    def instruction(self, text: str, *, ended: bool) -> Verdict:
        """Check an instruction by itself."""
        return self._filters.check_alone(text, ended=ended)

    def repeated(self, text: str) -> Verdict:
        """Compare an instruction with all that were noted."""
        return self._filters.check_repeated(text)

    def note(self, index: int, text: str) -> None:
        """Remember the instruction of a row, kept or not: what repeats it repeats the row before it, too."""
        # One that is there already would change nothing: the lowest index is told.
        if self.repeated(text).reason != "duplicate":
            self._filters.note(index, text)

    def response(self, prompt: str, text: str, *, ended: bool) -> Verdict:
        """Check an answer."""
        return self._filters.check_response(prompt, text, ended=ended)

    def facts(self) -> dict[str, object]:
        """Return all that decides verdicts, for the configuration of a run."""
        return self._filters.facts()

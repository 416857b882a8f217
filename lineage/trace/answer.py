"""The whole answer to one question: what matched, what that rests on, and who wrote it."""

from dataclasses import dataclass

from lineage.trace.origin import Origin, Origins
from lineage.trace.registered import Searchable
from lineage.trace.result import CONTRACT, Explained, Trace


@dataclass(frozen=True, slots=True)
class Query:
    """A text to be traced and where it was taken from, None where it was given as it is.

    skip: the registered sample that it is itself, as (place among the datasets searched, row).
    """

    text: str
    source: str | None = None
    row: int | None = None
    role: str | None = None
    skip: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A trace with its likest hits explained, and the models that wrote each of those."""

    query: Query
    trace: Trace
    shown: tuple[tuple[Explained, tuple[Origin, ...]], ...]

    def to_dict(self, searched: Searchable) -> dict[str, object]:
        """Return the answer as the JSON contract `lineage.trace/1`."""
        query, trace = self.query, self.trace
        hits = [one.to_dict() | {"origins": [origin.to_dict() for origin in origins]} for one, origins in self.shown]
        return {
            "schema": CONTRACT,
            "query": {"source": query.source, "row": query.row, "role": query.role, "characters": len(query.text)},
            "searched": {
                "datasets": len(searched.versions),
                "samples": trace.samples,
                "left_out": [{"dataset": name, "reason": reason} for name, reason in searched.left_out],
            },
            "found": len(trace.hits) + trace.equal_left,
            "hits": hits,
            "not_examined": trace.not_examined,
            "cut": trace.cut,
            "cannot_find": list(trace.cannot_find),
        }


def answer(query: Query, searched: Searchable, origins: Origins, *, show: int) -> Answer:
    """Trace a text and explain the `show` likest hits."""
    trace = searched.tracer.trace(query.text, skip=query.skip)
    shown = [searched.tracer.explain(query.text, hit) for hit in trace.hits[:show]]
    writers = [origins.of(searched.versions[one.hit.place], one.hit.row, one.hit.view) for one in shown]
    return Answer(query, trace, tuple(zip(shown, writers, strict=True)))

"""The same checks on any dataset: every row kept or rejected with its reason, nothing lost."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lineage.generate.filters.filters import Filters
from lineage.generate.filters.funnel import Funnel
from lineage.generate.filters.verdict import KEPT, Verdict
from lineage.records.read import Records
from lineage.records.sample import Sample
from lineage.records.write import open_writer, row_of

# What other tools and ours call the end of a text by the limit of tokens.
_CUT = frozenset({"length", "no_room", "max_tokens", "model_length"})
_SHOWN_PER_REASON = 3
Stage = Literal["instruction", "response"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was rejected: its place (from 0), at which stage, why, and the beginning of its text."""

    row: int
    stage: Stage
    verdict: Verdict
    text: str

    def to_dict(self) -> dict[str, object]:
        """Return it as it goes into JSON."""
        return {"row": self.row, **_reason(self.stage, self.verdict), "text": self.text}


@dataclass(frozen=True, slots=True)
class Filtered:
    """What became of a dataset: the funnel, what decided, and the first rejected rows of each reason."""

    name: str
    funnel: Funnel
    facts: Mapping[str, object]
    rejected: tuple[Rejected, ...]
    kept_file: Path | None = None
    rejected_file: Path | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the JSON contract `lineage.filter/1`."""
        return {
            "schema": "lineage.filter/1", "dataset": self.name, "funnel": self.funnel.to_dict(), "filters": self.facts,
            "kept_file": _named(self.kept_file), "rejected_file": _named(self.rejected_file),
            "rejected": [one.to_dict() for one in self.rejected],
        }  # fmt: skip


def filter_dataset(
    records: Records, filters: Filters, out: Path | None = None, *, on_rows: Callable[[int], None] = lambda _: None
) -> Filtered:
    """Check every prompt and response of a dataset, in order.

    With `out`, rows that are kept go there and the others, with their reason under `filter`, beside it
    (`OUT.rejected.jsonl`). A row whose prompt is rejected has its response not looked at. Raises the errors of reading
    and writing; a file that is there stays as it was until all is done.
    """
    counts: dict[Stage, Counter[str | None]] = {"instruction": Counter(), "response": Counter()}
    shown: list[Rejected] = []
    beside = out.with_name(out.name + ".rejected.jsonl") if out else None
    with ExitStack() as files:
        kept, rejected = (files.enter_context(open_writer(one)) if one else None for one in (out, beside))
        for index, row in enumerate(records.rows()):
            stage: Stage = "instruction"
            verdict = KEPT
            for stage, verdict in _verdicts(index, row.sample, filters):
                counts[stage][verdict.reason] += 1
            if verdict.kept and kept:
                kept.write(row_of(row.sample))
            if not verdict.kept:
                if rejected:
                    rejected.write({**row_of(row.sample), "filter": {"row": index, **_reason(stage, verdict)}})
                if counts[stage][verdict.reason] <= _SHOWN_PER_REASON:
                    text = (row.sample.prompt if stage == "instruction" else row.sample.response) or ""
                    shown.append(Rejected(index, stage, verdict, text[:200]))
            on_rows(index + 1)
    funnel = Funnel.of(instructions=counts["instruction"], responses=counts["response"])
    return Filtered(records.name, funnel, filters.facts(), tuple(shown), out, beside)


def _verdicts(index: int, sample: Sample, filters: Filters) -> Iterator[tuple[Stage, Verdict]]:
    """Judge the prompt, then the response if the prompt is kept; what a sample does not have is not judged."""
    if sample.prompt is not None:
        verdict = filters.check_instruction(index, sample.prompt.strip(), ended=_ended(sample, "instruction"))
        yield "instruction", verdict
        if not verdict.kept:
            return
    if sample.response is not None:
        ended = _ended(sample, "response")
        yield "response", filters.check_response(sample.prompt or "", sample.response.strip(), ended=ended)


def _ended(sample: Sample, stage: Stage) -> bool:
    """Tell whether a text ended by itself, as far as its row says; a row that says nothing is believed."""
    record = sample.meta.get("lineage")
    told = record.get(stage) if isinstance(record, Mapping) else None
    if isinstance(told, Mapping) and told.get("stop_reason") is not None:
        return told["stop_reason"] not in _CUT
    return stage != "response" or sample.meta.get("finish_reason") not in _CUT


def _reason(stage: Stage, verdict: Verdict) -> dict[str, object]:
    return {"stage": stage, "reason": verdict.reason, "detail": dict(verdict.detail)}


def _named(path: Path | None) -> str | None:
    return None if path is None else str(path)

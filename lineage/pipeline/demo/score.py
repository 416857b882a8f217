"""What was found, against what was planted: which rows, by which relation, and whether the shares hold the truth."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from lineage.graph.shares import wilson
from lineage.link.relation import RELATIONS
from lineage.pipeline.demo.truth import HOWS, How, Planted, Truth
from lineage.store.facts import Share

SCHEMA = "lineage.demo.score/1"


class Pair(NamedTuple):
    """A link between a row of another dataset and a row of the lab's set."""

    origin: str
    origin_row: int
    row: int
    relation: str


@dataclass(frozen=True, slots=True)
class KindScore:
    """Rows planted in one way: how many were linked to their origin, and to the very row; by the strongest relation."""

    how: How
    origin: str
    planted: int
    found: int
    at_row: int
    relations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ShareScore:
    """A share that the graph gives a model, beside the true one; `inside` when the 95 % bounds hold it."""

    model: str
    role: str
    low: float
    mid: float | None
    high: float
    truth: float

    @property
    def inside(self) -> bool:
        """Whether the bounds hold the truth."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True, slots=True)
class Score:
    """The demo's result. extra: linked rows that were not planted from where they are linked to.

    recall, precision: of rows, with 95 % bounds; None where nothing was planted or nothing linked.
    """

    kinds: tuple[KindScore, ...]
    planted: int
    found: int
    extra: int
    recall: Share | None
    precision: Share | None
    shares: tuple[ShareScore, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the score as a JSON document."""
        shares = [{**asdict(share), "inside": share.inside} for share in self.shares]
        return {"schema": SCHEMA, **asdict(self), "shares": shares}


def score(truth: Truth, pairs: Iterable[Pair], shares: Sequence[Mapping[str, object]]) -> Score:
    """Compare links and shares with the truth.

    shares: as `lineage graph who --json` gives them. Of each role the largest share of a known model is compared: only
    one model's writing was planted.
    """
    linked: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        linked.setdefault((pair.origin, pair.row), []).append(pair)
    kinds = tuple(_kind(how, [one for one in truth.planted if one.how == how], linked) for how in HOWS)
    planted, found = len(truth.planted), sum(kind.found for kind in kinds)
    extra = len(set(linked) - {(one.origin, one.row) for one in truth.planted})
    return Score(
        kinds=tuple(kind for kind in kinds if kind.planted),
        planted=planted,
        found=found,
        extra=extra,
        recall=wilson(found, planted) if planted else None,
        precision=wilson(found, found + extra) if found + extra else None,
        shares=tuple(_shares(truth, shares)),
    )


def strongest(pairs: Iterable[Pair]) -> Pair:
    """Return the pair of the strongest relation, the first row among equals; `pairs` is not empty."""
    order: dict[str, int] = {relation: place for place, relation in enumerate(RELATIONS)}
    return min(pairs, key=lambda pair: (order.get(pair.relation, len(order)), pair.origin_row))


def _kind(how: How, planted: Sequence[Planted], linked: Mapping[tuple[str, int], list[Pair]]) -> KindScore:
    found = [(one, linked[one.origin, one.row]) for one in planted if (one.origin, one.row) in linked]
    return KindScore(
        how=how,
        origin=planted[0].origin if planted else "",
        planted=len(planted),
        found=len(found),
        at_row=sum(any(pair.origin_row == one.origin_row for pair in pairs) for one, pairs in found),
        relations=dict(Counter(strongest(pairs).relation for _, pairs in found).most_common()),
    )


def _shares(truth: Truth, shares: Sequence[Mapping[str, object]]) -> Iterable[ShareScore]:
    for role in ("prompt", "response"):
        known = [share for share in shares if share["model"] is not None and share["role"] == role]
        if known:
            top = max(known, key=lambda share: _number(share["mid"]) or 0.0)
            low, mid, high = (_number(top[name]) for name in ("low", "mid", "high"))
            yield ShareScore(str(top["model"]), role, low or 0.0, mid, 1.0 if high is None else high, truth.by_model)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None

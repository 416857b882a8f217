"""Who wrote a dataset: the share of its prompts and of its responses that each model wrote, and the share nobody knows.

Rests on what rows say themselves, on text shared with datasets whose authors are known, and on what is claimed of the
dataset as a whole. What cannot be told is an answer of its own, never left out.
"""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from lineage.graph.authors import Attribution, attribute_rows
from lineage.graph.evidence import RowEvidence
from lineage.graph.shares import wilson
from lineage.store import queries
from lineage.store.facts import Share, Version
from lineage.store.workspace import Workspace

CONTRACT = "lineage.graph.who/1"


@dataclass(frozen=True, slots=True)
class AuthorShare:
    """How much of one role a model wrote; `model` None stands for authors nobody knows.

    rows: attributed rows of `of` rows with text in this role, None where the share is claimed and not counted.
    share: 95 % bounds; a row that may be by one of k models counts 1/k to the middle, not to the lower bound and fully
    to the upper. basis: the kinds of evidence, joined by "+".
    """

    model: str | None
    role: str
    share: Share
    basis: str
    rows: int | None
    of: int
    unit: str = "rows"

    def to_dict(self) -> dict[str, object]:
        """Return the share as it appears in the JSON contract."""
        low, high = round(self.share.low, 6), round(self.share.high, 6)
        mid = None if self.share.mid is None else round(self.share.mid, 6)
        return {
            "model": self.model, "low": low, "mid": mid, "high": high, "unit": self.unit, "role": self.role,
            "basis": self.basis, "rows": self.rows, "of": self.of,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WhoAnswer:
    """The authors of a dataset by role; `complete` when every row's author is known, else `reason` says what is not."""

    dataset: str
    shares: tuple[AuthorShare, ...]
    complete: bool
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Return the answer as the JSON contract `lineage.graph.who/1`."""
        return {
            "schema": CONTRACT,
            "dataset": self.dataset,
            "shares": [share.to_dict() for share in self.shares],
            "complete": self.complete,
            "reason": self.reason,
        }


def who_wrote(session: Session, workspace: Workspace, reference: str) -> WhoAnswer:
    """Say which models wrote a dataset, by role, with bounds.

    UsageError when the graph knows no such dataset, StoreError when its files are gone.
    Source: emission share by role; rows are counted once each, bounds are Wilson's.
    """
    version = queries.resolve(session, reference, ["dataset"])
    roles = [role for role in ("response", "prompt") if version.rows_of(role)]
    shares = [share for role in roles for share in _role_shares(version, RowEvidence(session, workspace, role), role)]
    unknown = [share for share in shares if share.model is None]
    reason = "; ".join(f"{_percent(one.share)} of {one.role}s have no known author" for one in unknown)
    if not roles:
        reason = "it has no rows with a prompt or a response"
    return WhoAnswer(version.title, tuple(shares), not reason, reason)


def _role_shares(version: Version, evidence: RowEvidence, role: str) -> list[AuthorShare]:
    total = version.rows_of(role) or 0
    attribution = attribute_rows(version, evidence)
    counted = _counted(attribution, evidence.models, role, total)
    told = {share.model for share in counted}
    claimed = [
        AuthorShare(model, role, share or Share(0.0, None, 1.0), family, None, total)
        for model, (share, family) in sorted(evidence.declared(version).items())
        if model not in told
    ]
    counted.sort(key=lambda one: (-(one.share.mid or 0.0), one.model or ""))
    return [*counted, *claimed, *_unknown(attribution, claimed, role, total)]


def _counted(attribution: Attribution, models: list[str], role: str, total: int) -> list[AuthorShare]:
    alternatives = np.bincount(attribution.row, minlength=1)[attribution.row] if len(attribution.row) else np.empty(0)
    shares = []
    for number in np.unique(attribution.author):
        mine = attribution.author == number
        sure = int((mine & (alternatives == 1)).sum())
        possible = int(mine.sum())
        share = Share(
            wilson(sure, total).low,
            min(1.0, float((1.0 / alternatives[mine]).sum()) / total),
            wilson(min(possible, total), total).high,
        )
        hops = attribution.hops[mine]
        basis = [name for name, used in (("row_column", (hops == 0).any()), ("overlap", (hops > 0).any())) if used]
        shares.append(AuthorShare(models[number], role, share, "+".join(basis), possible, total))
    return shares


def _unknown(attribution: Attribution, claimed: list[AuthorShare], role: str, total: int) -> list[AuthorShare]:
    rows = total - len(np.unique(attribution.row))
    if rows <= 0:
        return []
    counted = wilson(rows, total)
    least = max(0.0, counted.low - sum(one.share.high for one in claimed))
    middle = max(least, (counted.mid or 0.0) - sum(one.share.mid or 0.0 for one in claimed))
    return [AuthorShare(None, role, Share(least, middle, counted.high), "unknown", rows, total)]


def _percent(share: Share) -> str:
    middle = share.mid or 0.0
    if 0.99 < middle < 1:
        return "over 99%"
    return f"{middle:.0%}" if middle >= 0.01 else "under 1%"

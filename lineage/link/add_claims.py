"""What registering a dataset lets one claim: who its rows say wrote it, and what it shares with the others.

Pure: from counts to claims. A direction is claimed where dates, texts or a declaration give one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from lineage import __version__
from lineage.graph.labels import RowLabels
from lineage.graph.shares import wilson
from lineage.link.compare import Linked
from lineage.link.options import LinkOptions
from lineage.store.facts import Claim, Version

COLLECTOR = "lineage add"
_TURNED = (("subset", "superset"), ("evolved_from", "evolved_into"), ("translated_from", "translated_into"))
_INVERSE = dict(_TURNED) | {there: here for here, there in _TURNED}


def label_claims(dataset: Version, labels: RowLabels, entities: Mapping[tuple[str, str], Version]) -> Iterator[Claim]:
    """Claim what the rows say: the models that wrote them by role, the runs they came out of, what those ran.

    entities: the version of every model and run named, by (kind, name).
    """
    ground: dict[str, Any] = {
        "family": "row_column",
        "method": "row labels",
        "method_version": __version__,
        "collector": COLLECTOR,
    }
    columns = ", ".join(sorted(labels.columns))
    for (role, model), n in sorted(labels.counts().items()):
        yield _counted(
            dataset, entities["model", model], "generated_by", n, role=role, locator=f"columns {columns}", **ground
        )
    for run, n in sorted(labels.runs.items()):
        yield _counted(dataset, entities["run", run], "produced_by", n, **ground)
        for model in sorted(labels.ran[run]):
            yield Claim(subj=entities["run", run].id, pred="ran", obj=entities["model", model].id, **ground)


def pair_claims(new: Version, linked: Linked, options: LinkOptions) -> Iterator[Claim]:
    """Claim what two datasets share, from both sides, and which came from which where that can be told."""
    pair, other = linked.pair, linked.other
    if not pair.taken_a.linked:
        return
    ground = _ground(linked, options)
    # Of a translation only the rows that were left as they are share text.
    shared = "incidental" if pair.relation == "unrelated" or pair.alignment is not None else pair.relation
    sides = ((new, other, pair.rows_linked_a, shared), (other, new, pair.rows_linked_b, _inverse(shared)))
    for place, (subject, object_, n, how) in enumerate(sides if pair.rows_linked_a else ()):
        yield _counted(subject, object_, "overlaps", n, how=how, **ground)
        for role, counts in linked.shared.items():
            if counts[place]:
                yield _counted(subject, object_, "overlaps", counts[place], role=role, how=how, **ground)
    if new.name == other.name:
        return
    if pair.direction == "a_from_b":
        yield _counted(new, other, "derived_from", pair.taken_a.linked, how=pair.relation, **ground)
    if pair.direction == "b_from_a":
        yield _counted(other, new, "derived_from", pair.taken_b.linked, how=_inverse(pair.relation), **ground)


def made_from_claim(new: Version, parent: Version) -> Claim:
    """Claim that a dataset was made from another because whoever registers it says so."""
    return Claim(
        subj=new.id, pred="derived_from", obj=parent.id, family="human_review", method="said on registering",
        method_version=__version__, collector=COLLECTOR,
    )  # fmt: skip


def version_claim(new: Version, previous: Version, linked: Linked | None, options: LinkOptions) -> Claim:
    """Claim that a dataset's content replaced an earlier one of the same name, with what it kept of it."""
    if linked is None or not linked.pair.rows_linked_a:
        return Claim(
            subj=new.id, pred="version_of", obj=previous.id, family="human_review", method="registered under one name",
            method_version=__version__, collector=COLLECTOR,
        )  # fmt: skip
    return _counted(new, previous, "version_of", linked.pair.rows_linked_a, **_ground(linked, options))


def _counted(subject: Version, object_: Version, pred: str, n: int, **said: Any) -> Claim:
    of = subject.rows_of(said.get("role", "")) or n
    return Claim(subj=subject.id, pred=pred, obj=object_.id, share=wilson(n, of), unit="rows", n=n, n_of=of, **said)


def _ground(linked: Linked, options: LinkOptions) -> dict[str, Any]:
    # Threads change nothing in the result.
    parameters = {name: value for name, value in asdict(options).items() if name != "threads"}
    return {
        "family": "overlap",
        "method": _method(linked),
        "method_version": __version__,
        "params_digest": hashlib.blake2b(repr(parameters).encode(), digest_size=8).hexdigest(),
        "collector": COLLECTOR,
    }


def _method(linked: Linked) -> str:
    if linked.pair.alignment is not None:
        return "rows matched that share no words"
    how = "links counted from texts" if linked.exact else "links estimated from cards"
    return f"{how}, direction as declared" if linked.pair.ground == "declared" else how


def _inverse(relation: str) -> str:
    return _INVERSE.get(relation, relation)

"""Compare a dataset with a registered one, as exactly as what is at hand allows, and keep the linked rows.

Only the rows of the registered dataset that the index finds to have something in common with the new one are compared.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lineage.errors import CardError
from lineage.fingerprint.card import check_comparable
from lineage.index.probe import touched_rows
from lineage.link.corpus import Corpus, part_of
from lineage.link.evidence import Grounds
from lineage.link.groups import LinkGroups
from lineage.link.ids import Ints
from lineage.link.link import link_pair, match_otherwise
from lineage.link.options import LinkOptions
from lineage.link.registered import registered_corpus, registered_segment
from lineage.link.result import PAIRS, DatasetPair
from lineage.store.facts import Version
from lineage.store.rowfiles import Flags, RowLinks, write_links
from lineage.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Linked:
    """What a new dataset (a) and a registered one (b) share; `exact` when it was counted from texts.

    pair: without its table, which is kept in the workspace. shared: by role, the rows of a and of b whose text in that
    role stands in the other.
    """

    other: Version
    pair: DatasetPair
    exact: bool
    shared: Mapping[str, tuple[int, int]]


def check_all_comparable(corpus: Corpus, others: Iterable[Version], workspace: Workspace) -> None:
    """Raise CardError unless a dataset can be compared with each of the registered ones; reads descriptions only."""
    for other in others:
        try:
            check_comparable(corpus.card, registered_corpus(registered_segment(workspace, other), other).card)
        except CardError as error:
            raise CardError(f"{error}; or keep the two apart, in workspaces of their own (--home)") from error


def compare(corpus: Corpus, other: Version, workspace: Workspace, options: LinkOptions, grounds: Grounds) -> Linked:
    """Link a dataset to a registered one and write their linked rows into the workspace, unless there are none.

    Counted from texts when both are at hand, estimated from fingerprints otherwise. Costs in proportion to the new
    dataset and to what is shared; the two must be comparable (`check_all_comparable`). StoreError when the other's
    index and card are gone. grounds: one for all that a dataset is compared with.
    """
    segment = registered_segment(workspace, other)
    whole = registered_corpus(segment, other)
    rows = touched_rows(segment, corpus.card, threads=options.threads)
    if 2 * len(rows) > len(whole):  # a copy of most rows would cost more than it saves
        rows = np.arange(len(whole))
    part = part_of(whole, rows)
    with grounds.standing_in(part, whole):
        pair = link_pair(corpus, part, options=options, grounds=grounds)
    pair = dataclasses.replace(pair, table=_of_whole(pair.table, rows), groups=_groups_of_whole(pair.groups, rows))
    links = _row_links(pair.table, options.threshold)
    if len(links.row_a):
        # One file a pair of contents, whichever was registered first: the smaller digest is side a.
        turned = RowLinks(links.row_b, links.row_a, links.relation, links.prompt, links.response)
        digest = corpus.card.meta.digest
        first, second = sorted([digest, other.digest or ""])
        write_links(workspace.links(first, second), links if first == digest else turned)
    pair = match_otherwise(pair, corpus, whole, options=options)
    exact = corpus.prompts is not None and whole.prompts is not None
    corpus.release()
    return Linked(other, dataclasses.replace(pair, table=PAIRS.empty_table()), exact, _shared_rows(links))


def _of_whole(table: pa.Table, rows: Ints) -> pa.Table:
    """Return the table with the rows of b numbered as in the whole; `rows` are those that were compared."""
    place = table.schema.get_field_index("row_b")
    return table.set_column(place, table.field(place), pa.array(rows[table["row_b"].to_numpy()]))


def _groups_of_whole(groups: LinkGroups, rows: Ints) -> LinkGroups:
    largest = tuple(dataclasses.replace(one, row_b=int(rows[one.row_b])) for one in groups.largest)
    return dataclasses.replace(groups, largest=largest)


def _row_links(table: pa.Table, threshold: float) -> RowLinks:
    """Take the linked rows from the table."""

    def agrees(role: str) -> Flags:
        jaccard = table[f"{role}_jaccard"].to_numpy().astype(np.float64)
        return np.asarray(table[f"{role}_equal"].to_numpy() | (np.nan_to_num(jaccard) >= threshold), np.bool_)

    ends = (table["row_a"].to_numpy(), table["row_b"].to_numpy())
    return RowLinks(*ends, table["relation"].to_pylist(), agrees("prompt"), agrees("response"))


def _shared_rows(links: RowLinks) -> dict[str, tuple[int, int]]:
    flags = {"prompt": links.prompt, "response": links.response}
    return {
        role: (len(np.unique(links.row_a[flag])), len(np.unique(links.row_b[flag]))) for role, flag in flags.items()
    }

"""Compare a dataset with a registered one, as exactly as what is at hand allows, and keep the linked rows."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
from lineage.link.registered import card_corpus, with_texts
from lineage.link.result import PAIRS, DatasetPair
from lineage.store.facts import Version
from lineage.store.rowfiles import Flags, RowLinks, write_links
from lineage.store.workspace import Workspace

# Cards alone decide whether two datasets share anything at all; only then are texts read again. At K = 64 a text pair
# of J = .7 falls below an estimate of .55 with probability .005.
_SCREENING = 0.55


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


def compare(corpus: Corpus, other: Version, workspace: Workspace, options: LinkOptions) -> Linked:
    """Link a dataset to a registered one and write their linked rows into the workspace, unless there are none.

    Counted from texts when both are at hand, estimated from cards otherwise. StoreError when the other's card is gone.
    """
    pair, exact = _link(corpus, card_corpus(workspace, other), other, options)
    links = _row_links(pair, options.threshold)
    if len(links.row_a):
        # One file a pair of contents, whichever was registered first: the smaller digest is side a.
        turned = RowLinks(links.row_b, links.row_a, links.relation, links.prompt, links.response)
        digest = corpus.card.meta.digest
        first, second = sorted([digest, other.digest or ""])
        write_links(workspace.links(first, second), links if first == digest else turned)
    return Linked(other, dataclasses.replace(pair, table=PAIRS.empty_table()), exact, _shared_rows(links))


def _link(corpus: Corpus, card: Corpus, other: Version, options: LinkOptions) -> tuple[DatasetPair, bool]:
    screening = dataclasses.replace(options, threshold=min(_SCREENING, options.threshold))
    bare = dataclasses.replace(corpus, prompts=None, responses=None)
    pair = link_pair(bare, card, options=screening)
    if not pair.table.num_rows:
        return pair, False
    whole = with_texts(card, other) if corpus.prompts is not None else None
    if whole is None:
        return link_pair(bare, card, options=options), False
    return link_pair(corpus, whole, options=options), True


def _row_links(pair: DatasetPair, threshold: float) -> RowLinks:
    table = pair.table

    def agrees(role: str) -> Flags:
        jaccard = table[f"{role}_jaccard"].to_numpy().astype(np.float64)
        return np.asarray(table[f"{role}_equal"].to_numpy() | (np.nan_to_num(jaccard) >= threshold), np.bool_)

    rows = (table["row_a"].to_numpy(), table["row_b"].to_numpy())
    return RowLinks(*rows, table["relation"].to_pylist(), agrees("prompt"), agrees("response"))


def _shared_rows(links: RowLinks) -> dict[str, tuple[int, int]]:
    flags = {"prompt": links.prompt, "response": links.response}
    return {
        role: (len(np.unique(links.row_a[flag])), len(np.unique(links.row_b[flag]))) for role, flag in flags.items()
    }

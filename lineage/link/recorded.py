"""Who came from whom as the graph of a workspace holds it: claims that are somebody's word, not measured."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from lineage.link.declared import Declaration
from lineage.store import queries
from lineage.store.connect import reading
from lineage.store.workspace import Workspace

# All other kinds of evidence are somebody's word.
_MEASURED = ("overlap", "canary", "attribution", "weights")
_LIKELY = 0.5


def recorded_declarations(session: Session, who: Mapping[int, str]) -> tuple[Declaration, ...]:
    """Read what is declared among some versions of datasets, given by id with what to call them."""
    claims = [one.claim for one in queries.claims_of_relation(session, "derived_from")]
    return tuple(
        Declaration(who[one.subj], who[one.obj], f"{one.family.replace('_', ' ')}: {one.locator or one.method}")
        for one in claims
        if one.family not in _MEASURED and one.p_exists > _LIKELY and one.subj in who and one.obj in who
    )


def declarations_at(workspace: Workspace, digests: Mapping[str, str]) -> Sequence[Declaration]:
    """Read what a workspace declares of contents, given by digest with what to call them; nothing where there is none.

    Raises StoreError when the workspace's database cannot be read.
    """
    file = workspace.database_file
    if file is not None and not file.exists():
        return ()
    with reading(workspace) as session:
        known = {one.id: digests.get(one.digest or "") for one in queries.versions(session).values()}
        return recorded_declarations(session, {id_: name for id_, name in known.items() if name is not None})

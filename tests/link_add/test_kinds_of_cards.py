"""Fingerprints of one kind to a workspace: what cannot be compared is refused, kindly, and nothing is registered."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import CardError
from lineage.fingerprint.card import Card, write_card
from lineage.fingerprint.fingerprint import DEFAULT_PARAMS, fingerprint
from lineage.fingerprint.salt import make_salt
from lineage.link.add import add
from lineage.records.read import open_records
from lineage.store import queries
from lineage.store.database import reading
from lineage.store.workspace import Workspace
from tests.link_add.data import rows, write

AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SALT = make_salt(bytes(range(40, 80)))


def card(path: Path, **how: object) -> Card:
    return fingerprint(open_records(path).batches(), name=path.stem, **how)  # type: ignore[arg-type]


def names(workspace: Workspace) -> list[str]:
    with reading(workspace) as session:
        return [one.name for one in queries.current_datasets(session)]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return write(tmp_path / "plain.jsonl", rows(0, 20))


@pytest.fixture
def salted(tmp_path: Path, plain: Path) -> Path:
    write_card(card(plain, salt=SALT), tmp_path / "salted.card")
    return tmp_path / "salted.card"


def test_a_salted_card_is_refused_beside_unsalted_data(local_workspace: Workspace, plain: Path, salted: Path) -> None:
    add(plain, local_workspace, at=AT)
    with pytest.raises(CardError, match=r"is salted and .* is not; fingerprint .* --salt .* keep the two apart"):
        add(salted, local_workspace, at=AT)
    assert names(local_workspace) == ["plain"]


def test_unsalted_data_is_refused_beside_a_salted_card(local_workspace: Workspace, plain: Path, salted: Path) -> None:
    add(salted, local_workspace, at=AT)
    before = names(local_workspace)
    with pytest.raises(CardError, match=r"is salted and .* is not; .*workspaces of their own \(--home\)"):
        add(plain, local_workspace, at=AT)
    assert names(local_workspace) == before


def test_salted_cards_of_one_key_are_linked(local_workspace: Workspace, tmp_path: Path, salted: Path) -> None:
    part = write(tmp_path / "part.jsonl", rows(5, 15))
    write_card(card(part, salt=SALT), tmp_path / "part.card")
    add(salted, local_workspace, at=AT)
    (found,) = add(tmp_path / "part.card", local_workspace, at=AT).linked
    assert (found.pair.relation, found.exact) == ("subset", False)


@pytest.mark.parametrize(("change", "says"), [({"num_perm": 32}, "num_perm"), ({"seed": 2}, "seed")])
def test_a_card_of_other_parameters_is_refused_by_adding_and_linking(
    local_workspace: Workspace, tmp_path: Path, plain: Path, change: dict[str, int], says: str
) -> None:
    other = tmp_path / "other.card"
    part = write(tmp_path / "part.jsonl", rows(5, 15))
    write_card(card(part, params=dataclasses.replace(DEFAULT_PARAMS, **change)), other)
    add(plain, local_workspace, at=AT)
    with pytest.raises(CardError, match=f"cannot be compared: they differ in {says}"):
        add(other, local_workspace, at=AT)
    assert names(local_workspace) == ["plain"]
    refused = CliRunner().invoke(cli, ["link", str(plain), str(other)]).exception
    assert isinstance(refused, CardError)
    assert f"they differ in {says}" in str(refused)


def test_what_cannot_be_searched_is_named_by_trace(local_workspace: Workspace, salted: Path) -> None:
    add(salted, local_workspace, at=AT)
    text = rows(3, 4)[0]["output"]
    home = ["--home", str(local_workspace.root)]
    done = CliRunner().invoke(cli, ["trace", text, *home])
    assert "is not searched: its fingerprints are salted, or made with other parameters" in done.output
    asked = CliRunner().invoke(cli, ["trace", "--row", f"{names(local_workspace)[0]}:3", *home])
    assert "its fingerprints are salted" in str(asked.exception)

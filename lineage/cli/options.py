"""Options that several commands share, spelled and explained once."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

if TYPE_CHECKING:
    from lineage.fingerprint.salt import Salt
    from lineage.records.fields import Fields
    from lineage.records.read import OnBad

Command = TypeVar("Command", bound=Callable[..., Any])


def records_options(command: Command) -> Command:
    """Add `--fields`, `--split` and `--skip-bad`: how to read records (`fields`, `split`, `skip_bad`)."""
    for option in (
        click.option("--skip-bad", is_flag=True, help="Go on without rows that cannot be read, and list them."),
        click.option("--split", metavar="NAME", help="Split of a Hugging Face dataset (hf:…)."),
        click.option(
            "--fields",
            metavar="ROLE=COLUMN,…",
            help="Which column holds what, where it is not recognised: prompt=q,response=a.",
        ),
    ):
        command = option(command)
    return command


class Reading(TypedDict):
    """What `records_options` says, as `open_records` and all that stand on it take it."""

    fields: "Fields | None"
    split: str | None
    on_bad: "OnBad"


def reading(fields: str | None, split: str | None, *, skip_bad: bool) -> Reading:
    """Turn the values of `records_options` into arguments for the library; UsageError when `--fields` means nothing."""
    from lineage.records.fields import parse_fields

    return Reading(fields=parse_fields(fields) if fields else None, split=split, on_bad="skip" if skip_bad else "stop")


def salt_option(command: Command) -> Command:
    """Add `--salt`: the file that holds the secret that fingerprints are keyed with (`salt`), for `salt_given`."""
    return click.option(
        "--salt",
        type=click.Path(path_type=Path),
        metavar="KEYFILE",
        help="Key the fingerprints with the secret in this file, or in the environment variable LINEAGE_SALT.",
    )(command)


def salt_given(path: Path | None) -> "Salt | None":
    """Return the salt of `--salt`, else that of LINEAGE_SALT, else none; UsageError when its secret could be guessed.

    There is no way to write the secret on the command line, where other users of the machine and the history see it.
    """
    from lineage.fingerprint.salt import make_salt, read_salt

    secret = os.environ.get("LINEAGE_SALT")
    if path is not None:
        return read_salt(path)
    return make_salt(secret.encode()) if secret else None


def bytes_of(size: str) -> int:
    """Read a size such as 512MiB, 4GB or 1000000; UsageError where it is none.

    >>> bytes_of("1.5GiB")
    1610612736
    """
    units = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3, "t": 1000**4}
    units |= {f"{name}i": 1024**power for power, name in enumerate(units) if name}
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *([kmgt]?i?)b?", size.strip().lower())
    if found is None or found[2] not in units:
        raise click.UsageError(f"{size!r} is not a size; give bytes, or a number with MiB or GiB such as 4GiB")
    return round(float(found[1]) * units[found[2]])


def json_option(command: Command) -> Command:
    """Add `--json`: the result as one JSON document (`as_json`)."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def home_option(command: Command) -> Command:
    """Add `--home`: the workspace folder (`home`), `.lineage` in the current directory by default."""
    return click.option(
        "--home",
        envvar="LINEAGE_HOME",
        type=click.Path(file_okay=True, path_type=Path),
        metavar="FOLDER",
        help="Workspace folder instead of .lineage in the current directory.",
    )(command)

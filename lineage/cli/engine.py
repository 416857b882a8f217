"""Options that say where work runs, and linking there."""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import click

from lineage.cli import output
from lineage.cli.options import Reading

if TYPE_CHECKING:
    from lineage.engine.choose import EngineName
    from lineage.link.distributed import Linked
    from lineage.link.options import LinkOptions

Command = TypeVar("Command", bound=Callable[..., Any])


class Where(NamedTuple):
    """What `engine_options` says: the engine (None: this process alone), the cluster's address, and the folder."""

    engine: "EngineName | None"
    address: str | None
    work: str | None


def engine_options(command: Command) -> Command:
    """Add `--engine`, `--ray-address` and `--work` (`engine`, `ray_address`, `work`)."""
    for option in (
        click.option(
            "--work",
            metavar="FOLDER",
            help="Path or URL that all workers of --engine reach; a run that was cut off goes on from it.",
        ),
        click.option(
            "--ray-address", metavar="ADDR", help="Ray cluster of --engine ray; default: one on this machine."
        ),
        click.option(
            "--engine",
            type=click.Choice(["local", "daft", "ray"]),
            help="Spread the work: threads with files beyond the memory, Daft, or Daft on a Ray cluster.",
        ),
    ):
        command = option(command)
    return command


def where(engine: str | None, ray_address: str | None, work: str | None) -> Where:
    """Check what `engine_options` says."""
    if ray_address is not None and engine != "ray":
        raise click.UsageError("--ray-address needs --engine ray")
    if work is not None and engine is None:
        raise click.UsageError("--work needs --engine")
    if ray_address is not None and work is None:
        raise click.UsageError("--ray-address needs --work: a folder that the workers of the cluster reach")
    return Where(cast("EngineName | None", engine), ray_address, work)


@contextmanager
def linked_there(
    datasets: tuple[str, ...], dates: tuple[str, ...], how: Reading, place: Where, options: "LinkOptions"
) -> "Iterator[Linked]":
    """Link datasets on an engine, and list the rows that were left out; what it kept is there inside the context."""
    from lineage.engine.choose import open_engine
    from lineage.link.distributed import Job, link_on

    engine = open_engine(place.engine or "local", address=place.address)
    with _folder(place.work) as work:
        with output.progress(f"linking on {engine.name}") as report:
            watched = dataclasses.replace(
                options, progress=lambda phase, done, total: report(done, total or None, phase=phase)
            )
            linked = link_on(engine, Job(datasets, work, dates, **how), options=watched)
        for dataset in linked.datasets:
            output.list_bad_rows(dataset.bad)
        yield linked


@contextmanager
def _folder(named: str | None) -> Iterator[str]:
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="lineage-") as folder:
        yield folder

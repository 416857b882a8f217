"""`lineage fingerprint`: a dataset's fingerprints, written to a card."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from lineage.cli import output
from lineage.cli.options import json_option, reading, records_options, salt_given, salt_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from lineage.fingerprint.card import Card


@click.command(short_help="Write a dataset's fingerprints to a card.")
@click.argument("data", metavar="DATA")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), required=True, help="Where the card goes.")
@click.option("--name", help="Name of the dataset on the card; by default the name of its source.")
@click.option("--licence", help="Licence of the dataset, as it says itself.")
@click.option("--date", metavar="ISO", help="When the dataset was made: a day, month or year.")
@click.option("--stamp", is_flag=True, help="Note today's date on the card.")
@click.option("--num-perm", default=64, show_default=True, metavar="K", help="Minima in each signature.")
@click.option("--seed", default=1, show_default=True, help="Seed of the signatures.")
@click.option("--threads", type=click.IntRange(min=1), help="Threads; by default one for each processor.")
@salt_option
@records_options
@json_option
def fingerprint(
    data: str, out: Path, name: str | None, licence: str | None, date: str | None, stamp: bool, num_perm: int,
    seed: int, threads: int | None, salt: Path | None, fields: str | None, split: str | None, skip_bad: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Write a dataset's fingerprints to a card: one Parquet file that can be shared and compared without the text.

    DATA is a file, a folder, a glob, a URL or hf:NAME. Each sample gets a signature of its prompt and of its response.
    Cards made with the same --num-perm and --seed can be linked. The same data give the same card, byte for byte,
    unless --stamp puts the date on it.

    Who has a card can test whether a given text is in the data, and can guess short texts. With --salt only who has
    the key file can.

    \b
    Example:
      lineage fingerprint alpaca_data.json -o alpaca.card --licence CC-BY-NC-4.0 --date 2023-03
      lineage link alpaca.card my_train.jsonl
    """
    from lineage.fingerprint.card import CardParams, write_card
    from lineage.fingerprint.fingerprint import fingerprint as fingerprint_batches
    from lineage.records.read import open_records

    started = time.monotonic()
    keyed = salt_given(salt)
    records = open_records(data, **reading(fields, split, skip_bad=skip_bad))
    text = _TextBytes()
    with output.progress("fingerprint", "samples") as progress:
        card = fingerprint_batches(
            text.counted(records.batches()), name=name or records.name, licence=licence, date=date,
            params=CardParams(num_perm=num_perm, seed=seed), salt=keyed, threads=threads, progress=progress,
            created=_today() if stamp else None, sources=[_shared_name(file) for file in records.files],
        )  # fmt: skip
    write_card(card, out)
    done = _Done(card, out, len(records.bad), text.count, time.monotonic() - started)
    output.list_bad_rows(records.bad)
    if as_json:
        output.print_json(done.document())
    else:
        done.print()


class _Done(NamedTuple):
    card: "Card"
    out: Path
    skipped: int
    text_bytes: int
    seconds: float

    def document(self) -> dict[str, object]:
        return {
            "schema": "lineage.fingerprint/1",
            "name": self.card.meta.name,
            "digest": self.card.meta.digest,
            **self._counts(),
            "skipped": self.skipped,
            "salted": self.card.meta.params.salt is not None,
            "seconds": round(self.seconds, 3),
            "bytes": self.text_bytes,
            "card": str(self.out),
            "card_bytes": self.out.stat().st_size,
        }

    def print(self) -> None:
        counts = self._counts()
        rate = self.text_bytes / 1e6 / self.seconds
        size = f"{self.out} ({self.out.stat().st_size / 1e6:.1f} MB)"
        salted = "yes" if self.card.meta.params.salt else "no"
        columns = [*counts, "skipped", "salted", "seconds", "text MB/s", "card"]
        cells = [*counts.values(), self.skipped, salted, f"{self.seconds:.1f}", f"{rate:.1f}", size]
        output.print_table(columns, [cells])

    def _counts(self) -> dict[str, int]:
        prompts, responses = self.card.prompt.counts > 0, self.card.response.counts > 0
        return {
            "rows": self.card.meta.rows,
            "prompts": int(prompts.sum()),
            "responses": int(responses.sum()),
            "empty": int((~prompts & ~responses).sum()),
        }


class _TextBytes:
    """Counts the bytes of the texts that pass."""

    def __init__(self) -> None:
        self.count = 0

    def counted(self, batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        import pyarrow.compute as pc

        for batch in batches:
            for view in ("prompt", "response"):
                self.count += pc.sum(pc.binary_length(batch.column(view))).as_py() or 0
            yield batch


def _shared_name(file: str) -> str:
    """Name a file as a card that is passed on should: a URL or hub name whole, a local file without its folders."""
    return Path(file).name if Path(file).exists() else file


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()

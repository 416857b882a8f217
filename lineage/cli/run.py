"""`lineage run`: a declared pipeline, stage by stage."""

import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lineage.pipeline.plan import Plan, Step
    from lineage.pipeline.records import StageRecord
    from lineage.pipeline.runner import PipelineResult


@click.command(context_settings={"show_default": True})
@click.argument("pipeline")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Set a parameter; repeat it for a list.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for results.  [default: ./NAME]")
@click.option("--force", multiple=True, metavar="STAGE", help="Run this stage even if nothing changed; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the stages and their records as JSON.")
def run(pipeline: str, settings: tuple[str, ...], out: Path | None, force: tuple[str, ...], as_json: bool) -> None:
    """Run the stages of PIPELINE, a TOML file or the name of one that came with lineage.

    Each stage is a lineage command and is shown as you would type it. A stage whose command and inputs did not change
    since it last ran is skipped; after an interruption the same call goes on where it stopped.

    \b
    Example:
      lineage run corpus --set model=smollm2 --set rows=200 --out corpus
      lineage run audit --set data=train.jsonl --set name=me/train
      lineage run my-study.toml
    """
    pairs = [_pair(setting) for setting in settings]
    run_and_tell(pipeline, pairs, out=out, force=force, as_json=as_json)


def run_and_tell(
    source: str, settings: Sequence[tuple[str, str]], *, out: Path | None, force: Sequence[str], as_json: bool
) -> "PipelineResult":
    """Run a pipeline and print what happens: as text on stdout, or with JSON at the end and the rest on stderr."""
    from lineage.cli.output import print_json
    from lineage.pipeline.declaration import read_pipeline
    from lineage.pipeline.plan import make_plan
    from lineage.pipeline.runner import run_plan

    pipeline = read_pipeline(source)
    plan = make_plan(pipeline, settings, out=out or Path(pipeline.name))
    # Asked to stop is like Ctrl-C: the running command is told, and what is finished is kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    teller = _Teller(plan, to_stderr=as_json)
    result = run_plan(plan, force=force, listener=teller, stdout=sys.stderr if as_json else None)
    teller.done(result)
    if as_json:
        print_json(result_document(result))
    return result


def result_document(result: "PipelineResult") -> dict[str, object]:
    """Say what a run did, for programs."""
    return {
        "schema": "lineage.pipeline/1",
        "pipeline": result.pipeline.name,
        "out": str(result.out),
        "seconds": round(result.seconds, 3),
        "stages": [
            {
                "stage": stage.record.stage,
                "status": stage.status,
                "run": stage.record.run,
                "seconds": stage.record.seconds,
                "outputs": [one._asdict() for one in stage.record.outputs],
            }
            for stage in result.stages
        ],
    }


def _pair(setting: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    if not key or not equals:
        raise click.BadParameter(f"{setting!r} is not KEY=VALUE", param_hint="--set")
    return key, value


class _Teller:
    """Prints what a run does, with the time left going by how this machine compares with the pipeline's own figures."""

    def __init__(self, plan: "Plan", *, to_stderr: bool) -> None:
        self._stderr = to_stderr
        self._steps = plan.steps
        self._started = time.monotonic()
        self._left = {step.name: step.seconds for step in plan.steps}
        self._spent, self._foreseen = 0.0, 0.0
        total = click.style(_clock(sum(self._left.values())), bold=True)
        self._say(f"{plan.pipeline.about} {len(self._steps)} stages, about {total} on two cores. Results: {plan.out}/")
        if plan.home:
            self._say(f"\n$ export LINEAGE_HOME={plan.home}")

    def waiting(self, out: Path) -> None:
        self._say(f"another call is at work in {out}/; waiting for it to end (Ctrl-C to leave it alone)")

    def skipped(self, step: "Step", record: "StageRecord") -> None:
        del self._left[step.name]
        self._say(f"\n{self._place(step)}: unchanged since {record.started[:19]}Z, skipped")
        self._say(click.style(f"# {step.shown}", dim=True))

    def starting(self, step: "Step", *, resumed: bool) -> None:
        pace = self._spent / self._foreseen if self._foreseen else 1.0
        left = _clock(sum(self._left.values()) * pace)
        clock = f"{_clock(time.monotonic() - self._started)} elapsed, about {left} left"
        self._say(f"\n{self._place(step)}: {step.about}  [{clock}]{' (going on)' if resumed else ''}")
        self._say(click.style(f"$ {step.shown}", bold=True))

    def finished(self, step: "Step", record: "StageRecord") -> None:
        self._foreseen += self._left.pop(step.name)
        self._spent += record.seconds

    def done(self, result: "PipelineResult") -> None:
        ran = sum(stage.status == "ran" for stage in result.stages)
        self._say(f"\n{ran} of {len(result.stages)} stages ran, the others were up to date; {_clock(result.seconds)}")

    def _place(self, step: "Step") -> str:
        return click.style(f"stage {self._steps.index(step) + 1} of {len(self._steps)}, {step.name}", fg="cyan")

    def _say(self, text: str) -> None:
        click.echo(text, err=self._stderr)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"

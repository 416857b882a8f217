"""The options that say how a model is prompted, for every command that prompts one."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from lineage.generate.prompt_options import PromptOptions
    from lineage.generate.template import SystemMode

MODES = click.Choice(["template-default", "none", "custom"])
_ON_OFF = click.Choice(["on", "off"])


def prompt_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a prompt to a command; `prompt_choices` takes their values."""
    for option in (
        click.option("--stop", "stops", multiple=True, metavar="TEXT", help="A further string that ends a turn."),
        click.option("--turn-prefix", metavar="TEXT",
                     help="With --prefix: what stands between an answer and the user's next message."),
        click.option("--response-prefix", metavar="TEXT", help="Put this between message and answer."),
        click.option("--prefix", metavar="TEXT", help="Use this prefix instead of the derived one."),
        click.option("--template", metavar="NAME", help="Which of a model's chat templates, where it has several."),
        click.option("--response-template-arg", "response_arguments", multiple=True, metavar="NAME=JSON",
                     help="The same, for answers alone."),
        click.option("--template-arg", "arguments", multiple=True, metavar="NAME=JSON",
                     help="Set a variable of the template's own, such as reasoning_effort='\"low\"'."),
        click.option("--response-thinking", type=_ON_OFF, help="The same, for answers alone."),
        click.option("--thinking", type=_ON_OFF, help="Turn thinking on or off by the template's own switch."),
        click.option("--response-system-mode", type=click.Choice(["template-default", "none"]),
                     help="Other system text for answers than for instructions."),
        click.option("--system-mode", type=MODES,
                     help="The template's own system text (default), no system block at all, or --system."),
        click.option("--system", metavar="TEXT", help="System message to put first (implies --system-mode custom)."),
    ):  # fmt: skip
        command = option(command)
    return command


def prompt_choices(chosen: Mapping[str, Any]) -> "PromptOptions":
    """Take the values of the options of a prompt. Raises UsageError when they contradict or are no JSON."""
    from lineage.generate.prompt_options import PromptOptions

    return PromptOptions(
        system_mode=system_choice(chosen["system"], chosen["system_mode"]), system=chosen["system"],
        response_system_mode=chosen["response_system_mode"], prefix=chosen["prefix"],
        response_prefix=chosen["response_prefix"], stops=chosen["stops"], turn_prefix=chosen["turn_prefix"],
        template=chosen["template"], thinking=chosen["thinking"] or "default",
        response_thinking=chosen["response_thinking"], arguments=_variables(chosen["arguments"]),
        response_arguments=_variables(chosen["response_arguments"]),
    )  # fmt: skip


def system_choice(system: str | None, mode: str | None) -> "SystemMode":
    """Turn the two options on system messages into one mode. Raises UsageError when they contradict."""
    from lineage.errors import UsageError

    if system is not None and mode not in {None, "custom"}:
        raise UsageError(f"--system gives a system message and --system-mode {mode} leaves it out: give one of them")
    if system is None and mode == "custom":
        raise UsageError("--system-mode custom needs the message: give --system TEXT")
    if mode == "none":
        return "none"
    return "template-default" if system is None else "custom"


def visible(text: str) -> str:
    """Show line breaks and tabs as signs, and break the line after each line break."""
    return text.replace("\t", "⇥").replace("\n", "⏎\n").rstrip("\n") or "(empty)"


def _variables(given: Sequence[str]) -> dict[str, Any]:
    from lineage.errors import UsageError

    found: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"{one!r}: give a variable as NAME=JSON, such as enable_thinking=false")
        try:
            found[name] = json.loads(text)
        except json.JSONDecodeError as error:
            hint = f"{name}='{json.dumps(text)}'"
            raise UsageError(
                f"{one!r}: what follows = is no JSON ({error.msg}); a text needs quotes: {hint}"
            ) from error
        if name in {"messages", "add_generation_prompt"}:
            raise UsageError(f"{one!r}: {name} is what the prompt is derived with and cannot be set")
    return found

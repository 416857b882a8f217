"""Thinking: turned on and off by the template's own switch, and told from the answer by its own markers."""

from typing import Any

import pytest

from lineage.errors import TemplateError
from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.reasoning import SplitAnswer
from lineage.generate.render import ChatTemplate
from lineage.generate.template import Choices, PromptFormat, derive
from tests.generate.shapes import TEMPLATES


def derived(name: str, **choices: Any) -> PromptFormat:
    return derive(read_bare(TEMPLATES / f"{name}.jinja"), Markers(), Choices(**choices))


@pytest.mark.parametrize(
    ("name", "thinking", "prefix", "response_prefix", "state"),
    [
        ("thinking_switch", "on", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "free"),
        ("thinking_switch", "off", "<|im_start|>user\n",
         "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n", "closed"),
        ("effort_word", "default", "<|start|><|mode|>effort:high<|user|>", "<|assistant|><musing>", "open"),
        ("effort_word", "off", "<|start|><|mode|>effort:no_think<|user|>", "<|assistant|><musing></musing>", "closed"),
        ("forced_thinking", "on", "<｜begin｜><｜User｜>", "<｜Assistant｜><think>\n", "open"),
        ("chatml", "off", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "none"),
    ],
)  # fmt: skip
def test_thinking_is_turned_by_the_templates_own_switch(
    name: str, thinking: str, prefix: str, response_prefix: str, state: str
) -> None:
    prompt = derived(name, thinking=thinking)
    assert (prompt.prefix, prompt.response_prefix, prompt.answer.state) == (prefix, response_prefix, state)


def test_what_the_switch_was_set_to_is_recorded() -> None:
    assert derived("thinking_switch", thinking="off").arguments == {"enable_thinking": False}
    assert derived("effort_word", thinking="off").arguments == {"effort_of_thought": "no_think"}
    assert derived("effort_word").arguments == {}
    assert derived("channels", arguments={"reasoning_effort": "low"}).prefix.startswith(
        "<|start|>system<|message|>You help people.\nEffort: low<|end|>"
    )


def test_a_switch_that_changes_nothing_is_none() -> None:
    source = "{% if enable_thinking %}{% endif %}" + read_bare(TEMPLATES / "chatml.jinja").source
    assert derive(ChatTemplate(source), Markers()).thinking_switch is None


def test_thinking_that_cannot_be_turned_is_refused_with_the_way_out() -> None:
    with pytest.raises(TemplateError, match=r"no switch to turn thinking off.*--response-prefix"):
        derived("forced_thinking", thinking="off")
    with pytest.raises(TemplateError, match=r"shows no thinking.*--template-arg"):
        derived("chatml", thinking="on")


@pytest.mark.parametrize(
    ("name", "written", "split"),
    [
        ("thinking_switch", "<think>\nTwo and two.\n</think>\n\nFour.", SplitAnswer("Four.", "Two and two.")),
        ("thinking_switch", "Four.", SplitAnswer("Four.")),
        ("thinking_switch", "<think>\nTwo and", SplitAnswer("", "Two and", complete=False)),
        ("thinking_switch", "<think>\n\n</think>\n\nFour, </think> or so.", SplitAnswer("Four, </think> or so.")),
        ("forced_thinking", "Two and two.\n</think>\n\nFour.", SplitAnswer("Four.", "Two and two.")),
        ("forced_thinking", "<think>Two</think>Four.", SplitAnswer("Four.", "Two")),
        ("forced_thinking", "Two and two", SplitAnswer("", "Two and two", complete=False)),
        ("forced_thinking", "", SplitAnswer("", None, complete=False)),
        ("chatml", " Four. </think>\n", SplitAnswer("Four. </think>")),
        ("channels", "<|channel|>analysis<|message|>Two.<|end|><|start|>assistant<|channel|>final<|message|>Four.",
         SplitAnswer("Four.", "Two.")),
        ("channels", "<|channel|>final<|message|>Four.", SplitAnswer("Four.")),
        ("channels", "<|channel|>analysis<|message|>Two.", SplitAnswer("", "Two.", complete=False)),
        ("channels_one_end", "<|think|>Two.<|end|><|begin|>assistant<|content|>Four.<|end|>",
         SplitAnswer("Four.", "Two.")),
        ("channels_one_end", "<|content|>Four.<|end|>", SplitAnswer("Four.")),
    ],
)  # fmt: skip
def test_reasoning_is_told_from_the_answer(name: str, written: str, split: SplitAnswer) -> None:
    assert derived(name).answer.split(written) == split


def test_an_answer_does_not_stop_where_only_its_reasoning_ends() -> None:
    channels = derived("channels")
    assert "<|end|>" in channels.stop_strings
    assert "<|end|>" not in channels.response_stops
    assert "<|start|>" not in channels.response_stops
    assert "<|return|>" in channels.response_stops
    assert derived("channels_one_end").response_stops == ("<|end|><|begin|>user<|content|>",)
    assert "<|im_end|>" in derived("thinking_switch").response_stops


def test_thinking_of_a_forced_block_is_warned_about() -> None:
    assert any("opens a block of reasoning" in one for one in derived("forced_thinking").warnings)
    assert not any("reasoning" in one for one in derived("thinking_switch", thinking="off").warnings)

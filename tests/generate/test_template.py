"""The prefix, the stops and the refusals, on templates written for one trait each."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.errors import TemplateError, UsageError
from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.render import ChatTemplate, render
from lineage.generate.template import Choices, PromptFormat, derive
from tests.generate.shapes import FAILING, TEMPLATES, WORKING


def derived(name: str, **choices: Any) -> PromptFormat:
    return derive(read_bare(TEMPLATES / f"{name}.jinja"), Markers(), Choices(**choices))


@pytest.mark.parametrize(
    ("name", "prefix", "response_prefix", "stops"),
    [
        ("chatml", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", {"<|im_end|>"}),
        ("trimming", "<|head|>user<|headend|>\n\n", "<|turnend|><|head|>assistant<|headend|>\n\n", {"<|turnend|>"}),
        ("ends_differ", "<s>[INST] ", " [/INST]", {"[/INST]", "</s>"}),
        ("header_ends_turn", "[gMASK]<sop><|user|>\n", "<|assistant|>\n<think>\n", {"<|assistant|>", "<|user|>"}),
        ("system_refused", "<turn>user\n", "</turn>\n<turn>model\n", {"</turn>"}),
        ("no_special_token", "User: ", "\n\nAssistant:", {"\n\nAssistant:", "\n\nUser:"}),
        ("odd_markers", "]~b]user\n", "[e~[\n]~b]ai\n<think>\n", {"[e~["}),
        ("parts", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", {"<|im_end|>"}),
        ("needs_tools", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", {"<|im_end|>"}),
        (
            "role_first",
            "guide<|sep|>\nYou talk with people.<|next|>\n\nuser<|sep|>\n",
            "<|next|>\n\nassistant<|sep|>\n",
            {"<|next|>"},
        ),
        ("white_space_before_end", "<|begin_user|>\n", "\n<|end|>\n<|begin_assistant|>\n", {"<|end|>"}),
    ],
)
def test_prefix_and_stops_of_a_template(name: str, prefix: str, response_prefix: str, stops: set[str]) -> None:
    prompt = derived(name)
    assert (prompt.prefix, prompt.response_prefix) == (prefix, response_prefix)
    assert stops <= set(prompt.stop_strings)
    assert "<think>" not in prompt.stop_strings


@pytest.mark.parametrize("name", sorted(FAILING))
def test_a_template_that_is_not_context_free_is_refused(name: str) -> None:
    with pytest.raises(TemplateError, match="--prefix"):
        derived(name)


def test_a_prefix_that_depends_on_an_answer_being_asked_for_is_the_one_a_model_sees_then() -> None:
    prompt = derived("prefix_of_answers")
    assert prompt.prefix == "<|im_start|>system\nAnswer now.<|im_end|>\n<|im_start|>user\n"
    assert any("when no answer is asked for" in warning for warning in prompt.warnings)


@pytest.mark.parametrize("name", WORKING)
@settings(max_examples=25)
@given(text=st.text(min_size=1, max_size=60).map(str.strip).filter(bool))
def test_prefix_message_and_response_prefix_are_what_the_template_renders(name: str, text: str) -> None:
    template, prompt = read_bare(TEMPLATES / f"{name}.jinja"), derived(name)
    assert prompt.dialect is not None
    whole = render(template, [("user", text)], dialect=prompt.dialect, generation_prompt=True)
    assert whole == prompt.prefix + text + prompt.response_prefix


@pytest.mark.parametrize("name", WORKING)
def test_a_later_turn_begins_with_the_first_prefix(name: str) -> None:
    template, prompt = read_bare(TEMPLATES / f"{name}.jinja"), derived(name)
    assert prompt.dialect is not None
    chat = [("user", "Why?"), ("assistant", "Because."), ("user", "How?")]
    assert render(template, chat, dialect=prompt.dialect, generation_prompt=True).startswith(prompt.prefix + "Why?")


def test_traits_are_recorded_and_warned_about() -> None:
    assert derived("trimming").trims_content
    assert not derived("chatml").trims_content
    assert not derived("system_refused").system_supported
    assert derived("parts").dialect.parts  # type: ignore[union-attr]
    assert derived("needs_tools").dialect.tools  # type: ignore[union-attr]
    assert any("bare file" in warning for warning in derived("eos_variable").warnings)
    assert derived("eos_variable").assistant_end == "</s>"


def test_the_clock_stands_still() -> None:
    prompt = derived("date")
    assert "Today is 01 January 2025" in prompt.prefix
    assert prompt.clock == "2025-01-01"
    assert derived("chatml").clock is None


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("default_system", "<|im_start|>user\n"),
        ("date", "<|im_start|>user\n"),
        ("header_ends_turn", "[gMASK]<sop><|user|>\n"),
        ("forced_thinking", "<｜begin｜><｜User｜>"),
        ("unusual_start", "]~!b[]~b]user\n"),
        ("role_first", "user<|sep|>\n"),
        ("effort_word", "<|start|><|user|>"),
        ("channels", "<|start|>user<|message|>"),
    ],
)
def test_no_system_mode_leaves_only_the_header(name: str, prefix: str) -> None:
    assert derived(name, system_mode="none").prefix == prefix


def test_a_system_message_is_put_first_or_refused_aloud() -> None:
    assert derived("chatml", system_mode="custom", system="Be brief.").prefix == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n"
    )
    assert derived("folded_system", system_mode="custom", system="Be brief.").prefix == "<s>[INST]Be brief.\n\n"
    with pytest.raises(TemplateError, match="refuses or drops"):
        derived("system_refused", system_mode="custom", system="Be brief.")


def test_a_system_text_of_thousands_of_characters_is_one_prefix() -> None:
    template = read_bare(TEMPLATES / "default_system.jinja")
    long = " ".join(f"Rule {number}: [never] <always> say {number}." for number in range(300))
    prompt = derive(replace(template, source=template.source.replace("You are a careful", long)), Markers())
    assert len(prompt.prefix) > 5_000
    assert prompt.prefix.endswith("<|im_start|>user\n")
    assert prompt.stop_strings == ("<|im_end|>", "<|im_start|>")


def test_variables_that_a_template_cannot_do_without_are_given_and_named() -> None:
    prompt = derived("needs_variables")
    assert "Functions: []\nToday is 2025-01-01." in prompt.prefix
    assert prompt.clock == "2025-01-01"
    assert [one for one in prompt.warnings if "needs a variable" in one and "--template-arg functions=JSON" in one]
    given = derived("needs_variables", arguments={"functions": "none", "datetime": "Monday"})
    assert "Functions: none\nToday is Monday." in given.prefix
    assert not any("needs a variable" in one for one in given.warnings)


def test_a_variable_that_nothing_empty_can_stand_for_is_named_with_the_way_out() -> None:
    source = "{{ settings.greeting() }}" + read_bare(TEMPLATES / "chatml.jinja").source
    with pytest.raises(TemplateError, match=r"'settings' is undefined; set it with --template-arg settings=JSON, or"):
        derive(ChatTemplate(source), Markers())


def test_a_literal_before_the_end_of_a_turn_is_cut_from_messages() -> None:
    prompt = derived("literal_before_end", arguments={"quiet": True})
    assert prompt.response_prefix == "/hush<|stop|><|assistant|>"
    assert prompt.clean(" Why is the sky blue?/hush\n") == "Why is the sky blue?"
    assert derived("literal_before_end").clean(" Why?/hush") == "Why?/hush"


def test_missing_and_empty_files_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_bare(tmp_path / "none.jinja")
    (tmp_path / "empty.jinja").write_text("")
    with pytest.raises(UsageError, match="empty"):
        read_bare(tmp_path / "empty.jinja")

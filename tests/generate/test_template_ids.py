"""Prompts as token ids, on real tokenizers of each family made here."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.errors import TemplateError, UsageError
from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.model import prompt_of
from lineage.generate.prompt_ids import PromptIds, decode, encode, instruction_ids, response_ids, special_tokens, to_ids
from lineage.generate.prompt_options import PromptOptions
from lineage.generate.render import ChatTemplate
from lineage.generate.template import PromptFormat, by_hand, derive
from tests.generate import tokenizers_made_here as made
from tests.generate.shapes import TEMPLATES, WORKING

CHATML = (TEMPLATES / "chatml.jinja").read_text()
INST = (
    "{{ bos_token }}{% for m in messages %}"
    "{{ '[INST] ' + m.content + ' [/INST]' if m.role == 'user' else ' ' + m.content + eos_token }}{% endfor %}"
)
PLAIN = (TEMPLATES / "no_special_token.jinja").read_text()
HISTORY = [("user", "Why?"), ("assistant", "So.")]


def prompt_for(tokenizer: Any, source: str) -> tuple[PromptFormat, PromptIds]:
    names = {"bos_token": tokenizer.bos_token or "", "eos_token": tokenizer.eos_token or "</s>"}
    prompt = derive(ChatTemplate(source, special_tokens=names), Markers(special_tokens(tokenizer)))
    return prompt, to_ids(tokenizer, prompt)


@pytest.mark.parametrize("name", WORKING)
def test_prefix_ids_decode_to_the_prefix(name: str) -> None:
    template = read_bare(TEMPLATES / f"{name}.jinja")
    plain = derive(template, Markers())
    chat = "".join(plain.pieces(2))
    tokenizer = made.byte_level(*dict.fromkeys(Markers().all_in(chat)))
    prompt = derive(template, Markers(special_tokens(tokenizer)))
    ids = to_ids(tokenizer, prompt)
    assert decode(tokenizer, ids.prefix_ids) + ids.left_out == prompt.prefix
    assert ids.left_out in {"", " "}
    assert decode(tokenizer, ids.response_prefix_ids) == prompt.response_prefix
    known = special_tokens(tokenizer)
    assert set(ids.stop_ids) == {known[one] for one in prompt.stop_strings if one in known}
    assert set(ids.text_stops) == {one for one in prompt.stop_strings if one not in known}


def test_a_tokenizer_that_adds_a_beginning_of_text_gives_exactly_one() -> None:
    for source in (INST, "{{ bos_token }}" + INST):
        tokenizer = made.sentence_piece("[INST]", "[/INST]", "</s>", bos="<s>")
        _, ids = prompt_for(tokenizer, source)
        assert ids.bos == "one"
        assert ids.prefix_ids.count(tokenizer.bos_token_id) == 1
        for whole in (
            response_ids(tokenizer, prompt_for(tokenizer, source)[0], "Why?", HISTORY),
            instruction_ids(tokenizer, prompt_for(tokenizer, source)[0], ids, HISTORY),
        ):
            assert whole[0] == tokenizer.bos_token_id
            assert whole.count(tokenizer.bos_token_id) == 1
    assert any("one is kept" in one for one in ids.warnings)


def test_a_template_without_a_beginning_of_text_gets_none() -> None:
    tokenizer = made.byte_level("<|im_start|>", "<|im_end|>", bos="<s>")
    _, ids = prompt_for(tokenizer, CHATML)
    assert ids.bos == "absent"
    assert tokenizer.bos_token_id not in ids.prefix_ids
    assert prompt_for(made.byte_level("<|im_start|>", "<|im_end|>"), CHATML)[1].bos == "none"


@pytest.mark.parametrize(
    "tokenizer",
    [made.sentence_piece("[INST]", "[/INST]", "</s>", scheme="always"),
     made.sentence_piece("[INST]", "[/INST]", "</s>", scheme="first"),
     made.unigram("[INST]", "[/INST]", "</s>")],
    ids=["always", "first", "unigram"],
)  # fmt: skip
def test_a_blank_that_a_messages_first_token_takes_along_is_left_to_it(tokenizer: Any) -> None:
    prompt, ids = prompt_for(tokenizer, INST)
    assert prompt.prefix.endswith("[INST] ")
    assert (ids.boundary_merge, ids.left_out) == (True, " ")
    assert any("joins the end of the prefix" in one for one in ids.warnings)
    # What the ids stop short of comes with the message: together they are the whole, tokenised at once.
    for message in ("Write it.", "how?", "why 1 2 3"):
        whole = encode(tokenizer, prompt.prefix + message + prompt.response_prefix)
        assert tuple(whole[: len(ids.prefix_ids)]) == ids.prefix_ids
        assert tuple(whole[len(whole) - len(ids.response_prefix_ids) :]) == ids.response_prefix_ids
        assert response_ids(tokenizer, prompt, message) == tuple(whole)


def test_a_family_without_special_tokens_stops_at_its_words() -> None:
    tokenizer = made.byte_level()
    prompt, ids = prompt_for(tokenizer, PLAIN)
    assert (prompt.prefix, ids.left_out) == ("User: ", " ")
    assert ids.stop_ids == ()
    assert ids.text_stops == ("\n\nAssistant:", "\n\nUser:")
    assert any("is no token of this tokenizer" in one for one in ids.warnings)


def test_characters_outside_the_vocabulary_go_through_as_bytes() -> None:
    tokenizer = made.sentence_piece("<|im_start|>", "<|im_end|>", scheme="first")
    prompt, ids = prompt_for(tokenizer, CHATML.replace("'\\n'", "' → 你\\n'"))
    assert " → 你\n" in prompt.prefix
    assert decode(tokenizer, ids.prefix_ids) == prompt.prefix


def test_a_tokenizer_that_cannot_write_the_prefix_is_refused_with_the_way_out() -> None:
    tokenizer = made.word_piece()
    with pytest.raises(TemplateError, match=r"cannot write the prefix.*--prefix"):
        prompt_for(tokenizer, CHATML.replace("message['role']", "message['role'] | upper"))
    ids = to_ids(tokenizer, by_hand("USER ", " BOT", ["USER"]))
    assert any("cannot write the prefix" in one for one in ids.warnings)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=st.lists(st.text(alphabet="ab <|im_start|><|im_end|>\n你", max_size=30), min_size=3, max_size=3))
def test_no_message_adds_a_control_token(messages: list[str]) -> None:
    tokenizer = made.byte_level("<|im_start|>", "<|im_end|>")
    prompt, _ = prompt_for(tokenizer, CHATML)
    first, answer, last = messages
    ids = response_ids(tokenizer, prompt, last, [("user", first), ("assistant", answer)])
    control = special_tokens(tokenizer)
    assert [one for one in ids if one in control.values()] == [
        control[one] for one in ("<|im_start|>", "<|im_end|>") * 3
    ] + [control["<|im_start|>"]]
    assert decode(tokenizer, ids) == "".join(
        piece + text for piece, text in zip(prompt.pieces(2), [*messages, ""], strict=True)
    )


def test_a_model_with_several_templates_takes_the_default_one_or_the_one_asked_for() -> None:
    tokenizer = made.byte_level("<|im_start|>", "<|im_end|>")
    tokenizer.chat_template = {"default": CHATML, "tool_use": CHATML.replace("\\n", " ")}
    options = PromptOptions(template="tool_use")
    assert prompt_of(tokenizer, "m", PromptOptions(), PromptOptions().choices).template_name == "default"
    chosen = prompt_of(tokenizer, "m", options, options.choices)
    assert (chosen.template_name, chosen.prefix) == ("tool_use", "<|im_start|>user ")
    wrong = PromptOptions(template="rag")
    with pytest.raises(TemplateError, match="--template one of default, tool_use"):
        prompt_of(tokenizer, "m", wrong, wrong.choices)


def test_a_tokenizer_without_a_template_needs_one_by_hand() -> None:
    tokenizer = made.byte_level()
    with pytest.raises(UsageError, match=r"no chat template.*--prefix"):
        prompt_of(tokenizer, "m", PromptOptions(), PromptOptions().choices)
    options = PromptOptions(prefix="Q: ", response_prefix="\nA:", stops=("\nQ:",))
    assert to_ids(tokenizer, prompt_of(tokenizer, "m", options, options.choices)).text_stops == ("\nQ:",)


def test_answers_may_be_asked_for_under_other_choices_than_instructions() -> None:
    tokenizer = made.byte_level("<|im_start|>", "<|im_end|>")
    tokenizer.chat_template = (TEMPLATES / "thinking_switch.jinja").read_text()
    options = PromptOptions(system_mode="custom", system="Maths.", response_system_mode="none", response_thinking="off")
    asked = prompt_of(tokenizer, "m", options, options.choices)
    answered = prompt_of(tokenizer, "m", options, options.response_choices)
    assert asked.prefix == "<|im_start|>system\nMaths.<|im_end|>\n<|im_start|>user\n"
    assert (answered.prefix, answered.answer.state) == ("<|im_start|>user\n", "closed")

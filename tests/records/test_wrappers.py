"""Prompts come out of the templates they were published in; anything else is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.records.sample import Message
from lineage.records.wrappers import join_input, read_dialogue, unwrap_prompt

# No markers of any template, and no white space at the ends, which some templates trim.
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="#<>[]:|"), min_size=1, max_size=40).map(
    str.strip
).filter(bool)  # fmt: skip

ALPACA = "Below is an instruction that describes a task. Write a response that appropriately completes the request."
PAIRED = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request."
)
VICUNA = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
CURIOUS_HUMAN = VICUNA.replace("user", "human")

# name: (the part up to the response, the response's end)
WRAPPERS = {
    "alpaca": (f"{ALPACA}\n\n### Instruction:\n{{x}}\n\n### Response:", ""),
    "alpaca flattened": (f"{ALPACA} ### Instruction: {{x}} ### Response: ", ""),
    "hash instruction": ("### Instruction:\n{x}\n\n### Response:\n", ""),
    "guanaco": ("### Human: {x}### Assistant: ", ""),
    "vicuna v0": (f"{CURIOUS_HUMAN}\n### Human: {{x}}\n### Assistant: ", ""),
    "hh": ("\n\nHuman: {x}\n\nAssistant: ", ""),
    "vicuna": (f"{VICUNA} USER: {{x}} ASSISTANT: ", "</s>"),
    "user": ("USER: {x}\nASSISTANT: ", ""),
    "llama 2": ("<s>[INST] {x} [/INST] ", " </s>"),
    "chatml": ("<|im_start|>user\n{x}<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n"),
    "llama 3": (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{x}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|>",
    ),
    "gemma": ("<bos><start_of_turn>user\n{x}<end_of_turn>\n<start_of_turn>model\n", "<end_of_turn>\n"),
    "zephyr": ("<|user|>\n{x}</s>\n<|assistant|>\n", "</s>"),
    "question": ("Question: {x}\nAnswer: ", ""),
}


@pytest.mark.parametrize("name", WRAPPERS)
@given(x=plain)
def test_a_wrapped_prompt_unwraps_to_itself(name: str, x: str) -> None:
    start, _ = WRAPPERS[name]

    assert unwrap_prompt(start.format(x=x).rstrip()) == (Message("user", x),)


@pytest.mark.parametrize("name", WRAPPERS)
@given(x=plain, y=plain)
def test_a_wrapped_dialogue_reads_as_its_messages(name: str, x: str, y: str) -> None:
    start, end = WRAPPERS[name]

    assert read_dialogue(start.format(x=x) + y + end) == (Message("user", x), Message("assistant", y))


@given(x=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="#"), min_size=1, max_size=40))
def test_the_alpaca_template_gives_back_every_character(x: str) -> None:
    assert unwrap_prompt(f"{ALPACA}\n\n### Instruction:\n{x}\n\n### Response:") == (Message("user", x),)


@given(x=plain, given_input=plain)
def test_the_alpaca_template_with_input_equals_the_columns(x: str, given_input: str) -> None:
    for gap, line in (("\n\n", "\n"), (" ", " ")):
        wrapped = f"{PAIRED}{gap}### Instruction:{line}{x}{gap}### Input:{line}{given_input}{gap}### Response:"
        assert unwrap_prompt(wrapped) == (Message("user", join_input(x, given_input)),)


@given(x=plain, y=plain, z=plain)
def test_turns_keep_their_order_and_a_system_text_is_kept(x: str, y: str, z: str) -> None:
    llama = f"<s>[INST] <<SYS>>\n{z}\n<</SYS>>\n\n{x} [/INST] {y} </s><s>[INST] {z} [/INST]"
    turns = [("system", z), ("user", x), ("assistant", y), ("user", z)]
    chatml = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in turns)
    expected = (Message("system", z), Message("user", x), Message("assistant", y), Message("user", z))

    assert read_dialogue(llama) == read_dialogue(chatml) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Below is an instruction that describes a task. Explain the phrase.",
        f"{ALPACA}\n\n### Instruction:\nx\n\n### Input:\ny\n\n### Response:",  # the template without input has none
        f"Note. {ALPACA}\n\n### Instruction:\nx\n\n### Response:",
        "### Instruction:\nA heading in a document about instructions.",
        "### Human: who goes there",
        "Human: what is a Human: in this text?",
        "### Human: a### Human: b### Assistant: c",
        "USER: x",
        "Use [INST] tags in Llama 2.",
        "[INST] x",
        "<|im_start|>user\nx<|im_start|>assistant\ny<|im_end|>",
        "Question: a\nAnswer: b\n\nQuestion: c\nAnswer:",
        "",
    ],
)
def test_text_that_is_not_the_whole_shape_is_left_alone(text: str) -> None:
    assert read_dialogue(text) is None


def test_a_prompt_that_ends_with_the_assistant_is_not_unwrapped() -> None:
    assert unwrap_prompt("\n\nHuman: a\n\nAssistant: b") is None


@pytest.mark.parametrize(
    "none",
    [
        None,
        "",
        " ",
        "<noinput>",
        "<no input>",
        "No input.",
        "noinput",
        '"<noinput>"',
        "< noinput >",
        "`<noinput>`",
        "[No Input]",
        "No input required.",
    ],
)
def test_every_way_to_say_no_input_means_none(none: str | None) -> None:
    assert join_input("Name a river.", none) == "Name a river."


def test_an_input_that_only_mentions_it_is_kept() -> None:
    assert join_input("Complete.", "The boy <noinput> the ball").endswith("\n\nThe boy <noinput> the ball")


def test_a_long_text_is_looked_at_in_linear_time() -> None:
    for start in (
        "### Human: ",
        f"{PAIRED}\n\n### Instruction:\n",
        "[INST] ",
        "Question: ",
        "\n\nHuman: ",
        "<|im_start|>user\n",
    ):
        read_dialogue(start + "a \n\n### Input:\n" * 200_000)

"""What each rule on one text calls a reason, and what it leaves alone."""

import pytest

from lineage.errors import UsageError
from lineage.generate.filters.control import ControlTokens
from lineage.generate.filters.echo import prompt_echo
from lineage.generate.filters.incomplete import incomplete, open_fence
from lineage.generate.filters.language import NgramDetector, ScriptDetector, check_languages
from lineage.generate.filters.openings import assistant_opening
from lineage.generate.filters.refusal import refusal
from lineage.generate.filters.repetition import INSTRUCTION_LIMITS, RESPONSE_LIMITS, repetition
from lineage.generate.filters.roles import assistant_turn, user_turn

PLAIN = [
    "What is the capital of Portugal?",
    "What are these boots made of",
    "Question: how long is a marathon?\nAnswer:",
    "Write the reply.\nA: Did you see the film?\nB:",
    "fix this: int x = 5;",
    ".NET or Java for a small web shop?",
    "Here are three numbers: 3, 5, 8. Which one is not prime?",
    "Sure-fire ways to win at chess",
    "Of course plans for a golf club: what should be on them?",
    "I am an aikido teacher. Suggest a name for my school.",
    "Explain what <div> and </s> do, and `a <| f |> b` in F#.",
    "Explain the label “Assistant:” in a transcript.",
    "列出三种在夜间活动的动物。",
]


@pytest.mark.parametrize("text", PLAIN)
def test_an_ordinary_instruction_is_left_alone(text: str) -> None:
    found = [incomplete(text), ControlTokens().find(text), assistant_turn(text), assistant_opening(text)]

    assert found == [None] * 4
    assert repetition(text, INSTRUCTION_LIMITS) is None


@pytest.mark.parametrize(
    "text",
    [
        "Translate the following sentence into German:",
        "Write a function that takes a list and",
        ", and then explain why it matters.",
        "Here is my code:\n```python\nprint(1)\n",
        "说出五种常见病，",
        "Choose the right word from “",
    ],
)
def test_half_an_instruction_is_incomplete(text: str) -> None:
    assert incomplete(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Sure, here is a poem about the sea.",
        "Certainly! The three steps are as follows.",
        "As an AI language model, I cannot feel.",
        "Here are some possible titles for your essay:\n1. Dawn",
        "I'm sorry, but I do not understand.",
        "How can I help you today?",
        "当然！以下是一些建议。",
    ],
)
def test_an_answer_is_no_instruction(text: str) -> None:
    assert assistant_opening(text) is not None


@pytest.mark.parametrize(
    "token", ["<|im_end|>", "<｜Assistant｜>", "<start_of_turn>", "[/INST]", "<<SYS>>", "<extra_7>"]
)
def test_a_control_token_is_found_written_out(token: str) -> None:
    assert ControlTokens(["<extra_7>", " "]).find(f"Say {token} twice") == token


def test_a_second_turn_inside_a_message_is_found() -> None:
    assert assistant_turn("Name a prime.\n\nAssistant: 7") == "Assistant:"
    assert user_turn("Name a prime.", "7\n\n### Human: And another?") == "### Human:"
    assert user_turn("Write a chat of two people.", "It goes so.\nUser: Hi\nBot: Hello") is None
    assert user_turn("Sort these.", "Human: living\nCar: not living") is None


def test_loops_are_repetition_and_songs_are_not() -> None:
    loop = "The cat was in the box and the box was open. " * 12
    song = "Row row row your boat, gently down the stream. Merrily, merrily, life is but a dream. " * 2

    assert repetition(loop, RESPONSE_LIMITS) is not None
    assert repetition(song, RESPONSE_LIMITS) is None
    assert repetition("=" * 4000, RESPONSE_LIMITS) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot provide information on how to commit fraud.",
        "As an AI language model, I cannot write songs.",
        "I apologize, but I don't feel comfortable writing that.",
        "Unfortunately, as a language model, I am not able to write code.",
        "很抱歉，我无法回答这个问题。",
    ],
)
def test_a_refusal_is_recognised(text: str) -> None:
    assert refusal(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ms Hill, I am sorry to say that I cannot attend the meeting.",
        "I'm sorry, but there is a small mistake in your sum: 2 + 2 is 4.",
        "Friend: Sorry, I can't. I have no books to spare.",
        "You cannot divide by zero.",
    ],
)
def test_an_apology_is_no_refusal(text: str) -> None:
    assert refusal(text) is None


def test_a_response_that_repeats_the_prompt_is_an_echo_and_a_correction_is_not() -> None:
    prompt = "Correct the mistake in this sentence.\nThe dogs runs across the wide green field every day."

    assert prompt_echo(prompt, prompt.upper()) == 1.0
    assert prompt_echo(prompt, "The dogs run across the wide green field every day.") is None
    assert prompt_echo("Paris or London?", "Paris or London?") is None


def test_an_open_block_of_code_is_seen() -> None:
    assert open_fence("```\na\n```\n~~~\nb")
    assert not open_fence("```\na\n```")


def test_languages_are_told_by_letters_and_doubt_keeps_a_text() -> None:
    detector = NgramDetector()
    french = "Écris une lettre de motivation pour un poste d'ingénieur."

    assert detector.language(french) == "fr"
    assert detector.is_foreign(french, ["en"]) == "fr"
    assert detector.is_foreign(french, ["en", "fr"]) is None
    assert detector.is_foreign("print(x)", ["fr"]) is None
    assert detector.language("写一首关于春天的诗。") == "zh"


def test_without_the_extra_scripts_are_told_and_nothing_else() -> None:
    detector = ScriptDetector()

    assert detector.is_foreign("写一首关于春天的诗。", ["en"]) == "cjk"
    assert detector.is_foreign("Écris une lettre de motivation.", ["en"]) is None
    assert detector.language("Écris une lettre de motivation.") is None
    assert detector.language("春についての詩を書いてください。") == "ja"
    assert detector.is_foreign("Напиши стихотворение о весне.", ["uk"]) is None


@pytest.mark.parametrize("detector", [NgramDetector(), ScriptDetector()], ids=lambda one: one.name)
def test_an_unknown_language_is_refused(detector: NgramDetector | ScriptDetector) -> None:
    with pytest.raises(UsageError, match="klingon"):
        check_languages(["en", "klingon"], detector)

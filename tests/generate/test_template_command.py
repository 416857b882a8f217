"""`lineage template`: what it shows to people and to programs, and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lineage.cli.template import template as command
from lineage.errors import TemplateError, UsageError
from tests.generate.shapes import TEMPLATES


def run(name: str, *options: str) -> Result:
    return CliRunner().invoke(command, [str(TEMPLATES / f"{name}.jinja"), *options], catch_exceptions=False)


def document(name: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(name, *options, "--json").stdout)
    return found


def test_programs_get_the_documented_keys() -> None:
    found = document("chatml")
    assert found["schema"] == "lineage.template/1"
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    for key in (*found, *found["reasoning"]):
        assert f"`{key}`" in page, key
    assert found["pieces"] == [found["prefix"], found["response_prefix"]]


def test_people_see_a_chat_of_as_many_turns_as_they_ask_for() -> None:
    shown = run("chatml", "--turns", "2").stdout
    chat = "<|im_start|>user⏎\n«message 1»<|im_end|>⏎\n<|im_start|>assistant⏎\n«answer 1»<|im_end|>⏎\n"
    assert chat in shown
    assert "«message 2»" in shown
    assert "«message 3»" not in shown
    assert len(document("chatml", "--turns", "3")["pieces"]) == 6


def test_warnings_go_to_stderr_and_into_the_document() -> None:
    assert "today's date" in run("date").stderr
    assert "today's date" not in run("date").stdout
    assert any("today's date" in one for one in document("date")["warnings"])


def test_thinking_and_variables_are_set_and_shown() -> None:
    off = document("thinking_switch", "--thinking", "off")
    assert (off["thinking"], off["template_arguments"]) == ("off", {"enable_thinking": False})
    assert off["reasoning"]["state"] == "closed"
    assert off["reasoning"]["switch"] == {"on": {"enable_thinking": True}, "off": {"enable_thinking": False}}
    low = document("channels", "--template-arg", 'reasoning_effort="low"')
    assert "Effort: low" in low["prefix"]
    assert "reasoning_effort" in run("channels", "--template-arg", 'reasoning_effort="low"').stdout


def test_answers_are_shown_apart_where_they_are_asked_for_otherwise() -> None:
    found = document("thinking_switch", "--system", "Maths.", "--response-system-mode", "none")
    assert found["pieces"][0].startswith("<|im_start|>system\nMaths.")
    assert found["answer_pieces"][0] == "<|im_start|>user\n"
    assert "before answers:" in run("thinking_switch", "--response-thinking", "off").stdout


def test_a_huge_piece_is_shortened_for_people_alone(tmp_path: Path) -> None:
    long = "x y " * 5_000
    source = (TEMPLATES / "default_system.jinja").read_text().replace("You are a careful", long + "careful")
    (tmp_path / "long.jinja").write_text(source)
    shown = CliRunner().invoke(command, [str(tmp_path / "long.jinja")], catch_exceptions=False).stdout
    assert len(shown) < 4_000
    assert "characters more, all with --json" in shown


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("reasoning_effort=low", r"a text needs quotes: reasoning_effort='\"low\"'"),
        ("reasoning_effort", "NAME=JSON"),
        ("messages=[]", "cannot be set"),
    ],
)
def test_a_variable_that_cannot_be_read_is_explained(given: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        run("channels", "--template-arg", given)


def test_what_cannot_be_derived_is_refused_and_taken_by_hand() -> None:
    with pytest.raises(TemplateError, match="--prefix"):
        run("upper_case")
    by_hand = ("--prefix", "Q: ", "--response-prefix", "\nA:", "--stop", "\nQ:", "--turn-prefix", "\nQ: ")
    assert document("upper_case", *by_hand, "--turns", "2")["pieces"] == ["Q: ", "\nA:", "\nQ: ", "\nA:"]

"""Real chat templates: every one derived, and equal to what the public engine of transformers renders."""

from collections import Counter
from pathlib import Path

import pytest

from tests.real_templates.checks import CHOICES, Outcome, check_folder

# Refusals that are right: what the template has no place for. Each names the way out.
REASONS = {
    "refuses or drops a system message": "--prefix",
    "has no switch to turn thinking off": "--response-prefix",
    "shows no thinking, so there is none to turn on": "--template-arg",
}


@pytest.fixture(scope="module")
def outcomes(shared_data: Path) -> list[Outcome]:
    return list(check_folder(shared_data / "chat_templates"))


def test_every_template_is_derived_without_any_option(outcomes: list[Outcome]) -> None:
    refused = {one.file: one.refused for one in outcomes if one.choice == "default" and one.refused}
    assert not refused


def test_what_is_derived_rebuilds_chats_of_one_to_five_messages_exactly(outcomes: list[Outcome]) -> None:
    wrong = {(one.file, one.choice): one.wrong for one in outcomes if one.wrong}
    assert not wrong
    derived = Counter(one.choice for one in outcomes if one.prompt)
    assert derived["default"] == derived["none"] == len(outcomes) // len(CHOICES)


def test_every_refusal_has_a_reason_and_a_way_out(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        if one.refused:
            reason = next((reason for reason in REASONS if reason in str(one.refused)), None)
            assert reason, one
            assert REASONS[reason] in str(one.refused), one

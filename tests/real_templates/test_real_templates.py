"""The prefix of real chat templates: derived, and equal to what the engine of transformers renders."""

import datetime as dt
from pathlib import Path

import pytest
from transformers.utils import chat_template_utils

from lineage.errors import TemplateError
from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.render import CLOCK
from lineage.generate.template import derive

# One template asks for a variable of its own, which no prefix can be derived without.
REFUSED = {"fireworks-ai-llama-3-firefunction-v2.jinja": "functions"}
CONTENT = "How do tides work?\nAnd why twice a day?"


class _Clock(dt.datetime):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
        return CLOCK


def _files(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "chat_templates").glob("*.jinja"))


def test_every_template_that_renders_gives_the_prefix_of_its_real_rendering(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_template_utils, "datetime", _Clock)
    refused, turns = {}, [{"role": "user", "content": CONTENT}, {"role": "assistant", "content": "The moon."}]
    for file in _files(shared_data):
        template = read_bare(file)
        try:
            prompt = derive(template, Markers())
        except TemplateError as error:
            refused[file.name] = str(error)
            continue
        assert prompt.dialect is not None
        for chat, last in (([turns[0]], True), ([*turns, turns[0]], False)):
            options = {"add_generation_prompt": True, "tools": [] if prompt.dialect.tools else None}
            ((whole,), _) = chat_template_utils.render_jinja_template(
                [chat], chat_template=template.source, **options, **template.special_tokens
            )
            assert whole.startswith(prompt.prefix + CONTENT), file.name
            if last:
                assert whole == prompt.prefix + CONTENT + prompt.response_prefix, file.name
        assert prompt.user_end, file.name
        assert prompt.user_end in prompt.response_prefix or any("eos_token" in one for one in prompt.warnings), (
            file.name
        )
        assert prompt.assistant_end in prompt.stop_strings, file.name
    assert set(refused) == set(REFUSED)
    for name, reason in REFUSED.items():
        assert reason in refused[name]

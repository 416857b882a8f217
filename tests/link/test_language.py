"""The words of a language as background: frequencies by the package, numbers, what happens without it."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import wordfreq
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError
from lineage.link.evidence import Grounds
from lineage.link.language import language_background
from lineage.link.link import link
from lineage.link.options import LinkOptions
from lineage.link.weight import weigh
from lineage.link.words import words_of
from tests.link.corpora import corpus


def bits(word: str, language: str = "en") -> float:
    ground = language_background(language, 5)
    (one,) = words_of(pa.array([word], pa.large_string())).hashes
    count = ground.words[int((one ^ (one >> np.uint64(32))) & np.uint64(len(ground.words) - 1))]
    return float(-np.log2((count + 0.5) / ground.total))


@pytest.mark.parametrize("word", ["the", "house", "photosynthesis", "7", "42", "1984", "2015"])
def test_words_and_numbers_have_the_surprisal_that_the_package_gives(word: str) -> None:
    assert bits(word) == pytest.approx(-np.log2(wordfreq.word_frequency(word, "en")), abs=0.15)


def test_a_word_that_is_not_listed_is_the_rarest() -> None:
    assert bits("qzxvbn") > bits("photosynthesis") > bits("house") > bits("the")


def test_languages_differ() -> None:
    assert bits("haus", "de") < bits("haus") - 3


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_no_tokenizer_is_needed_for_words_without_spaces(language: str) -> None:
    assert bits("人", language) < 14


def test_rare_words_of_small_sets_are_told_from_common_ones() -> None:
    texts = ["the house and the garden", "orthogonal lemniscate perihelion quaternion syzygy"]
    sides = [corpus(name, [(None, text) for text in texts]) for name in "ab"]
    rows = np.arange(2), np.arange(2)
    views = sides[0].view("response"), sides[1].view("response")
    alone, language = (weigh(*views, rows, Grounds(1, one).of((sides[0], sides[1]), 1)) for one in (None, "en"))
    assert alone[1] / alone[0] < 1.5
    assert language[1] / language[0] > 2


def test_an_unknown_background_or_language_is_named() -> None:
    with pytest.raises(UsageError, match="no background 'books'"):
        LinkOptions(background="books")
    rows = [("a prompt", "an answer")]
    with pytest.raises(UsageError, match=r"no words of the language 'xx'; it knows ar, bg"):
        link([corpus("a", rows), corpus("b", rows)], options=LinkOptions(background="wordfreq:xx"))


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    with pytest.raises(UsageError, match=r"pip install 'lineage-tracer\[frequency\]'"):
        Grounds(1, "pl")


def test_the_command_takes_a_background(tmp_path: Path) -> None:
    runner = CliRunner()
    files = [str(tmp_path / f"{name}.jsonl") for name in "ab"]
    for file in files:
        Path(file).write_text('{"prompt": "Name a syzygy of the moon", "response": "Full moon is a syzygy"}\n')
    result = runner.invoke(cli, ["link", *files, "--background", "wordfreq", "--show", "1"])
    assert result.exit_code == 0, result.output
    assert "bits (copy)" in result.output
    assert runner.invoke(cli, ["link", *files, "--background", "books"]).exit_code != 0

"""The page on formats names what the tables in the code hold."""

from pathlib import Path

from lineage.records.shapes import PROMPTS, RESPONSES, SHAPES

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()


def test_every_shape_stands_on_the_page_in_the_order_of_the_table() -> None:
    listed = [line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")]

    assert [name for name in listed if name in {shape.name for shape in SHAPES}] == list(
        dict.fromkeys(shape.name for shape in SHAPES)
    )


def test_every_name_of_a_prompt_and_a_response_stands_on_the_page_best_first() -> None:
    text = " ".join(PAGE.split())

    assert " | ".join(PROMPTS) in text
    assert " | ".join(RESPONSES) in text

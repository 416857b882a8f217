"""What rows say about who wrote them: model names in known columns, and the records of our own generator.

Takes the columns at their word; which of them to believe more is not decided here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lineage.records.sample import Sample

# Columns (dotted where nested) that name the author of a role, the most specific first. The bare names are the
# response's: published sets of prompts put their author's name under a longer one.
# Source: columns of Magpie, distilabel, AlpacaEval, WildChat, LMSYS and FastChat judge files.
COLUMNS = {
    "prompt": ("gen_input_configs.input_generator", "prompt_model", "instruction_model"),
    "response": (
        "gen_response_configs.output_generator", "response_model", "generation_model", "generator", "model_name",
        "model_id", "model",
    ),
}  # fmt: skip
_LONGEST_NAME = 200


@dataclass(slots=True)
class RowLabels:
    """Authors and runs that rows name, gathered in row order; rows, roles and models run in parallel.

    columns: how often each column was what named the author. runs: rows per run id. ran: models seen in each run.
    read: rows looked at.
    """

    rows: list[int] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    columns: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    ran: dict[str, set[str]] = field(default_factory=dict)
    read: int = 0

    def only(self, positions: list[int]) -> "RowLabels":
        """Keep some of the labels; what is known of runs and columns stays."""
        rows = [self.rows[at] for at in positions]
        roles, models = [self.roles[at] for at in positions], [self.models[at] for at in positions]
        return RowLabels(rows, roles, models, self.columns, self.runs, self.ran, self.read)

    def counts(self) -> dict[tuple[str, str], int]:
        """Count rows by (role, model)."""
        return dict(Counter(zip(self.roles, self.models, strict=True)))


def read_labels_of(samples: Iterable[Sample]) -> RowLabels:
    """Gather what the rows of a dataset say about their authors; a role without text has none."""
    labels = RowLabels()
    for row, sample in enumerate(samples):
        labels.read = row + 1
        named = {}
        for role, text in (("prompt", sample.prompt), ("response", sample.response)):
            found = _author(sample.meta, role) if text else None
            if found is not None:
                column, named[role] = found
                labels.rows.append(row)
                labels.roles.append(role)
                labels.models.append(named[role])
                labels.columns[column] += 1
        run = _name(_at(sample.meta, "lineage.run"))
        if run is not None:
            labels.runs[run] += 1
            labels.ran.setdefault(run, set()).update(named.values())
    return labels


def _author(meta: Mapping[str, object], role: str) -> tuple[str, str] | None:
    for column in (*_own_columns(meta, role), *COLUMNS[role]):
        name = _name(_at(meta, column))
        if name is not None:
            return column, name
    return None


def _own_columns(meta: Mapping[str, object], role: str) -> tuple[str, ...]:
    """Say where the record of our own generator names an author: a prompt is the model's own only when it drew it."""
    if role == "response":
        return ("lineage.model",)
    drew_it = isinstance(_at(meta, "lineage.instruction"), Mapping)
    return ("lineage.prompt_model", "lineage.model") if drew_it else ("lineage.prompt_model",)


def _at(meta: Mapping[str, object], column: str) -> object:
    value: object = meta
    for step in column.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _name(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    name = " ".join(value.split())
    return name if 0 < len(name) <= _LONGEST_NAME else None

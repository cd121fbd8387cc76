"""One network at many moments of its training: how its error flow came to be what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from errorflow.diagnosis.decay import middle_of
from errorflow.diagnosis.examine import diagnose
from errorflow.diagnosis.record import Diagnosis, LayerDiagnosis
from errorflow.networks import read_network
from errorflow.networks.read import CONTAINERS
from errorflow.numeric.arrays import Array
from errorflow.numeric.scaled import Integers

_BRIEF = (
    *("layer", "direction", "kind", "units", "inputs", "lags", "log2_norm", "log2_norm_quartiles"),
    *("horizon", "verdict", "rate"),
)


@dataclass(frozen=True, eq=False)
class Checkpoints:
    """Diagnoses by training step.

    files: in the order of training. steps: the number in each file's name, else its position. diagnoses: one for each.
    """

    files: tuple[str, ...]
    steps: Integers
    diagnoses: tuple[Diagnosis, ...]

    @property
    def lags(self) -> Integers:
        """The lags 0..Q."""
        return whole(self.diagnoses[0]).lags

    @property
    def name(self) -> str:
        """Whose flow it is: "all layers as one" where that is a recurrence, else the layer."""
        return whole(self.diagnoses[0]).name

    @property
    def log2_norm(self) -> Array:
        """Median log2 norm of this flow, (files, Q + 1)."""
        return np.stack([whole(each).log2_norm for each in self.diagnoses])

    @property
    def log2_error(self) -> Array | None:
        """Median log2 length of the read-out's own error, (files, Q + 1), if a loss was given."""
        flows = [each.loss_of(whole(each)) for each in self.diagnoses]
        return None if flows[0] is None else np.stack([middle_of(f.log2_error) for f in flows if f is not None])

    def json(self) -> dict[str, Any]:
        """As data: norms, horizon and verdict of every layer, and the error of the loss, by checkpoint."""
        rows = []
        for file, step, each in zip(self.files, self.steps, self.diagnoses, strict=True):
            row: dict[str, Any] = {"file": file, "step": step, "layers": [_brief(layer) for layer in each.layers]}
            if each.joint is not None:
                row["joint"] = _brief(each.joint)
            if each.loss is not None:
                flow = each.loss_of(whole(each))
                error = {} if flow is None else {"log2_error": middle_of(flow.log2_error)}
                row["loss"] = {"mean_value": float(each.loss.values.mean()), **error}
            rows.append(row)
        return {"checkpoints": rows}

    def _repr_html_(self) -> str:
        rows = [
            f"<tr><td>{step}</td><td>{escape(file)}</td><td><b>{last.verdict.word}</b></td><td>{last.horizon}</td>"
            f"<td>{last.log2_norm[-1]:z.3f}</td></tr>"
            for step, file, last in zip(self.steps, self.files, map(whole, self.diagnoses), strict=True)
        ]
        head = "<tr><th>step</th><th>file</th><th>verdict</th><th>horizon</th>"
        head += f"<th>log<sub>2</sub> norm at lag {self.lags[-1]}, {escape(self.name)}</th></tr>"
        return f"<table>{head}{''.join(rows)}</table>"

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture of the map over training step and lag. See `errorflow.plots.plot_checkpoints`."""
        from errorflow.plots import plot_checkpoints

        return plot_checkpoints(self, path, title)


def whole(diagnosis: Diagnosis) -> LayerDiagnosis:
    """What stands for a diagnosis: all layers as one where that was looked at, else the last layer that was."""
    return diagnosis.all[-1]


def _brief(layer: LayerDiagnosis) -> dict[str, Any]:
    data = layer.json()
    return {key: data[key] for key in _BRIEF}


def diagnose_checkpoints(
    folder: Path,
    inputs: Any,
    *,
    reading: dict[str, Any] | None = None,
    tell: Callable[[str], None] = lambda text: None,
    **options: Any,
) -> Checkpoints:
    """The diagnosis of every .safetensors or .npz file of a folder, without shares.

    reading: options of `errorflow.read_network`. options: of `errorflow.diagnose`.

    Raises: ValueError if the folder holds no such file; else as `read_network` and `diagnose`, with the file's name.
    """
    files = in_order(path for path in sorted(folder.iterdir()) if path.suffix.lower() in CONTAINERS and path.is_file())
    if not files:
        raise ValueError(f"{folder} must hold checkpoints, files that end in {' or '.join(CONTAINERS)}, got none")
    found = []
    for k, path in enumerate(files, 1):
        tell(f"checkpoint {k} of {len(files)}: {path.name}")
        network = read_network(path, **(reading or {}))
        try:
            found.append(diagnose(network, inputs, departures=False, **options))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
    if len({tuple((e.kind, e.units, e.inputs, e.direction, len(e.lags)) for e in each.all) for each in found}) > 1:
        raise ValueError(f"{folder} must hold checkpoints of one network, got networks of different layers")
    numbers = [_number(path) for path in files]
    steps = [k if n is None else n for k, n in enumerate(numbers)] if None not in numbers else range(len(files))
    return Checkpoints(tuple(p.name for p in files), np.array([s or 0 for s in steps]), tuple(found))


def in_order(paths: Any) -> Sequence[Path]:
    """Files by the last number in their names, so that step_9 stands before step_10."""
    return sorted(paths, key=lambda path: (_number(path) if _number(path) is not None else -1, path.name))


def _number(path: Path) -> int | None:
    numbers = re.findall(r"\d+", path.stem)
    return int(numbers[-1]) if numbers else None

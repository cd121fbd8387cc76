"""What a diagnosis says, as frozen data: for one layer, for all layers as one, for the read-out's own error."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from errorflow.diagnosis.both_ways import LossBothWays
from errorflow.diagnosis.decay import mean_share, middle_of
from errorflow.diagnosis.limits import Bound
from errorflow.diagnosis.loss import LossFlow
from errorflow.diagnosis.trap import Trap
from errorflow.diagnosis.units import Carriers
from errorflow.diagnosis.verdict import Verdict
from errorflow.numeric.arrays import Array
from errorflow.numeric.profile import Profile
from errorflow.numeric.scaled import Integers


@dataclass(frozen=True, eq=False)
class LayerDiagnosis:
    """The error flow of one layer and direction, or of all layers as one.

    Attributes
    ----------
    layer : int or 'joint'
        Its number from 0, or all layers as one.
    direction : str
        "forward" or "reverse".
    kind : str
        The built-in cell.
    units, inputs : int
        n and m.
    profile : Profile
        Over all sequences.
    verdict : Verdict
        The word, the rate and the reasons.
    bound : Bound
        Of the flow along one sequence.
    carriers : tuple of Carriers
        The units of each state block by half-life.
    rank_lags : array of int, (lags,)
        The lags at which the rank was worked out.
    rank : array of int, (sequences, lags)
        Numerical rank of the flow.
    trap : Trap
        What other looks would have shown.
    shares_to : int
        The largest lag to which the shares were followed; they are nan beyond.
    """

    layer: int | str
    direction: str
    kind: str
    units: int
    inputs: int
    profile: Profile
    verdict: Verdict
    bound: Bound
    carriers: tuple[Carriers, ...]
    rank_lags: Integers
    rank: Integers
    trap: Trap
    shares_to: int

    @property
    def name(self) -> str:
        """What was looked at, in words: "layer 0", "layer 1 reverse", "all layers as one"."""
        turned = " reverse" if self.direction == "reverse" else ""
        return "all layers as one" if self.layer == "joint" else f"layer {self.layer}{turned}"

    @property
    def lags(self) -> Integers:
        """The lags 0..Q in steps."""
        return self.profile.lags

    @property
    def log2_norm_by_sequence(self) -> Array:
        """log2 norms of the joint state, (batch, Q + 1)."""
        return np.atleast_2d(self.profile.log2_norm)

    @property
    def log2_norm(self) -> Array:
        """The median over sequences, by lag."""
        return middle_of(self.profile.log2_norm)

    @property
    def log2_norm_quartiles(self) -> tuple[Array, Array]:
        """The quartiles over sequences, by lag."""
        return middle_of(self.profile.log2_norm, 0.25), middle_of(self.profile.log2_norm, 0.75)

    @property
    def log2_norm_blocks(self) -> dict[str, Array]:
        """Medians by block, "new,old"."""
        return {f"{new},{old}": middle_of(v) for (new, old), v in self.profile.log2_norm_blocks.items()}

    @property
    def shares(self) -> dict[str, Array]:
        """Mean shares over sequences, so that they still sum to 1."""
        return {label or "net": mean_share(values) for label, values in self.profile.shares.items()}

    @property
    def sequences_with_shares(self) -> int:
        """Over how many sequences the shares are means: of a stack, the first few."""
        return next((len(np.atleast_2d(values)) for values in self.profile.shares.values()), 0)

    @property
    def horizon(self) -> int:
        """The largest lag up to which the median norm stays at or above the threshold."""
        return self.verdict.horizon

    def plot(self, path: Any = None, title: str = "") -> Any:
        """As `Diagnosis.plot`, of this layer alone.

        Parameters
        ----------
        path : str or path-like, optional
            Ends in .pdf, .svg or .png.
        title : str, default ''
            Stands above the picture.

        Returns
        -------
        Path or Picture

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        return Diagnosis("", (self,), None, None, False).plot(path, title)

    def _repr_html_(self) -> str:
        return _html((self,))

    def json(self) -> dict[str, Any]:
        """As data.

        Returns
        -------
        dict
        """
        judged = self.verdict
        return {
            "layer": self.layer,
            "direction": self.direction,
            "kind": self.kind,
            "units": self.units,
            "inputs": self.inputs,
            "sequences": len(self.log2_norm_by_sequence),
            "lags": self.lags,
            "log2_norm": self.log2_norm,
            "log2_norm_quartiles": list(self.log2_norm_quartiles),
            "log2_norm_blocks": self.log2_norm_blocks,
            "shares": self.shares,
            "shares_over": self.sequences_with_shares,
            "shares_to_lag": self.shares_to if self.shares else None,
            "horizon": judged.horizon,
            "verdict": judged.word,
            "words": list(judged.words),
            "threshold": judged.threshold,
            "rate": judged.rate.json() if judged.rate else None,
            "path": {"part": judged.path[0] or "net", "mean_share": judged.path[1]} if judged.path else None,
            "bound": self.bound.json(),
            "half_lives": [found.json() for found in self.carriers],
            "rank": {"lags": self.rank_lags, "median": np.median(self.rank, axis=0)},
            "trap": self.trap.json(),
        }


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """What was found about a network.

    Attributes
    ----------
    source : str
        Where the network was read.
    layers : tuple of LayerDiagnosis
        Each layer and direction.
    joint : LayerDiagnosis or None
        All layers of a stack as one.
    loss : LossFlow, LossBothWays or None
        The read-out's own error along the joint flow; of a bidirectional network in each layer and direction.
    single : bool
        Whether one sequence was given without a batch axis.
    """

    source: str
    layers: tuple[LayerDiagnosis, ...]
    joint: LayerDiagnosis | None
    loss: LossFlow | LossBothWays | None
    single: bool

    def loss_of(self, layer: LayerDiagnosis) -> LossFlow | None:
        """The error of the loss that goes with what stands for the layer: its own, or that of all layers with the last.

        Parameters
        ----------
        layer : LayerDiagnosis

        Returns
        -------
        LossFlow or None
        """
        if isinstance(self.loss, LossBothWays):
            return self.loss.of(layer.layer, layer.direction)
        return self.loss if layer is self.all[-1] else None

    @property
    def all(self) -> tuple[LayerDiagnosis, ...]:
        """The layers, and all of them as one where there are several."""
        return self.layers if self.joint is None else (*self.layers, self.joint)

    def json(self) -> dict[str, Any]:
        """As data: {"layers": [...]}, with "joint" and "loss" where there are such.

        Returns
        -------
        dict
        """
        data: dict[str, Any] = {"layers": [layer.json() for layer in self.layers]}
        if self.joint is not None:
            data["joint"] = self.joint.json()
        if self.loss is not None:
            data["loss"] = self.loss.json()
        return data

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture; without a path, a picture for a notebook.

        Parameters
        ----------
        path : str or path-like, optional
            Ends in .pdf, .svg or .png.
        title : str, default ''
            Stands above the picture.

        Returns
        -------
        Path or Picture

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        from errorflow.plots import plot_diagnosis

        return plot_diagnosis(self, path, title)

    def _repr_html_(self) -> str:
        return _html(self.all)

    def __str__(self) -> str:
        return "\n\n".join("\n".join([name_of(each), *each.verdict.words]) for each in self.all)


def _html(layers: tuple[LayerDiagnosis, ...]) -> str:
    rows = [
        f"<tr><td>{name_of(each)}</td><td><b>{each.verdict.word}</b></td><td>{each.horizon}</td>"
        f"<td>{escape(' '.join(each.verdict.words))}</td></tr>"
        for each in layers
    ]
    head = "<tr><th>layer</th><th>verdict</th><th>horizon</th><th>why</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def name_of(layer: LayerDiagnosis) -> str:
    """A layer in words."""
    if layer.layer == "joint":
        return f"all layers as one: {layer.kind}, {layer.units} units"
    turned = ", reverse" if layer.direction == "reverse" else ""
    return f"layer {layer.layer}{turned}: {layer.kind}, {layer.units} units"

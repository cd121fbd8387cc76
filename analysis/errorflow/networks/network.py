"""A trained network: its recurrent layers in order, and the linear map that reads the last of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from errorflow.networks.layer import Array, Layer

if TYPE_CHECKING:
    from errorflow.cells import Cell
    from errorflow.numeric import Trajectory


@dataclass(frozen=True, eq=False)
class Head:
    """A linear read-out, weight @ output + bias.

    Attributes
    ----------
    weight : array, (k, d)
        d is the width of the network's output.
    bias : array, (k,)
        Zero where the file has none.
    name : str
        What stands before "weight" in the name of its tensor, such as "head.".
    """

    weight: Array = field(repr=False)
    bias: Array = field(repr=False)
    name: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """The recurrent layers of a trained module.

    Attributes
    ----------
    layers : tuple of Layer
        Layer 0 forward, layer 0 reverse, layer 1 forward and so on; a layer reads the outputs of all directions of
        the layer before it, side by side.
    head : Head or None
        The linear map found beside them that reads their outputs.
    source : str
        Where they were read.
    prefix : str or tuple of str
        What stood before the names of the tensors, several for modules that were joined.
    layout : {'column', 'row'}
        Whose names these were.
    merge : {'concat', 'sum', 'ave', 'mul'}
        How the two directions of a layer become what the next one reads: side by side, their sum, mean or product.
    """

    layers: tuple[Layer, ...]
    head: Head | None
    source: str
    prefix: str | tuple[str, ...] = ""
    layout: str = "torch"
    merge: str = "concat"

    @property
    def directions(self) -> int:
        """1, or 2 where a layer runs both ways."""
        return max(Counter(layer.layer for layer in self.layers).values())

    def trajectories(self, inputs: Any, *, inner: bool = True) -> tuple[Trajectory, ...]:
        """The run of every layer, in the order of `layers`; a reverse layer's first step is the last time.

        The initial states are zero.

        Parameters
        ----------
        inputs : array_like, (batch, T, m) or (T, m)
        inner : bool, default True
            Whether the vectors within a step are kept; if not, memory is that of inputs and states.

        Returns
        -------
        tuple of Trajectory

        Raises
        ------
        ValueError, TypeError
            If the inputs do not fit.
        ArithmeticError
            When a state overflows.
        """
        from errorflow.networks.probe import trajectories

        return tuple(trajectories(self.layers, inputs, self.merge, inner=inner))

    def run(self, inputs: Any) -> Array:
        """The outputs at every time, to be compared with those of the module itself.

        The initial states are zero.

        Parameters
        ----------
        inputs : array_like, (batch, T, m) or (T, m)

        Returns
        -------
        array, (batch, T, directions * d)
            Without the batch axis for one sequence.

        Raises
        ------
        ValueError, TypeError
            If the inputs do not fit.
        ArithmeticError
            When a state overflows.
        """
        from errorflow.networks.probe import outputs

        return outputs(self.layers, inputs, self.merge)

    def only(self) -> Layer:
        """The layer of a network that has one.

        Returns
        -------
        Layer

        Raises
        ------
        ValueError
            If it has more.
        """
        if len(self.layers) > 1:
            raise ValueError(f"the network must have one layer and direction for this, got {self}; see its .layers")
        return self.layers[0]

    def cell(self) -> Cell:
        """The built-in cell of the only layer.

        Returns
        -------
        Cell

        Raises
        ------
        ValueError
            If there are more.
        """
        return self.only().cell()

    @property
    def weights(self) -> dict[str, Array]:
        """The weights of the only layer. Raises: ValueError if there are more."""
        return self.only().weights

    @property
    def kind(self) -> str:
        """The kind of the only layer. Raises: ValueError if there are more."""
        return self.only().kind

    @property
    def units(self) -> int:
        """n of the only layer. Raises: ValueError if there are more."""
        return self.only().units

    @property
    def inputs(self) -> int:
        """m of the only layer. Raises: ValueError if there are more."""
        return self.only().inputs

    def __repr__(self) -> str:
        first = self.layers[0]
        head = f", head {self.head.name!r} of {len(self.head.bias)}" if self.head else ""
        parts = []
        for (way, kind, units), alike in groupby(self._described(), key=lambda each: each):
            depth = len(list(alike))
            parts.append(f"{depth} {way}{kind} layer{'s' * (depth > 1)} of {units} units")
        below = f", {first.inputs} input{'s' * (first.inputs > 1)}"
        return f"Network({self.source!r}: {', then '.join(parts)}{below}{head})"

    def _described(self) -> Iterator[tuple[str, str, str]]:
        """Of each layer, lowest first, its ways, its kind and its units."""
        for _, ways in groupby(self.layers, key=lambda layer: layer.layer):
            both = list(ways)
            units = " and ".join(dict.fromkeys(str(each.units) for each in both))
            yield "bidirectional " * (len(both) > 1), both[0].kind, units

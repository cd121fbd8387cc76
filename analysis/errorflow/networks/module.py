"""A recurrent module found among named tensors, before anything of it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundLayer:
    """One layer and direction, and the tensor that plays each part in it.

    kind: the name of the built-in cell. units: n. inputs: m. projection: p of a projected LSTM, else None.
    tensors: part, in the word of the layout -> name of the tensor. stepwise: whether its names are those of a
    single-step cell.
    """

    kind: str
    units: int
    inputs: int
    tensors: dict[str, str]
    projection: int | None = None
    layer: int = 0
    direction: str = "forward"
    stepwise: bool = False


@dataclass(frozen=True)
class Module:
    """All layers that share a prefix, or several such modules joined, in the order in which they run.

    layout: the name under which `layout=` asks for it. merge: how the two directions of a layer become its output.
    """

    layout: str
    prefix: str | tuple[str, ...]
    layers: tuple[FoundLayer, ...]
    merge: str = "concat"

    @property
    def inputs(self) -> int:
        """The width of what the first layer reads."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The width of what the last layer gives: of both directions side by side, unless they are merged."""
        widths = [f.projection or f.units for f in self.layers if f.layer == self.layers[-1].layer]
        return sum(widths) if self.merge == "concat" else widths[0]

    @property
    def bidirectional(self) -> bool:
        """Whether its last layer runs both ways."""
        return sum(f.layer == self.layers[-1].layer for f in self.layers) > 1

    @property
    def tensors(self) -> set[str]:
        """The names of all its tensors."""
        return {name for found in self.layers for name in found.tensors.values()}

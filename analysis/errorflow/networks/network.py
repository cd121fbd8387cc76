"""A trained recurrent layer in the names and the column convention of the built-in cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from errorflow.cells import Cell

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Network:
    """One recurrent layer: its kind, its sizes, and its weights as the built-in cell of that kind takes them.

    kind: "rnn", "lstm" or "gru" (reset after the recurrent product). units: n. inputs: m.
    weights: name -> float64 array, matrices as they multiply: W_f (n, n) is applied to h, U_f (n, m) to x, and b_f (n,)
        is added. PyTorch's two biases are added up, except in the candidate of the GRU: b_hn stands inside the reset.
    source: where it was read. prefix: what stood before the names of the tensors. layer, direction: which layer it was.
    nonlinearity: of an RNN, "tanh" or "relu"; else None.
    head: the linear read-out beside it that was not read, as name -> shape; None if there was none.
    """

    kind: str
    units: int
    inputs: int
    weights: dict[str, Array] = field(repr=False)
    source: str
    prefix: str = ""
    layer: int = 0
    direction: str = "forward"
    nonlinearity: str | None = None
    head: dict[str, tuple[int, ...]] | None = None

    def cell(self) -> Cell:
        """The built-in cell whose weights these are."""
        from errorflow import builtin

        return builtin.rnn(self.nonlinearity or "tanh") if self.kind == "rnn" else builtin.cell(self.kind)

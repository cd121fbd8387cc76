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
class Layer:
    """One layer and direction: its kind, its sizes, and its weights as the built-in cell of that kind takes them.

    Attributes
    ----------
    kind : str
        The built-in cell: "rnn", "lstm", "lstm_projected", "gru" (reset after the product) or "gru_reset_before".
    units : int
        n.
    inputs : int
        m.
    weights : mapping of str to array_like
        Matrices as they multiply: W_f (n, n) is applied to h, U_f (n, m) to x, and b_f (n,) is added. PyTorch's two
        biases are added up, except in the candidate of the GRU: b_hn stands inside the reset. Of a projected LSTM,
        W_f is (n, p) and W_r (p, n).
    layer : int
        Counted from 0.
    direction : str
        "forward", or "reverse" for one that runs from the last time to the first.
    nonlinearity : str or None
        Of an RNN, "tanh" or "relu"; else None.
    projection : int or None
        p of a projected LSTM, else None.
    stepwise : bool
        Whether it was a single-step cell, such as torch.nn.LSTMCell, which is called once for each step.
    """

    kind: str
    units: int
    inputs: int
    weights: dict[str, Array] = field(repr=False)
    layer: int = 0
    direction: str = "forward"
    nonlinearity: str | None = None
    projection: int | None = None
    stepwise: bool = False

    @property
    def outputs(self) -> int:
        """The length of what the layer gives at each step: p where it is projected, else n."""
        return self.projection or self.units

    def cell(self) -> Cell:
        """The built-in cell whose weights these are.

        Returns
        -------
        Cell
        """
        from errorflow import builtin

        return builtin.rnn(self.nonlinearity or "tanh") if self.kind == "rnn" else builtin.cell(self.kind)

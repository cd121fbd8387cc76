"""Causal convolutions: 1D-CNN and TCN. Influence is exactly 0 from the receptive field on, and short paths lead to all
of it.

y_t = phi(sum_j W_j x_(t - j d) + b): j = 0 is the newest sample, d the dilation. A block is one convolution or several,
with a residual path around them or without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.activations import activation
from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class Convolution:
    """One causal convolution.

    weight (out, in, k): [..., j] is what the sample j dilations back enters by. bias (out,). dilation: in steps.
    """

    weight: Any
    bias: Any = None
    dilation: int = 1
    activation: str = "relu"

    def __post_init__(self) -> None:
        weight = checked("weight", self.weight)
        if weight.ndim != 3 or 0 in weight.shape:
            raise ValueError(f"weight must have shape (out, in, k), got {weight.shape}")
        bias = np.zeros(len(weight)) if self.bias is None else checked("bias", self.bias)
        if bias.shape != (len(weight),):
            raise ValueError(f"bias must have shape ({len(weight)},), got {bias.shape}")
        if isinstance(self.dilation, bool) or not isinstance(self.dilation, int) or self.dilation < 1:
            raise ValueError(f"dilation must be a whole number of steps, got {self.dilation!r}")
        activation(self.activation)
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "bias", bias)

    @property
    def reach(self) -> int:
        """How many steps back its oldest sample is."""
        return (self.weight.shape[2] - 1) * self.dilation

    def net(self, x: Array) -> Array:
        """The sums before phi (T, out), of x (T, in); before the first sample there is zero."""
        net = np.tile(self.bias, (len(x), 1))
        for j in range(self.weight.shape[2]):
            shift = j * self.dilation
            if shift < len(x):
                net[shift:] += x[: len(x) - shift] @ self.weight[..., j].T
        return net

    def pull(self, error: Array) -> Array:
        """d / d x (rows, T, in), from d / d net (rows, T, out)."""
        steps = error.shape[1]
        found = np.zeros((*error.shape[:2], self.weight.shape[1]))
        for j in range(self.weight.shape[2]):
            shift = j * self.dilation
            if shift < steps:
                found[:, : steps - shift] += error[:, shift:] @ self.weight[..., j]
        return found


@dataclass(frozen=True, eq=False)
class Block:
    """Convolutions one after another. residual: "none"; "identity", which adds the block's input to its output; or a
    matrix (out, in) through which it is added. activation: of the sum, where there is a residual path."""

    convolutions: tuple[Convolution, ...]
    residual: Any = "none"
    activation: str = "relu"

    def __post_init__(self) -> None:
        if not self.convolutions:
            raise ValueError("a block must have a convolution, got none")
        for below, above in zip(self.convolutions, self.convolutions[1:], strict=False):
            if above.weight.shape[1] != below.weight.shape[0]:
                raise ValueError(f"weight must have {below.weight.shape[0]} inputs, got shape {above.weight.shape}")
        activation(self.activation)
        if isinstance(self.residual, str):
            if self.residual not in ("none", "identity"):
                raise ValueError(f"residual must be 'none', 'identity' or a matrix, got {self.residual!r}")
            if self.residual == "identity" and self.width != self.inputs:
                raise ValueError(f"residual must be a matrix ({self.width}, {self.inputs}), got 'identity'")
            return
        matrix = checked("residual", self.residual)
        if matrix.shape != (self.width, self.inputs):
            raise ValueError(f"residual must have shape ({self.width}, {self.inputs}), got {matrix.shape}")
        object.__setattr__(self, "residual", matrix)

    @property
    def inputs(self) -> int:
        """The width of what comes in."""
        return int(self.convolutions[0].weight.shape[1])

    @property
    def width(self) -> int:
        """The width of what goes out."""
        return int(self.convolutions[-1].weight.shape[0])

    @property
    def around(self) -> Array | None:
        """The matrix of the residual path, None without one."""
        if isinstance(self.residual, str):
            return np.eye(self.width) if self.residual == "identity" else None
        return np.asarray(self.residual)


@dataclass(frozen=True, eq=False)
class TCN:
    """A temporal convolutional network: blocks from the input up. A 1D-CNN is one without residual paths."""

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ValueError("a network must have a block, got none")
        for below, above in zip(self.blocks, self.blocks[1:], strict=False):
            if above.inputs != below.width:
                raise ValueError(f"a block must take {below.width} inputs as the one below gives, got {above.inputs}")

    def output(self, x: Any) -> Array:
        """y (T, out) of x (T, m)."""
        return self._run(x)[-1][1]

    def influence(self, x: Any) -> Array:
        """d y_T / d x_(T-q) along x (T, m), for q = 0..T-1: (T, out, m)."""
        passed = self._run(x)
        steps, width = passed[-1][1].shape
        error = np.zeros((width, steps, width))
        error[:, -1] = np.eye(width)
        for block, (slopes, _) in zip(reversed(self.blocks), reversed(passed), strict=True):
            around = block.around
            if around is not None:
                error = error * slopes[-1]
            inner = error
            for layer, slope in reversed(list(zip(block.convolutions, slopes, strict=False))):
                inner = layer.pull(inner * slope)
            error = inner if around is None else inner + error @ around
        return error[:, ::-1].swapaxes(0, 1)

    def receptive_field(self) -> int:
        """R, the number of lags that are seen: 1 + the sum of (k - 1) d over all convolutions."""
        return 1 + sum(layer.reach for block in self.blocks for layer in block.convolutions)

    def law(self) -> Law:
        """The influence is exactly 0 from lag R on."""
        return Law("finite", self.receptive_field())

    def path_length(self) -> int:
        """The number of maps on the longest path; a residual path skips those of its block."""
        return sum(len(block.convolutions) for block in self.blocks)

    def macs(self) -> int:
        """Multiply-adds of one more step where earlier activations are kept."""
        layers = sum(layer.weight.size for block in self.blocks for layer in block.convolutions)
        matrices = [block.around for block in self.blocks if not isinstance(block.residual, str)]
        return layers + sum(matrix.size for matrix in matrices if matrix is not None)

    def memory(self) -> int:
        """Words that are kept from earlier steps: what each convolution still has to read again."""
        return sum(layer.reach * layer.weight.shape[1] for block in self.blocks for layer in block.convolutions)

    def _run(self, x: Any) -> list[tuple[list[Array], Array]]:
        """For each block, the slopes of its convolutions and of its sum, and its output."""
        values = checked("x", x)
        if values.ndim != 2 or not len(values) or values.shape[1] != self.blocks[0].inputs:
            raise ValueError(f"x must have shape (T, {self.blocks[0].inputs}) with T >= 1, got {values.shape}")
        passed = []
        for block in self.blocks:
            slopes, inner = [], values
            for layer in block.convolutions:
                net, function = layer.net(inner), activation(layer.activation)
                slopes.append(function.stable_slope(net))
                inner = function.value(net)
            around = block.around
            if around is not None:
                function, net = activation(block.activation), inner + values @ around.T
                slopes.append(function.stable_slope(net))
                inner = function.value(net)
            values = inner
            passed.append((slopes, values))
        return passed


def levels_for(steps: int, kernel: int) -> int:
    """The least number of convolutions, dilations 1, 2, 4, ..., that see this many steps: ceil(log2((T-1)/(k-1) + 1)).

    Raises: ValueError for a kernel of one sample, which never sees another.
    """
    if kernel < 2 or steps < 1:
        raise ValueError(f"kernel must be 2 or more and steps 1 or more, got {kernel} and {steps}")
    return (-(-(steps - 1) // (kernel - 1))).bit_length()

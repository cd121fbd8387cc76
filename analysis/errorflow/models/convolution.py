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
    """One causal convolution, phi(sum_j W_j x_(t - j d) + b).

    Parameters
    ----------
    weight : array_like, (out, in, k)
        [..., j] is what the sample j dilations back enters by.
    bias : array_like, (out,), optional
        Zero where absent.
    dilation : int, default 1
        d, in steps.
    activation : str, default 'relu'
        The name of phi.

    Raises
    ------
    KeyError, ValueError
        For an unknown activation; for shapes that do not fit.
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
        """The sums before phi; before the first sample there is zero.

        Parameters
        ----------
        x : array, (T, in)
            The samples.

        Returns
        -------
        array, (T, out)
        """
        net = np.tile(self.bias, (len(x), 1))
        for j in range(self.weight.shape[2]):
            shift = j * self.dilation
            if shift < len(x):
                net[shift:] += x[: len(x) - shift] @ self.weight[..., j].T
        return net

    def pull(self, error: Array) -> Array:
        """d loss / d x from d loss / d net.

        Parameters
        ----------
        error : array, (rows, T, out)
            For several losses at once.

        Returns
        -------
        array, (rows, T, in)
        """
        steps = error.shape[1]
        found = np.zeros((*error.shape[:2], self.weight.shape[1]))
        for j in range(self.weight.shape[2]):
            shift = j * self.dilation
            if shift < steps:
                found[:, : steps - shift] += error[:, shift:] @ self.weight[..., j]
        return found


@dataclass(frozen=True, eq=False)
class Block:
    """Convolutions one after another, with a residual path around them or without.

    Parameters
    ----------
    convolutions : tuple of Convolution
        From the input up.
    residual : {'none', 'identity'} or array_like, (out, in), default 'none'
        "identity" adds the block's input to its output, a matrix adds it through that.
    activation : str, default 'relu'
        Of the sum, where there is a residual path.

    Raises
    ------
    KeyError, ValueError
        For an unknown activation; for shapes that do not fit.
    """

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
    """A temporal convolutional network: blocks from the input up. A 1D-CNN is one without residual paths.

    Parameters
    ----------
    blocks : tuple of Block
        From the input up.

    Raises
    ------
    ValueError
        For no block, and for widths that do not fit.

    References
    ----------
    Theorem tcn.receptive_field; Bai, Kolter & Koltun 2018.
    """

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ValueError("a network must have a block, got none")
        for below, above in zip(self.blocks, self.blocks[1:], strict=False):
            if above.inputs != below.width:
                raise ValueError(f"a block must take {below.width} inputs as the one below gives, got {above.inputs}")

    def output(self, x: Any) -> Array:
        """The outputs along a series.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, out)

        Raises
        ------
        ValueError
            For another shape.
        """
        return self._run(x)[-1][1]

    def influence(self, x: Any) -> Array:
        """d y_T / d x_(T-q) along a series, for q = 0..T-1.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, out, m)

        Raises
        ------
        ValueError
            For another shape.
        """
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
        """R, the number of lags that are seen: 1 + the sum of (k - 1) d over all convolutions.

        Returns
        -------
        int
        """
        return 1 + sum(layer.reach for block in self.blocks for layer in block.convolutions)

    def law(self) -> Law:
        """The influence is exactly 0 from lag R on.

        Returns
        -------
        Law
        """
        return Law("finite", self.receptive_field())

    def path_length(self) -> int:
        """The number of maps on the longest path; a residual path skips those of its block.

        Returns
        -------
        int
        """
        return sum(len(block.convolutions) for block in self.blocks)

    def macs(self) -> int:
        """Multiply-adds of one more step where earlier activations are kept.

        Returns
        -------
        int
        """
        layers = sum(layer.weight.size for block in self.blocks for layer in block.convolutions)
        matrices = [block.around for block in self.blocks if not isinstance(block.residual, str)]
        return layers + sum(matrix.size for matrix in matrices if matrix is not None)

    def memory(self) -> int:
        """Words that are kept from earlier steps: what each convolution still has to read again.

        Returns
        -------
        int
        """
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

    Parameters
    ----------
    steps : int
        T.
    kernel : int
        k, samples that one convolution reads.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        For no step, or a kernel of one sample, which never sees another.

    References
    ----------
    Theorem tcn.receptive_field.
    """
    if kernel < 2 or steps < 1:
        raise ValueError(f"kernel must be 2 or more and steps 1 or more, got {kernel} and {steps}")
    return (-(-(steps - 1) // (kernel - 1))).bit_length()

"""A stack of causal Transformer layers: attention and feed-forward maps around a residual stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.activations import activation
from errorflow.models.attention import Attention
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class Norm:
    """Layer normalisation.

    Parameters
    ----------
    scale, shift : array, (m,)
        What the normalised entries are multiplied by, and what is added.
    eps : float, default 1e-05
        Added to the variance.
    """

    scale: Array
    shift: Array
    eps: float = 1e-5

    def run(self, x: Array) -> Array:
        """The series normalised over m.

        Parameters
        ----------
        x : array, (T, m)
            The series.

        Returns
        -------
        array, (T, m)
        """
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / self._deviation(centred) * self.scale + self.shift

    def pull(self, x: Array, error: Array) -> Array:
        """d loss / d x from d loss / d output: the mean and the direction of x are taken out of it.

        Parameters
        ----------
        x : array, (T, m)
            The series.
        error : array, (rows, T, m)
            For several losses at once.

        Returns
        -------
        array, (rows, T, m)
        """
        centred = x - x.mean(axis=1, keepdims=True)
        deviation = self._deviation(centred)
        unit, scaled = centred / deviation, error * self.scale
        along = (scaled * unit).mean(axis=2, keepdims=True)
        return (scaled - scaled.mean(axis=2, keepdims=True) - unit * along) / deviation

    def _deviation(self, centred: Array) -> Array:
        return np.asarray(np.sqrt((centred**2).mean(axis=1, keepdims=True) + self.eps))


@dataclass(frozen=True, eq=False)
class TransformerLayer:
    """x + attention(x), then x + W_2 phi(W_1 x): norms before each (norm_first), after each sum, or none at all.

    Parameters
    ----------
    attention : Attention
        Of n = m outputs.
    norms : tuple of two Norm, optional
        Of attention and of the feed-forward map.
    first : array_like, (k, m), optional
        W_1; None for a layer of attention alone.
    second : array_like, (m, k), optional
        W_2.
    first_bias : array_like, (k,), optional
        Of W_1.
    second_bias : array_like, (m,), optional
        Of W_2.
    activation : str, default 'relu'
        The name of phi.
    norm_first : bool, default False
        Whether norms stand before the maps and not after the sums.
    """

    attention: Attention
    norms: tuple[Norm, Norm] | None = None
    first: Any = None
    second: Any = None
    first_bias: Any = None
    second_bias: Any = None
    activation: str = "relu"
    norm_first: bool = False

    def run(self, x: Array) -> Array:
        """The residual stream after the layer.

        Parameters
        ----------
        x : array, (T, m)
            The stream before it.

        Returns
        -------
        array, (T, m)
        """
        middle = self._sum(x, 0)
        return middle if self.first is None else self._sum(middle, 1)

    def pull(self, x: Array, error: Array) -> Array:
        """d loss / d x from d loss / d output.

        Parameters
        ----------
        x : array, (T, m)
            The stream before the layer.
        error : array, (rows, T, m)
            For several losses at once.

        Returns
        -------
        array, (rows, T, m)
        """
        if self.first is not None:
            error = self._pull_sum(self._sum(x, 0), error, 1)
        return self._pull_sum(x, error, 0)

    def _sum(self, x: Array, place: int) -> Array:
        norm = self.norms[place] if self.norms else None
        inside = norm.run(x) if norm and self.norm_first else x
        total = x + (self.attention.run(inside) if place == 0 else self._feed(inside))
        return norm.run(total) if norm and not self.norm_first else total

    def _pull_sum(self, x: Array, error: Array, place: int) -> Array:
        norm = self.norms[place] if self.norms else None
        inside = norm.run(x) if norm and self.norm_first else x
        if norm and not self.norm_first:
            total = x + (self.attention.run(inside) if place == 0 else self._feed(inside))
            error = norm.pull(total, error)
        below = self.attention.pull(inside, error) if place == 0 else self._pull_feed(inside, error)
        return error + (norm.pull(x, below) if norm and self.norm_first else below)

    def _feed(self, x: Array) -> Array:
        net = x @ self.first.T + self.first_bias
        return np.asarray(activation(self.activation).value(net) @ self.second.T + self.second_bias)

    def _pull_feed(self, x: Array, error: Array) -> Array:
        slope = activation(self.activation).stable_slope(x @ self.first.T + self.first_bias)
        return np.asarray((error @ self.second * slope) @ self.first)


@dataclass(frozen=True, eq=False)
class Transformer:
    """Causal layers from the input up, without embedding, and the norm after them if there is one.

    Parameters
    ----------
    layers : tuple of TransformerLayer
        From the input up.
    norm : Norm or None, optional
        After them.

    References
    ----------
    Vaswani et al. 2017.
    """

    layers: tuple[TransformerLayer, ...]
    norm: Norm | None = None

    def run(self, x: Any) -> Array:
        """The outputs along a series.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, m)

        Raises
        ------
        ValueError
            For another shape.
        """
        values = self._stream(x)[-1]
        return values if self.norm is None else self.norm.run(values)

    def influence(self, x: Any) -> Array:
        """d y_T / d x_(T-q) along a series, for q = 0..T-1.

        Parameters
        ----------
        x : array_like, (T, m)
            The series.

        Returns
        -------
        array, (T, m, m)

        Raises
        ------
        ValueError
            For another shape.
        """
        stream = self._stream(x)
        steps, width = stream[-1].shape
        error = np.zeros((width, steps, width))
        error[:, -1] = np.eye(width)
        if self.norm is not None:
            error = self.norm.pull(stream[-1], error)
        for layer, values in zip(reversed(self.layers), reversed(stream[:-1]), strict=True):
            error = layer.pull(values, error)
        return error[:, ::-1].swapaxes(0, 1)

    def path_length(self) -> int:
        """The number of layers: attention reaches any lag in one map.

        Returns
        -------
        int
        """
        return len(self.layers)

    def _stream(self, x: Any) -> list[Array]:
        stream, width = [checked("x", x)], self.layers[0].attention.query.shape[1]
        if stream[0].ndim != 2 or not len(stream[0]) or stream[0].shape[1] != width:
            raise ValueError(f"x must have shape (T, {width}) with T >= 1, got {stream[0].shape}")
        for layer in self.layers:
            stream.append(layer.run(stream[-1]))
        return stream


def from_torch_transformer(module: Any) -> Transformer:
    """The layers of a live torch.nn.TransformerEncoder or TransformerEncoderLayer, read under a causal mask.

    As they are in evaluation, without dropout; batch_first makes no difference. Reads attributes alone; PyTorch is not
    imported.

    Parameters
    ----------
    module : torch.nn.Module
        The encoder, or a layer of one.

    Returns
    -------
    Transformer

    Raises
    ------
    TypeError
        For another module or an activation that is not relu, gelu or gelu_tanh.
    ValueError
        Where the layers are not all of one kind.
    """
    layers = list(getattr(module, "layers", [module]))
    if not layers or not all(hasattr(one, "self_attn") and not hasattr(one, "multihead_attn") for one in layers):
        raise TypeError(f"module must be a torch.nn.TransformerEncoder or a layer of one, got {type(module).__name__}")
    kinds = [
        (int(one.self_attn.num_heads), _activation(one.activation), bool(one.norm_first), float(one.norm1.eps))
        for one in layers
    ]
    if len(set(kinds)) > 1:
        raise ValueError(f"layers must agree in heads, activation, norm_first and eps, got {kinds}")
    heads, function, norm_first, eps = kinds[0]
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}
    return read_transformer(
        weights if hasattr(module, "layers") else {f"layers.0.{name}": array for name, array in weights.items()},
        heads=heads,
        activation=function,
        norm_first=norm_first,
        eps=eps,
    )


def _activation(function: Any) -> str:
    """The name of a layer's activation, a function or a module."""
    approximate = getattr(function, "approximate", "none")
    name = getattr(function, "__name__", type(function).__name__).lower()
    return name if approximate == "none" else f"{name}_{approximate}"


def read_transformer(
    weights: Mapping[str, Any], *, heads: int, activation: str = "relu", norm_first: bool = False, eps: float = 1e-5
) -> Transformer:
    """The layers behind the arrays of a torch.nn.TransformerEncoder under PyTorch's names, layers.0.norm1.weight, ...

    What is asked for beside them is what the module was made with, which its arrays do not tell.

    Parameters
    ----------
    weights : mapping of str to array_like
        Under PyTorch's names.
    heads : int
        Of each layer.
    activation : {'relu', 'gelu', 'gelu_tanh'}, default 'relu'
        Of the feed-forward maps.
    norm_first : bool, default False
        Whether norms stand before the maps and not after the sums.
    eps : float, default 1e-05
        Of the norms.

    Returns
    -------
    Transformer

    Raises
    ------
    TypeError
        For an activation that is not relu, gelu or gelu_tanh.
    KeyError
        For an array that is missing.
    """
    if activation not in ("relu", "gelu", "gelu_tanh"):
        raise TypeError(f"activation of a layer must be relu, gelu or gelu_tanh, got {activation}")
    arrays = {name: checked(name, array) for name, array in weights.items()}
    layers: list[TransformerLayer] = []
    while any(name.startswith(f"layers.{len(layers)}.") for name in arrays):
        start = f"layers.{len(layers)}."
        own = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
        layers.append(_layer(own, heads, activation, norm_first, eps))
    if not layers:
        raise KeyError(
            f"weights must hold layers.0.self_attn.in_proj_weight and so on, got {', '.join(arrays) or 'none'}"
        )
    return Transformer(tuple(layers), _norm(arrays, "norm", eps) if "norm.weight" in arrays else None)


def _layer(weights: Mapping[str, Array], heads: int, activation: str, norm_first: bool, eps: float) -> TransformerLayer:
    missing = [
        name
        for name in ("self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight")
        if name not in weights
    ]
    if missing:
        raise KeyError(f"weights of a layer must hold {', '.join(missing)}, got {', '.join(weights)}")
    joined, first, second = weights["self_attn.in_proj_weight"], weights["linear1.weight"], weights["linear2.weight"]
    width = joined.shape[1]
    bias = weights.get("self_attn.in_proj_bias", np.zeros(3 * width))
    query, key, value = np.split(joined, 3)
    attention = Attention(
        query,
        key,
        value,
        output=weights["self_attn.out_proj.weight"],
        heads=heads,
        query_bias=bias[:width],
        key_bias=bias[width : 2 * width],
        value_bias=bias[2 * width :],
        output_bias=weights.get("self_attn.out_proj.bias"),
    )
    first_bias = weights.get("linear1.bias", np.zeros(len(first)))
    second_bias = weights.get("linear2.bias", np.zeros(len(second)))
    norms = (_norm(weights, "norm1", eps), _norm(weights, "norm2", eps))
    return TransformerLayer(attention, norms, first, second, first_bias, second_bias, activation, norm_first)


def _norm(weights: Mapping[str, Array], name: str, eps: float) -> Norm:
    scale = weights[f"{name}.weight"]
    return Norm(scale, weights.get(f"{name}.bias", np.zeros_like(scale)), eps)

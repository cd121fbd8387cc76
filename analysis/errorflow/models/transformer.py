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
    """Layer normalisation. scale, shift (m,); eps is added to the variance."""

    scale: Array
    shift: Array
    eps: float = 1e-5

    def run(self, x: Array) -> Array:
        """(T, m) normalised over m."""
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / self._deviation(centred) * self.scale + self.shift

    def pull(self, x: Array, error: Array) -> Array:
        """d / d x (rows, T, m), from d / d output: the mean and the direction of x are taken out of it."""
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

    first (k, m), second (m, k) with biases: W_1, W_2; None for a layer of attention alone.
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
        """The residual stream (T, m) after the layer."""
        middle = self._sum(x, 0)
        return middle if self.first is None else self._sum(middle, 1)

    def pull(self, x: Array, error: Array) -> Array:
        """d / d x (rows, T, m), from d / d output."""
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
    """Causal layers from the input up, without embedding, and the norm after them if there is one."""

    layers: tuple[TransformerLayer, ...]
    norm: Norm | None = None

    def run(self, x: Any) -> Array:
        """y (T, m) of x (T, m)."""
        values = self._stream(x)[-1]
        return values if self.norm is None else self.norm.run(values)

    def influence(self, x: Any) -> Array:
        """d y_T / d x_(T-q) along x (T, m), for q = 0..T-1: (T, m, m)."""
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
        """The number of layers: attention reaches any lag in one map."""
        return len(self.layers)

    def _stream(self, x: Any) -> list[Array]:
        stream = [checked("x", x)]
        for layer in self.layers:
            stream.append(layer.run(stream[-1]))
        return stream


def from_torch_transformer(module: Any) -> Transformer:
    """The layers of a live torch.nn.TransformerEncoder or TransformerEncoderLayer, read under a causal mask.

    Reads attributes alone; PyTorch is not imported.

    Raises: TypeError for another module or an activation that is neither relu nor gelu.
    """
    layers = getattr(module, "layers", [module])
    if not all(hasattr(layer, "self_attn") for layer in layers):
        raise TypeError(f"module must be a torch.nn.TransformerEncoder or a layer of one, got {type(module).__name__}")
    norm = getattr(module, "norm", None)
    return Transformer(tuple(_layer(layer) for layer in layers), None if norm is None else _norm(norm))


def _layer(module: Any) -> TransformerLayer:
    weights: Mapping[str, Any] = {k: v.detach().cpu().numpy().astype(float) for k, v in module.state_dict().items()}
    width = len(weights["self_attn.out_proj.weight"])
    if "self_attn.in_proj_weight" not in weights:
        raise TypeError("module must have queries, keys and values of one width, got separate projections")
    joined, bias = weights["self_attn.in_proj_weight"], weights.get("self_attn.in_proj_bias", np.zeros(3 * width))
    query, key, value = np.split(joined, 3)
    attention = Attention(
        query,
        key,
        value,
        output=weights["self_attn.out_proj.weight"],
        heads=int(module.self_attn.num_heads),
        query_bias=bias[:width],
        key_bias=bias[width : 2 * width],
        value_bias=bias[2 * width :],
        output_bias=weights.get("self_attn.out_proj.bias"),
    )
    name = getattr(module.activation, "__name__", type(module.activation).__name__).lower()
    if name not in ("relu", "gelu"):
        raise TypeError(f"activation of the module must be relu or gelu, got {name}")
    first, second = weights["linear1.weight"], weights["linear2.weight"]
    return TransformerLayer(
        attention, (_norm(module.norm1), _norm(module.norm2)), first, second,
        weights.get("linear1.bias", np.zeros(len(first))), weights.get("linear2.bias", np.zeros(len(second))),
        name, bool(module.norm_first),
    )  # fmt: skip


def _norm(module: Any) -> Norm:
    arrays = {k: v.detach().cpu().numpy().astype(float) for k, v in module.state_dict().items()}
    scale = arrays.get("weight", np.ones(module.normalized_shape[-1]))
    return Norm(scale, arrays.get("bias", np.zeros_like(scale)), float(module.eps))

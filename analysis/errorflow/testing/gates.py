"""In which order a framework packs the gates of a layer into one array."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from errorflow.testing.cells import named_cell, predicted
from errorflow.testing.rounding import gamma, unit
from errorflow.testing.structure import Array, layout, numbers


def assert_gate_order(
    step: Callable[[Any, Any], Any],
    order: str | Sequence[str],
    recurrent: Any,
    inputs: Any,
    bias: Any,
    state: Any,
    x: Any,
    *,
    cell: Any = "lstm",
    recurrent_bias: Any = None,
) -> None:
    """Passes if the step takes the gates of its packed weights in this order, and in no other.

    Parameters
    ----------
    step : callable
        `step(state, x)`, which uses the packed weights.
    order : str or sequence of str
        The gates, such as "ifgo", first block first.
    recurrent : array_like, (k n, n)
        Weights of k gates, a block of rows for each; in the transposed layout, (n, k n), a block of columns.
    inputs : array_like, (k n, m)
        The same of the inputs; transposed (m, k n).
    bias : array_like, (k n,)
        The same of the biases.
    state : array_like, (n,), or tuple or mapping of array_like
        Where the step is tried; take a generic one, since at zero some orders cannot be told apart.
    x : array_like, (m,)
        The input there, generic too.
    cell : str or Cell, default 'lstm'
        A name, or a cell.
    recurrent_bias : array_like, (k n,), optional
        Added to `bias`, except in the candidate of a GRU, where it stands inside the reset.

    Raises
    ------
    AssertionError
        With the order that was found.
    ValueError
        Where the state does not tell orders apart, or a gate or a shape is not the cell's.
    """
    chosen = named_cell(cell)
    labels = tuple(p.name[2:] for p in chosen.definition.parameters if p.name.startswith("U_"))
    wanted = tuple(order)
    if sorted(wanted) != sorted(labels):
        raise ValueError(f"order must have the gates {', '.join(labels)} of {chosen.name!r}, each once, got {order!r}")
    arrays = [numbers("weights", a) for a in (recurrent, inputs, bias)]
    extra = numbers("recurrent_bias", recurrent_bias) if recurrent_bias is not None else np.zeros_like(arrays[2])
    names = tuple(s.name for s in chosen.definition.states)
    old, _ = layout(state, names)
    new = [numbers("new state", leaf) for leaf in old.leaves(step(state, x))]
    measured = np.concatenate([np.asarray(block, dtype=np.float64).ravel() for block in new])
    tried: list[tuple[float, tuple[str, ...], str]] = []
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for how, gates, weights in _readings(labels, (*arrays, extra)):
        truth = predicted(chosen, weights, state, x)
        off = float(np.abs(truth.new - measured).max())
        tried.append((off, gates, how))
        if off <= gamma(truth.roundings * (1 + truth.net), unit([*new, *arrays])) * max(1.0, np.abs(truth.new).max()):
            found[how, gates] = off
    if ("rows", wanted) in found and len(found) > 1:
        others = ", ".join("".join(g) for h, g in found if (h, g) != ("rows", wanted))
        raise ValueError(f"state and x must tell the orders apart, got ones at which {others} give the same step")
    if ("rows", wanted) in found or ("columns", wanted) in found:
        return
    said = "".join(wanted)
    if found:
        (how, gates), _ = min(found.items(), key=lambda item: item[1])
        swapped = [f"{a} in the place of {b}" for a, b in zip(gates, wanted, strict=True) if a != b]
        raise AssertionError(
            f"the gates are packed as {''.join(gates)} in blocks of {how} and must be {said}: {', '.join(swapped)}"
        )
    off, gates, how = min(tried)
    raise AssertionError(
        f"no order of the gates gives the step of {chosen.name!r}, {said} was expected; the nearest,"
        f" {''.join(gates)} in blocks of {how}, is off by {off:.3g}: a bias, an activation or the cell itself is"
        " another, or a matrix is transposed"
    )


def _readings(
    labels: tuple[str, ...], packed: tuple[Array, ...]
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Array]]]:
    """Weights by the names of the cell, for every order of the gates and either layout that the shapes admit."""
    recurrent, inputs, bias, extra = packed
    count, layouts = len(labels), []
    if recurrent.shape[0] == count * recurrent.shape[1]:
        layouts.append(("rows", recurrent, inputs))
    if recurrent.shape[1] == count * recurrent.shape[0]:
        layouts.append(("columns", recurrent.T, inputs.T))
    if not layouts:
        n = bias.size // count
        raise ValueError(f"recurrent must have shape ({count * n}, {n}) or ({n}, {count * n}), got {recurrent.shape}")
    for how, w, u in layouts:
        cut = [np.split(a, count) for a in (w, u, bias, extra)]
        for gates in permutations(labels):
            weights: dict[str, Array] = {}
            for gate, big, small, b, more in zip(gates, *cut, strict=True):
                inside = gate == "n"  # the reset gate multiplies W_n h + b_hn
                weights |= {f"W_{gate}": big, f"U_{gate}": small, f"b_{gate}": b if inside else b + more}
                weights |= {"b_hn": more} if inside else {}
            yield how, gates, weights

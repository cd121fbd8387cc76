"""Witnesses of the theorems on models whose output is an average: softmax attention, and the sLSTM."""

from __future__ import annotations

import numpy as np

from errorflow import builtin, models
from errorflow.numeric.forward import run

from .record import EPS, Dropped, Witness, sigma


def quadratic_form(p, v):
    """v^T J v with the Jacobian that users get, against |v|^2 / 2."""
    jacobian = models.softmax_jacobian(p) if abs(p.sum() - 1) < 1e-9 else np.diag(p) - np.outer(p, p)
    return v @ jacobian @ v, v @ v / 2


def floor_of_a_weight(logits, bound):
    """The floor that users get, against the least weight of attention whose last step meets these logits."""
    x = np.stack([logits, np.ones(len(logits))], axis=1)
    layer = models.Attention([[0.0, 1.0]], [[1.0, 0.0]], np.eye(2))  # the query is 1, the key the logit
    return models.weight_floor(len(logits), bound), layer.weights(x)[0, -1].min()


def output_is_the_average(i_net, f_net, z_net, recurrent=0.0):
    """Sum of weights, least weight where it is negative, and their average of the candidates, against the cell's."""
    definition = builtin.cell("slstm").definition
    weights = {f"{kind}_{gate}": np.full((1, 1), recurrent) if kind == "W" else np.zeros((1, 3))
               for kind in "WU" for gate in "ifoz"}  # fmt: skip
    for place, gate in enumerate("ifz"):
        weights[f"U_{gate}"][0, place] = 1.0
    weights |= {f"b_{gate}": np.zeros(1) for gate in "ifoz"}
    h = run(definition, weights, np.stack([i_net, f_net, z_net], axis=1)).states["h"][-1].ravel()[0]
    after = np.append(np.cumprod(sigma(f_net)[:0:-1])[::-1], 1.0)  # forget gates of later steps
    shares = np.exp(i_net) * after
    shares = shares / shares.sum()
    return [shares.sum(), min(shares.min(), 0.0), shares @ np.tanh(z_net)], [1.0, 0.0, 2 * h]


def _nets(rng, T=12):
    return {"i_net": rng.normal(size=T), "f_net": rng.normal(size=T), "z_net": rng.normal(size=T)}


WITNESSES = (
    Witness(
        "softmax.jacobian", "<=",
        lambda rng: {"p": rng.dirichlet(np.full(5, 0.4)), "v": rng.normal(size=5)}, quadratic_form,
        8 * EPS,  # sums of five products
        {"p": np.array([0.5, 0.5]), "v": np.array([1.0, -1.0])},
        (Dropped("the weights sum to 1", {"p": np.array([1.0, 1.0]), "v": np.array([2.0, -2.0])}),),
    ),
    Witness(
        "attention.weight_floor", "<=",
        lambda rng: {"logits": rng.uniform(-1.7, 1.7, 9), "bound": 1.7}, floor_of_a_weight,
        8 * EPS,  # a sum of nine exponentials
        {"logits": np.array([0.7, 0.7, -0.7, 0.7]), "bound": 0.7},
        (Dropped("no logit is beyond the bound", {"logits": np.array([0.7, 0.7, -2.0, 0.7]), "bound": 0.7}),),
        draws=50,
    ),
    Witness(
        "slstm.convex_weights", "=", _nets, output_is_the_average,
        64 * EPS,  # twelve steps of sums and products of numbers of size one
        _nets(np.random.default_rng(3)),
        (Dropped("there are no recurrent matrices", _nets(np.random.default_rng(3)) | {"recurrent": 0.5}),),
        draws=20,
    ),
)  # fmt: skip

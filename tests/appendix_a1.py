"""Appendix A.1 of the 1997 paper in plain NumPy, equation by equation, counting the products that it itemises."""

from __future__ import annotations

import numpy as np


def f(a):
    return 1 / (1 + np.exp(-a))


def forward(W, S, xs, schedule):
    """All activations, one dictionary a step. W: as of `lstm1997_full` with output units, S cells in each block."""
    C, H = len(W["b_i"]), len(W["b_u"])
    block = np.repeat(np.arange(C), S)
    y = {"h": np.zeros(C * S), "i": np.zeros(C), "o": np.zeros(C), "u": np.zeros(H)}
    s, steps = np.zeros(C * S), []
    for x in xs:
        source = np.concatenate([y["h"], y["i"], y["o"], y["u"], x, [1.0]])
        act = {k: f(joined(W, k) @ source) for k in "ioug"}
        g = 4 * act["g"] - 2
        s = s + act["i"][block] * g
        squashed = 2 * f(s) - 1
        new = {"h": act["o"][block] * squashed, "i": act["i"], "o": act["o"], "u": act["u"]}
        seen = y if schedule == "next_step" else new
        hidden = np.concatenate([seen["h"], seen["u"]])
        out = f(W["W_yh"] @ seen["h"] + W["W_yu"] @ seen["u"] + W["b_y"])
        steps.append({"source": source, "g": g, "s": s, "squashed": squashed, "hidden": hidden, "out": out, **new})
        y = new
    return steps, block


def joined(W, k):
    """The weights into one kind of unit: all its sources side by side, the bias last."""
    return np.column_stack([W[f"W_{k}{v}"] for v in "hiou"] + [W[f"U_{k}"], W[f"b_{k}"]])


def learn(W, S, xs, targets, schedule):
    """(minus half the gradient of sum_k (t_k - y_k)^2 as (22), (24), (26), (28) change the weights, products a step).

    The alpha of the equations is one. Errors reach the hidden layer as it was when the output units read it.
    """
    steps, block = forward(W, S, xs, schedule)
    C, H, K = len(W["b_i"]), len(W["b_u"]), len(W["b_y"])
    width = len(steps[0]["source"])
    change = {k: np.zeros_like(joined(W, k)) for k in "ioug"}
    outputs = np.zeros((K, C * S + H + 1))
    ds_c, ds_in = np.zeros((C * S, width)), np.zeros((C * S, width))
    per_step = None
    for t, now in enumerate(steps):
        products = {}
        # The traces (25) and (27) of the step that the output units read.
        read = t - 1 if schedule == "next_step" else t
        if read >= 0:
            then = steps[read]
            y_in, g = then["i"][block], then["g"]
            ds_in = ds_in + np.outer(g * y_in * (1 - y_in), then["source"])
            ds_c = ds_c + np.outer((1 - g**2 / 4) * y_in, then["source"])
            products["25"], products["27"] = ds_in.size, ds_c.size
        e_k = now["out"] * (1 - now["out"]) * (targets[t] - now["out"])  # (19)
        products["19"] = e_k.size
        outputs += np.outer(e_k, np.append(now["hidden"], 1.0))  # (22)
        products["22 outputs"] = K * now["hidden"].size
        if read < 0:
            continue
        u, o = then["u"], then["o"]
        e_i = u * (1 - u) * (W["W_yu"].T @ e_k)  # (20)
        products["20"] = W["W_yu"].size
        back = then["squashed"] * (W["W_yh"].T @ e_k)
        e_out = o * (1 - o) * np.bincount(block, back, minlength=C)  # (21)
        products["21"] = W["W_yh"].size
        change["u"] += np.outer(e_i, then["source"])  # (22)
        change["o"] += np.outer(e_out, then["source"])
        products["22 hidden"], products["22 gates"] = change["u"].size, change["o"].size
        e_s = o[block] * (1 - then["squashed"] ** 2) / 2 * (W["W_yh"].T @ e_k)  # (23)
        products["23"] = W["W_yh"].size
        change["g"] += e_s[:, None] * ds_c  # (28)
        np.add.at(change["i"], block, e_s[:, None] * ds_in)  # (26)
        products["26"], products["28"] = ds_in.size, ds_c.size
        per_step = products
    parted = {"W_yh": outputs[:, : C * S], "W_yu": outputs[:, C * S : -1], "b_y": outputs[:, -1]}
    for k, part in change.items():
        ends = np.cumsum([C * S, C, C, H, xs.shape[1]])
        names = [f"W_{k}{v}" for v in "hiou"] + [f"U_{k}", f"b_{k}"]
        pieces = np.split(part, ends, axis=1)
        parted |= {name: p if name[0] != "b" else p[:, 0] for name, p in zip(names, pieces, strict=True)}
    return parted, per_step

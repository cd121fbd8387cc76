"""How far back each algorithm's gradient sees in the trained networks that read digits.

    python -m figures.experiments.run_trained_lags    # two minutes of one core; writes trained_lags.json

The loss is the cross-entropy of the read-out at the last step, each digit by itself. Contributions to the gradient in
all weights of the recurrent part, by lag, are taken relative to the whole exact gradient of that digit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import errorflow as ef
from errorflow.learning.readout import as_head, loss_and_error
from figures.experiments.records import timed, write

Array = npt.NDArray[np.float64]
FOLDER = Path(__file__).parent.parent / "networks"
NETWORKS, DIGITS = ("rnn", "gru", "lstm"), 32
ALGORITHMS = ("bptt", "gers2000", "snap1")


def contributions(kind: str, digit: int, algorithm: str) -> Array:
    """Contributions of each lag to the gradient in the weights, (T, number of weights)."""
    network = ef.read_network(FOLDER / f"digits_{kind}.safetensors")
    inputs = np.load(FOLDER / "digits_inputs.npy")[digit : digit + 1].astype(float)
    label = np.load(FOLDER / "digits_labels.npy")[digit : digit + 1]

    def loss(h: Array) -> tuple[float, Array]:
        value, error = loss_and_error(as_head(network.head), "cross-entropy", label, h[:, -1])
        return float(np.sum(value)), error

    found = network.cell().gradient(network.weights, inputs, loss, algorithm=algorithm, by_lag=True)
    return np.concatenate([part.reshape(len(part), -1) for _, part in sorted(found.by_lag.items())], axis=1)


def measured(kind: str, digits: int = DIGITS) -> dict[str, Any]:
    """Medians over the digits, for each algorithm, of what `compared` gives; and of what truncation leaves out.

    truncated: distance of the sum of the lags below h to the whole, relative to the whole, for h = 1, ..., T.
    """
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ALGORITHMS}
    left: list[Array] = []
    for digit in range(digits):
        exact = contributions(kind, digit, "bptt")
        whole = exact.sum(axis=0)
        left.append(np.linalg.norm(exact.cumsum(axis=0) - whole, axis=1) / np.linalg.norm(whole))
        for name in ALGORITHMS:
            rows[name].append(compared(exact if name == "bptt" else contributions(kind, digit, name), exact))
    medians = {
        name: {key: _rounded(np.median([row[key] for row in found], axis=0)) for key in found[0]}
        for name, found in rows.items()
    }
    return {"network": kind, "algorithms": medians, "truncated": _rounded(np.median(left, axis=0))}


def compared(part: Array, exact: Array) -> dict[str, Any]:
    """By lag, norm relative to the whole exact gradient and cosine to the exact contribution; the same of the sums.

    A contribution of zero has the cosine 0.
    """
    whole, sum_ = exact.sum(axis=0), part.sum(axis=0)
    size = np.linalg.norm(whole)
    lengths, exactly = np.linalg.norm(part, axis=1), np.linalg.norm(exact, axis=1)
    inner = (part * exact).sum(axis=1)
    cosine = np.divide(inner, lengths * exactly, out=np.zeros_like(inner), where=lengths * exactly > 0)
    return {
        "norm": lengths / size,
        "cosine": cosine,
        "distance": np.linalg.norm(sum_ - whole) / size,
        "cosine_of_whole": float(sum_ @ whole / size / np.linalg.norm(sum_)),
    }


def _rounded(values: Any) -> Any:
    """To nine digits; lengths below 1e-300 and differences of equal sums are written as they are."""
    return np.vectorize(lambda v: float(f"{v:.9g}"))(values).tolist()


def main() -> None:
    """Measures all networks and writes what came of it."""
    about = {"digits": DIGITS, "loss": "cross-entropy of the read-out at the last of 64 steps, each digit by itself"}
    runs = []
    for kind in NETWORKS:
        found, seconds = timed(lambda kind=kind: measured(kind))
        runs.append(found | seconds)
        print(kind, seconds, flush=True)
    write("trained_lags", about, runs)


if __name__ == "__main__":
    main()

"""Fits an ARMA process, a linear window and a small Transformer to the sunspot series, beside the LSTM that is here.

    python figures/networks/fit_sunspots.py

Needs PyTorch and statsmodels, which nothing else here does: the files that it writes are committed. All see the years
1700 to 1959 alone, in units of 200 sunspots; errors are those of the years after, one year ahead from 60.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import statsmodels.api as sm
import torch
from safetensors.numpy import save_file
from statsmodels.tsa.arima.model import ARIMA

HERE = Path(__file__).parent
SEEN, WINDOW, WIDTH, HEADS, LAYERS, EPOCHS = 260, 60, 16, 2, 2, 1500


def windows(series: np.ndarray, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows of 60 years and the year after, for targets start..stop-1."""
    at = range(max(start, WINDOW), stop)
    return np.stack([series[t - WINDOW : t] for t in at]), series[list(at)]


def arma(series: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
    """The ARMA(p, 1) of least BIC with p = 2..9, and its error one step ahead on what it has not seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [ARIMA(series[:SEEN], order=(p, 0, 1)).fit() for p in range(2, 10)]
    best = min(fits, key=lambda fit: fit.bic)
    ahead = best.apply(series).predict(start=SEEN, end=len(series) - 1)
    found = {"phi": -best.polynomial_reduced_ar[1:], "theta": best.polynomial_reduced_ma[1:], "mean": best.params[:1]}
    return found, float(((ahead - series[SEEN:]) ** 2).mean())


def linear(series: np.ndarray, ridge: float = 0.1) -> tuple[dict[str, np.ndarray], float]:
    """LTSF-Linear by ridge regression."""
    x, y = windows(series, 0, SEEN)
    design = np.c_[x, np.ones(len(x))]
    penalty = ridge * np.diag([1.0] * WINDOW + [0.0])
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ y)
    later, wanted = windows(series, SEEN, len(series))
    return {"weight": weights[None, :-1], "bias": weights[-1:]}, float(
        ((later @ weights[:-1] + weights[-1] - wanted) ** 2).mean()
    )


class Net(torch.nn.Module):
    """Embedding, learned positions, two causal layers with the norm first, and a linear head at the last year."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = torch.nn.Linear(1, WIDTH)
        self.position = torch.nn.Parameter(0.02 * torch.randn(WINDOW, WIDTH))
        layer = torch.nn.TransformerEncoderLayer(
            WIDTH, HEADS, 2 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
        )
        norm = torch.nn.LayerNorm(WIDTH)
        self.encoder = torch.nn.TransformerEncoder(layer, LAYERS, norm, enable_nested_tensor=False)
        self.head = torch.nn.Linear(WIDTH, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mask = torch.nn.Transformer.generate_square_subsequent_mask(WINDOW)
        return self.head(self.encoder(self.embed(x) + self.position, mask)[:, -1])[:, 0]


def transformer(series: np.ndarray) -> tuple[dict[str, np.ndarray], float]:
    """The Transformer after training, and its error."""
    torch.manual_seed(0)
    x, y, later, wanted = (
        torch.tensor(a, dtype=torch.float32) for a in (*windows(series, 0, SEEN), *windows(series, SEEN, len(series)))
    )
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.05)
    for _ in range(EPOCHS):
        optimiser.zero_grad()
        ((net(x[..., None] + 0.03 * torch.randn(*x.shape, 1)) - y) ** 2).mean().backward()
        optimiser.step()
    with torch.no_grad():
        error = ((net(later[..., None]) - wanted) ** 2).mean().item()
    return {name: tensor.numpy() for name, tensor in net.state_dict().items()}, error


def main() -> None:
    """Fits all three and writes what they have become."""
    series = sm.datasets.sunspots.load_pandas().data["SUNACTIVITY"].to_numpy() / 200
    np.save(HERE / "sunspots.npy", series)
    for name, fit in (("arma", arma), ("linear", linear), ("transformer", transformer)):
        weights, error = fit(series)
        save_file(weights, HERE / f"sunspots_{name}.safetensors")
        print(f"{name}: squared error {error:.4f}, {sum(w.size for w in weights.values())} numbers")


if __name__ == "__main__":
    main()

"""All singular values of a flow at some lags as a picture: which share of the directions of error is left."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled

Array = npt.NDArray[np.float64]
_COLORS = (style.RED, style.BLUE, style.VIOLET, style.ORANGE, style.PURPLE)
_LINES = (style.SOLID, style.DASHED, style.DASHDOT, style.LONG, style.DOTTED)


def plot_spectrum(
    log2_values: Any, lags: Sequence[int], path: str | os.PathLike[str] | None = None, title: str = ""
) -> Path | Picture:
    """The path of a picture of the singular values in order, a curve for each lag, medians over sequences.

    Parameters
    ----------
    log2_values : array_like, (batch, Q + 1, N) or (Q + 1, N)
        Of `errorflow.numeric.spectrum.singular_values`.
    lags : sequence of int
        At most five of 0..Q.
    path : str or path-like, optional
        Ends in .pdf, .svg or .png; None for a picture that a notebook shows.
    title : str, default ''
        Stands above the picture.

    Returns
    -------
    Path or Picture

    Raises
    ------
    ValueError
        For another suffix, or lags out of range.
    OSError
        If the path cannot be written.
    """
    values = np.asarray(log2_values, dtype=np.float64)
    values = values[None] if values.ndim == 2 else values
    if not 1 <= len(lags) <= len(_COLORS) or not all(0 <= q < values.shape[1] for q in lags):
        raise ValueError(f"lags must be one to {len(_COLORS)} lags from 0 to {values.shape[1] - 1}, got {list(lags)}")
    shown = {q: middle_values(values[:, q]) for q in lags}
    left = ", ".join(f"{int(np.isfinite(v).sum())} at lag {q}" for q, v in shown.items())
    alt = f"Singular values of the error flow in order; of {values.shape[2]} are known {left}."

    def drawn(kind: str) -> bytes:
        with styled():
            fig = new_figure(style.COLUMN, 2.75)
            ax = fig.add_axes((0.19, 0.16, 0.75, 0.7))
            style.panel(ax, "", title)
            for (q, middle), color, line in zip(shown.items(), _COLORS, _LINES, strict=False):
                draw_spectrum(ax, middle, color, line)
                known = np.flatnonzero(np.isfinite(middle))
                if len(known):
                    at = known[len(known) // 2]
                    x, y = (at + 0.5) / len(middle), float(middle[at])
                    style.label(ax, x, y, f"$q = {q}$", style.dark(color), 3, 5)
            ax.set(xlabel="share of the singular values", ylabel=r"$\log_2$ of a singular value", xlim=(0, 1))
            return picture(fig, kind, title or "singular values of the flow", alt)

    return delivered(path, drawn)


def middle_values(log2_values: Array) -> Array:
    """Medians (N,) over sequences of singular values (batch, N); nan where that of a sequence is not known."""
    known = np.isfinite(log2_values).all(axis=0)
    return np.where(known, np.median(np.where(known, log2_values, 0.0), axis=0), np.nan)


def draw_spectrum(ax: Any, log2_values: Array, color: str, line: Any = style.SOLID) -> None:
    """Draws singular values against their share; where some are not known, a triangle ends those that are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    log2_values : array, (N,)
        The largest first, nan where a value is not known.
    color : str
    line : line style, default '-'
    """
    shares = (np.arange(len(log2_values)) + 0.5) / len(log2_values)
    known = np.flatnonzero(np.isfinite(log2_values))
    ends = [int(known[-1])] if len(known) and known[-1] + 1 < len(log2_values) else []
    ax.plot(shares, log2_values, color=color, ls=line, marker="v", ms=3.5, markevery=ends)

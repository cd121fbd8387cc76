"""The bounds of a flow beside what it is, by lag, as a picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled
from errorflow.plots.profile import end_labels, lag_axis

Array = npt.NDArray[np.float64]


def plot_bound(bound: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of the norm of a flow by lag, and of what is proved of it.

    Parameters
    ----------
    bound : errorflow.diagnosis.limits.Bound
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
        For another suffix.
    OSError
        If the path cannot be written.
    """
    of = bound.theorem or "the product of the norms"
    alt = (
        f"Norm of the flow {bound.block} over {bound.last} lags beside its bound, {of}, which exceeds it by "
        f"{bound.gap:.3g} powers of two at the largest lag."
    )

    def drawn(kind: str) -> bytes:
        with styled():
            fig = new_figure(style.COLUMN, 2.75)
            ax = fig.add_axes((0.16, 0.16, 0.62, 0.68))
            style.panel(ax, "", title)
            lags = np.arange(bound.last + 1.0)
            draw_bound(ax, lags, bound.truth, bound.upper, bound.lower)
            ends = {"bound": bound.upper, "norm": bound.truth}
            ends |= {} if bound.lower is None else {"lower": bound.lower}
            seen = {name: values[np.isfinite(values)] for name, values in ends.items()}
            ax.set_ylabel(r"$\log_2$ of singular values")
            lag_axis(ax, lags)
            end_labels(ax, {n: (float(v[-1]), style.INK) for n, v in seen.items() if len(v) == len(lags)})
            return picture(fig, kind, title or "bounds of the flow", alt)

    return delivered(path, drawn)


def draw_bound(
    ax: Any, lags: Array, truth: Array, upper: Array, lower: Array | None = None, smallest: Array | None = None
) -> None:
    """Draws singular values by lag within what is proved, shaded as far as there is a bound below.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    lags : array, (lags,)
    truth, upper : array, (lags,)
        log2 of the norm and of its bound.
    lower : array, (lags,), optional
        log2 of the lower bound of the smallest singular value, -inf where it is void.
    smallest : array, (lags,), optional
        log2 of that value, nan where it is not known.
    """
    ax.plot(lags, upper, color=style.BLUE, ls=style.DOTTED)
    if lower is not None:
        proved = np.isfinite(lower)
        ax.fill_between(lags[proved], lower[proved], upper[proved], color=style.BLUE, alpha=0.15, lw=0)
        ax.plot(lags[proved], lower[proved], color=style.BLUE, ls=style.DOTTED)
    if smallest is not None:
        ax.plot(lags, smallest, color=style.PURPLE, ls=style.DASHED)
    ax.plot(lags, np.where(np.isfinite(truth), truth, np.nan), color=style.RED, ls=style.SOLID)
    ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)

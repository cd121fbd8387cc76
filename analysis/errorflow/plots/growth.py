"""A map of the growth of error over the scale of recurrent weights and of inputs as a picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled

Array = npt.NDArray[np.float64]
LOW, HIGH = -2.0, 1.0  # log2 of the factor per step where the colours end


def plot_growth(found: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of the growth of error over two scales, with the border between decay and growth.

    Parameters
    ----------
    found : GrowthMap
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
    grows = float((found.rate > 0).mean())
    alt = (
        f"Map of the factor of an error per step over {len(found.recurrent)} scales of the recurrent weights and "
        f"{len(found.driving)} of the inputs: it grows in {grows:.0%} of them and decays in the rest."
    )

    def drawn(kind: str) -> bytes:
        with styled():
            fig = new_figure(style.COLUMN, 2.6)
            ax = fig.add_axes((0.15, 0.17, 0.6, 0.7))
            style.panel(ax, "", title)
            draw_growth(ax, found.recurrent, found.driving, found.rate)
            if len(found.driving) > 1:
                ax.plot(found.border(), found.driving, color=style.INK)
            ax.set(xlabel="recurrent weights times", ylabel="inputs times")
            return picture(fig, kind, title or "growth of error", alt)

    return delivered(path, drawn)


def draw_growth(ax: Any, recurrent: Array, driving: Array, rate: Array, bar: bool = True) -> None:
    """Draws factors per step as colour: blue decays, white stays, red grows. Colours end at a quarter and at two.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    recurrent, driving : array, (R,) and (S,)
        Factors of the recurrent weights and of the inputs.
    rate : array, (R, S)
        log2 of the factor of an error per step.
    bar : bool, default True
        Whether a colour bar stands to the right.
    """
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

    colors = LinearSegmentedColormap.from_list("growth", [style.BLUE, "white", style.RED])
    shown = np.clip(rate, LOW, HIGH)
    image = ax.pcolormesh(
        recurrent, driving, shown.T, cmap=colors, norm=TwoSlopeNorm(0, LOW, HIGH), shading="nearest", rasterized=True
    )
    if not bar:
        return
    beside = ax.figure.colorbar(image, cax=ax.inset_axes((1.03, 0, 0.045, 1)))
    factors = {0.25: "≤ 1/4", 0.5: "1/2", 1.0: "1", 1.4: "1.4", 2.0: "≥ 2"}
    beside.set_ticks([float(np.log2(f)) for f in factors], labels=list(factors.values()))
    beside.set_label("factor per step")
    beside.outline.set_linewidth(0.4)
    beside.ax.minorticks_off()

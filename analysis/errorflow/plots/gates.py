"""The values of a gate unit by unit as a picture: where each is most of the time, and how far it moves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled

Array = npt.NDArray[np.float64]
LOW, MIDDLE, HIGH = 10, 50, 90


def plot_gates(
    run: Any, gate: str = "f", path: str | os.PathLike[str] | None = None, title: str = ""
) -> Path | Picture:
    """The path of a picture of a gate along a run: of each unit the median, and where it is in 80 of 100 steps.

    Parameters
    ----------
    run : Trajectory
        With its inner vectors.
    gate : str, default 'f'
        The name of one of them.
    path : str or path-like, optional
        Ends in .pdf, .svg or .png; None for a picture that a notebook shows.
    title : str, default ''
        Stands above the picture.

    Returns
    -------
    Path or Picture

    Raises
    ------
    KeyError
        For a name that the run does not hold.
    ValueError
        For another suffix.
    OSError
        If the path cannot be written.
    """
    inner = {symbol.name: values for symbol, values in run.values.items()}
    if gate not in inner:
        raise KeyError(f"no vector called {gate!r} in this run; there are {', '.join(sorted(inner))}")
    ranges = gate_ranges(inner[gate])
    alt = (
        f"Values of {gate} of {ranges.shape[1]} units along {run.steps} steps: their medians lie between "
        f"{ranges[1].min():.3g} and {ranges[1].max():.3g}."
    )

    def drawn(kind: str) -> bytes:
        with styled():
            fig = new_figure(style.COLUMN, 2.6)
            ax = fig.add_axes((0.15, 0.17, 0.8, 0.7))
            style.panel(ax, "", title)
            draw_gates(ax, ranges)
            ax.set(xlabel="units, in order of their medians", ylabel=f"${gate}$" if len(gate) == 1 else gate)
            return picture(fig, kind, title or f"values of {gate}", alt)

    return delivered(path, drawn)


def gate_ranges(values: Array) -> Array:
    """The tenth, fiftieth and ninetieth percentile of each unit over steps and sequences, by ascending median.

    Parameters
    ----------
    values : array, (T, batch, n)

    Returns
    -------
    array, (3, n)
    """
    found = np.percentile(values.reshape(-1, values.shape[-1]), (LOW, MIDDLE, HIGH), axis=0)
    return np.asarray(found[:, np.argsort(found[1], kind="stable")])


def draw_gates(ax: Any, ranges: Array) -> None:
    """Draws a bar from the tenth to the ninetieth percentile of each unit, and a dot at the median.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    ranges : array, (3, n)
        Of `gate_ranges`.
    """
    low, middle, high = ranges
    units = np.arange(1.0, len(middle) + 1)
    ax.vlines(units, low, high, color=style.BLUE, lw=max(0.6, min(3.0, 120 / len(middle))), alpha=0.6)
    ax.plot(units, middle, "o", color=style.INK, ms=2)
    ax.set_xlim(0, len(middle) + 1)

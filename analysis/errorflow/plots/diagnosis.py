"""A diagnosis as a picture: for each layer how far its error reaches and by which way, and the map over time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled
from errorflow.plots.profile import draw_shares, draw_spread, end_labels, lag_axis, percentiles

Array = npt.NDArray[Any]
_ROW = 2.3  # inches
_MOST_PARTS = 5


def plot_diagnosis(diagnosis: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of a diagnosis, a row for each layer and one for all of them as one.

    Parameters
    ----------
    diagnosis : Diagnosis
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

    def drawn(kind: str) -> bytes:
        with styled():
            return picture(_figure(diagnosis, title), kind, title or "error flow", _described(diagnosis))

    return delivered(path, drawn)


def plot_heat(heat: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of a map over time and lag.

    Parameters
    ----------
    heat : Heat
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
    alt = (
        f"Map of the norm of d state_t / d state_(t-q) over {len(heat.times)} times t and lags up to {heat.lags[-1]}; "
        "darker red is growth, darker blue is decay."
    )

    def drawn(kind: str) -> bytes:
        with styled():
            fig = new_figure(style.TEXT, 2.6)
            ax = fig.subplots()
            fig.subplots_adjust(left=0.08, right=0.95, bottom=0.17, top=0.86)
            style.panel(ax, "", title)
            draw_heat(ax, heat.times, heat.lags, heat.log2_norm)
            ax.set_xlabel("time $t$ (steps)")
            return picture(fig, kind, title or "error flow over time", alt)

    return delivered(path, drawn)


def plot_checkpoints(found: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of the norm over training step and lag, and of the loss's error where there is one.

    Parameters
    ----------
    found : Checkpoints
        Of a folder of checkpoints.
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
    error = found.log2_error
    maps = {f"norm of the flow, {found.name}": found.log2_norm} | (
        {} if error is None else {"error of the loss": error}
    )
    alt = f"Maps of {' and of the '.join(maps)} over {len(found.files)} checkpoints and lags up to {found.lags[-1]}."

    def drawn(kind: str) -> bytes:
        with styled():
            fig = _maps(found, maps, title)
            return picture(fig, kind, title or "error flow in training", alt)

    return delivered(path, drawn)


def _maps(found: Any, maps: dict[str, Array], title: str) -> Any:
    """A map over training step and lag for each entry."""
    fig = new_figure(style.TEXT, 2.6)
    axes = np.atleast_1d(fig.subplots(1, len(maps)))
    fig.subplots_adjust(left=0.08, right=0.93, bottom=0.17, top=0.84, wspace=0.45)
    for letter, ax, (name, values) in zip("ab", axes, maps.items(), strict=False):
        style.panel(ax, letter, f"{title}, {name}" if title and letter == "a" else name)
        # Checkpoints are seldom evenly spaced: each has a column, named by its step.
        at = np.arange(len(found.steps))
        draw_heat(ax, at, found.lags, values)
        chosen = np.unique(np.linspace(0, len(at) - 1, min(6, len(at))).round().astype(int))
        ax.set_xticks(chosen, [str(found.steps[k]) for k in chosen])
        ax.set_xlabel("training step")
    return fig


def draw_heat(
    ax: Any, times: Array, lags: Array, log2_norm: Array, limit: float | None = None, bar: bool = True
) -> Any:
    """Draws log2 norms as colour, 0 white; the image is returned.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    times : array, (times,)
    lags : array, (lags,)
    log2_norm : array, (times, lags)
        Exact zeros are drawn as the lowest colour.
    limit : float, optional
        Where the colours end, both ways; the largest modulus where it is not given.
    bar : bool
        Whether a colour bar stands beside the map.

    Returns
    -------
    matplotlib.collections.QuadMesh
    """
    finite = np.abs(log2_norm[np.isfinite(log2_norm)])
    limit = float(finite.max()) if limit is None and len(finite) else limit or 1.0
    limit = max(limit, 1e-9)
    shown = np.where(np.isneginf(log2_norm), -limit, log2_norm)
    image = ax.pcolormesh(
        times, lags, shown.T, cmap="RdBu_r", vmin=-limit, vmax=limit, shading="nearest", rasterized=True
    )
    if bar:
        scale = ax.figure.colorbar(image, ax=ax, pad=0.015, fraction=0.04)
        scale.set_label(r"$\log_2$ norm")
        scale.outline.set_linewidth(0.4)
    ax.set_ylabel("lag $q$ (steps)")
    return image


def _figure(diagnosis: Any, title: str) -> Any:
    rows = diagnosis.all
    width, height = style.TEXT, _ROW * len(rows) + 0.22
    fig = new_figure(width, height)
    axes = fig.subplots(len(rows), 2, squeeze=False)
    fig.subplots_adjust(
        left=0.09, right=0.93, bottom=0.5 / height, top=1 - 0.62 / height, wspace=0.52, hspace=0.85 / (_ROW - 0.85)
    )
    fig.text(0.09, 1 - 0.2 / height, title, fontsize=9)
    for k, layer in enumerate(rows):
        _norms(axes[k, 0], layer, chr(ord("a") + 2 * k), diagnosis.loss_of(layer))
        if not layer.shares:
            axes[k, 1].set_axis_off()
            continue
        style.panel(axes[k, 1], chr(ord("b") + 2 * k), "how the flow first leaves the carry")
        draw_shares(axes[k, 1], layer.lags.astype(float), _largest(layer.shares))
    return fig


def _largest(shares: dict[str, Array]) -> dict[str, Array]:
    """The carry and the parts with the largest mean share, few enough to be told apart."""
    means = {name: float(np.nanmean(np.append(0.0, values[np.isfinite(values)]))) for name, values in shares.items()}
    most = sorted(means, key=lambda name: -means[name])[:_MOST_PARTS]
    return {name: values for name, values in shares.items() if name in most or name == "carry"}


def _norms(ax: Any, layer: Any, letter: str, loss: Any) -> None:
    """The norm with its spread, the horizon, the product of blocks alone where that is another thing, and the error of
    the loss relative to lag 0 where there is one."""
    lags = layer.lags.astype(float)
    style.panel(ax, letter, f"{layer.name}, {layer.kind}: {layer.verdict.word}")
    spread = percentiles(layer.profile.log2_norm)
    draw_spread(ax, lags, spread, style.RED)
    curves: list[tuple[str, Array, Array, str, Any]] = [("norm", layer.lags, spread[1], style.RED, style.SOLID)]
    if layer.trap.others:
        curves.append(("blocks alone", layer.trap.lags, layer.trap.log2_alone, style.PURPLE, style.DASHED))
    if loss is not None:
        named: list[tuple[str, Array, Any]] = [
            ("losses" if loss.every_step else "loss", loss.log2_error, style.DASHDOT)
        ]
        end = "first loss" if loss.direction == "reverse" else "last loss"  # the last one that it processes
        named += [(end, loss.log2_last, style.DOTTED)] * loss.every_step
        # Of a direction whose last state no loss reads, relative to the largest error.
        first = loss.log2_error[:, :1]
        base = np.where(np.isfinite(first), first, loss.log2_error.max(axis=1, keepdims=True))
        for name, values, line in named:
            _, middle, _ = percentiles(values - np.where(np.isfinite(base), base, 0.0))
            curves.append((name, loss.lags, middle, style.ORANGE, line))
    for _, at, values, color, line in curves[1:]:
        ax.plot(at, np.where(np.isfinite(values), values, np.nan), color=color, ls=line)
    ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    if layer.horizon < len(lags) - 1:
        ax.axvline(layer.horizon, color=style.FAINT, lw=0.8, ls=style.DOTTED, zorder=0)
        # On the side that has room for it.
        left = layer.horizon > 0.6 * lags[-1]
        text, low = f"horizon {layer.horizon}", ax.get_ylim()[0]
        style.label(
            ax, layer.horizon, low, text, style.FAINT, -3 if left else 3, 6, True, ha="right" if left else "left"
        )
    lag_axis(ax, lags)
    ax.set_ylabel(r"$\log_2$ norm")
    finite = {name: (values[np.isfinite(values)], color) for name, _, values, color, _ in curves}
    end_labels(ax, {name: (float(v[-1]), style.dark(color)) for name, (v, color) in finite.items() if len(v)})


def _described(diagnosis: Any) -> str:
    told = [f"{each.name}: {each.verdict.word}, horizon {each.horizon}" for each in diagnosis.all]
    return "Error flow by lag and its shares by first departure. " + "; ".join(told) + "."

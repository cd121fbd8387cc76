"""Error flow by lag as a picture: norms with their spread over sequences, blocks, and shares by departure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.plots import style
from errorflow.plots.files import Picture, delivered, new_figure, picture, styled

Array = npt.NDArray[np.float64]
LOW, MIDDLE, HIGH = 10, 50, 90
_COLORS = (style.RED, style.BLUE, style.VIOLET, style.ORANGE, style.PURPLE, style.GREY)
_LINES = (style.SOLID, style.DASHED, style.DASHDOT, style.LONG, style.DOTTED)


def plot_profile(profile: Any, path: str | os.PathLike[str] | None = None, title: str = "") -> Path | Picture:
    """The path of a picture of a profile: norm of the joint state, of its blocks, and shares by first departure.

    Parameters
    ----------
    profile : Profile
        Of one sequence or many, with or without departures.
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
            return picture(_figure(profile, title), kind, title or "error flow", describe(profile))

    return delivered(path, drawn)


def percentiles(values: Array) -> tuple[Array, Array, Array]:
    """Tenth percentile, median and ninetieth percentile over sequences, by lag; between zero and a number, zero.

    values: (batch, lags) of log2 norms, -inf for zero; or (lags,), a sequence alone.
    """
    with np.errstate(invalid="ignore"):
        found = np.percentile(np.atleast_2d(values), (LOW, MIDDLE, HIGH), axis=0)
    low, middle, high = np.where(np.isnan(found), -np.inf, found)
    return low, middle, high


def draw_spread(ax: Any, lags: Array, spread: tuple[Array, Array, Array], color: str, line: Any = "-") -> None:
    """Draws a median with its spread, log2 over lags. Where all is zero, a triangle says so."""
    low, middle, high = (np.where(np.isneginf(v), np.nan, v) for v in spread)
    if np.any(low != high):
        ax.fill_between(lags, low, high, color=color, alpha=0.15, lw=0)
    ax.plot(lags, middle, color=color, ls=line)
    alive = np.flatnonzero(~np.isneginf(spread[1]))
    if len(alive) and alive[-1] + 1 < len(lags):
        first, across = lags[alive[-1] + 1], ax.get_xaxis_transform()
        ax.plot([first], [0.02], "v", ms=4, color=color, transform=across, clip_on=False, zorder=4)
        words = {"color": style.dark(color), "transform": across, "fontsize": 8, "va": "bottom"}
        ax.text(first, 0.05, f" 0 in float64 from $q = {first:g}$", **words)


def draw_norms(ax: Any, lags: Array, log2_norms: Mapping[str, Array]) -> None:
    """Draws log2 norms by lag, one labelled curve for each entry, the median over sequences with its spread.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    lags : array, (lags,)
    log2_norms : mapping of str to array, (batch, lags) or (lags,)
        Label -> log2 of the norm, -inf for zero.
    """
    ends = {}
    for k, (label, values) in enumerate(log2_norms.items()):
        color = _COLORS[k % len(_COLORS)]
        spread = percentiles(values)
        draw_spread(ax, lags, spread, color, _LINES[k % len(_LINES)])
        seen = spread[1][np.isfinite(spread[1])]
        ends[label] = (float(seen[-1]) if len(seen) else 0.0, style.dark(color))
    ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    ax.set_ylabel(r"$\log_2$ of the spectral norm")
    lag_axis(ax, lags)
    end_labels(ax, ends)


def draw_shares(ax: Any, lags: Array, shares: Mapping[str, Array]) -> None:
    """Draws the signed shares of the flow by first departure, medians over sequences.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        What is drawn into.
    lags : array, (lags,)
    shares : mapping of str to array, (batch, lags) or (lags,)
        Part -> share, nan where there is no flow.
    """
    ends = {}
    for k, (label, values) in enumerate(shares.items()):
        color = style.INK if label == "carry" else _COLORS[(k - 1) % len(_COLORS)]
        line = style.SOLID if label == "carry" else _LINES[(k - 1) % len(_LINES)]
        middle = median_share(values)
        ax.plot(lags, middle, color=color, ls=line)
        seen = middle[np.isfinite(middle)]
        name = f"${label}$" if len(label) == 1 else label or "net"
        ends[name] = (float(seen[-1]) if len(seen) else 0.0, color if label == "carry" else style.dark(color))
    ax.axhline(0, color=style.GREY, lw=0.7, zorder=0)
    ax.set_ylabel("share of the flow")
    lag_axis(ax, lags)
    end_labels(ax, ends)


def median_share(values: Array) -> Array:
    """The median over the sequences whose flow is not zero, by lag; nan where there is none. values: (batch, lags)."""
    by_lag = np.atleast_2d(values)
    middle = np.full(by_lag.shape[1], np.nan)
    flows = np.isfinite(by_lag).any(axis=0)
    middle[flows] = np.nanmedian(by_lag[:, flows], axis=0)
    return middle


def describe(profile: Any) -> str:
    """The picture of a profile in words."""
    _, middle, _ = percentiles(profile.log2_norm)
    sequences = len(np.atleast_2d(profile.log2_norm))
    last = "zero in float64" if np.isneginf(middle[-1]) else f"2^{middle[-1]:.3g}"
    return (
        f"Error flow by lag over {len(profile.lags) - 1} steps, median of {sequences} sequences: the spectral norm of "
        f"the joint state is {last} at the largest lag. Beside it, where there are any, the blocks of the flow and its "
        "shares by the gate through which it first leaves the carry, read forward in time."
    )


def _figure(profile: Any, title: str) -> Any:
    blocks = profile.log2_norm_blocks if len(profile.log2_norm_blocks) > 1 else {}
    count = 1 + bool(blocks) + bool(profile.shares)
    width, height = style.COLUMN * count, 2.75
    fig = new_figure(width, height)
    axes = iter(np.atleast_1d(fig.subplots(1, count)))
    fig.subplots_adjust(left=0.55 / width, right=1 - 0.62 / width, bottom=0.16, top=0.81, wspace=1.2 / 2.1)
    sequences = len(np.atleast_2d(profile.log2_norm))
    spread = f"median and {LOW} to {HIGH} % of {sequences} sequences" if sequences > 1 else ""
    fig.text(0.55 / width, 1 - 0.2 / height, ", ".join(part for part in (title, spread) if part), fontsize=9)
    lags, letters = profile.lags.astype(float), iter("abc")
    ax = next(axes)
    style.panel(ax, next(letters), "joint state")
    draw_norms(ax, lags, {"": profile.log2_norm})
    if blocks:
        ax = next(axes)
        style.panel(ax, next(letters), "its blocks, from old to new")
        draw_norms(ax, lags, {f"${old} \\to {new}$": values for (new, old), values in blocks.items()})
    if profile.shares:
        ax = next(axes)
        style.panel(ax, next(letters), "how the flow first leaves the carry")
        draw_shares(ax, lags, profile.shares)
    return fig


def lag_axis(ax: Any, lags: Array) -> None:
    """An axis of lags, in whole steps."""
    ax.set_xlabel("lag $q$ (steps)")
    ax.set_xlim(0, max(1.0, float(lags[-1])))
    ax.xaxis.get_major_locator().set_params(integer=True)


def end_labels(ax: Any, ends: Mapping[str, tuple[float, str]]) -> None:
    """Writes each name beside the end of its curve, moved apart where curves end close together."""
    ax.autoscale_view()
    low, high = ax.get_ylim()
    height = ax.get_position().height * ax.figure.get_figheight() * 72
    gap = 10.0 * (high - low) / height
    ax.set_ylim(low, high)
    names = sorted((name for name in ends if name), key=lambda name: ends[name][0])
    places = [min(max(ends[name][0], low), high) for name in names]
    for _ in range(len(places) ** 2):
        for i in range(len(places) - 1):
            short = max(0.0, gap - (places[i + 1] - places[i]))
            places[i], places[i + 1] = places[i] - short / 2, places[i + 1] + short / 2
    for i, y in enumerate(places):
        places[i] = max(y, low if i == 0 else places[i - 1] + gap)
    x = ax.get_xlim()[1]
    for name, y in zip(names, places, strict=True):
        style.label(ax, x, y, name, ends[name][1], 4)

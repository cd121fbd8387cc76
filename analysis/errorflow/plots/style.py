"""How all figures look: widths of journals, one typeface, colours and line styles, labels on the curves."""

from __future__ import annotations

from typing import Any

COLUMN, TEXT = 3.25, 6.75  # inches: one column and the text width of a two-column page

# petroff6 of Matplotlib: told apart in colour blindness; a line style goes with each, so that greyscale works too.
BLUE, ORANGE, RED, PURPLE, GREY, VIOLET = "#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd"
INK, FAINT = "#1a1a1a", "#6b6b70"
SOLID, DASHED, DOTTED, DASHDOT, LONG = "-", (0, (4, 2)), (0, (1, 1.4)), (0, (5, 1.6, 1, 1.6)), (0, (8, 2))

RC: dict[str, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "cm",  # the primes of stix are hardly seen
    "font.size": 9,
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "legend.fontsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 1.6,
    "ytick.minor.size": 1.6,
    "lines.linewidth": 1.3,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "errorflow",
    "text.usetex": False,
    "path.simplify": True,
}

# Points: axis labels and headings, names of curves, ticks. As printed: a figure is drawn at its width and not scaled.
_SIZES = ((6.5, (9.0, 8.5, 8.0)), (4.5, (8.5, 8.0, 7.5)), (0.0, (8.0, 7.5, 7.0)))

HALO = {"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def sized(width: float | None = None) -> dict[str, Any]:
    """The settings for a picture so many inches wide: letters are a little smaller in a narrow one. None: 9 points."""
    axes, curve, tick = next(sizes for least, sizes in _SIZES if width is None or width >= least)
    return RC | {
        "font.size": axes, "axes.labelsize": axes, "axes.titlesize": axes, "legend.fontsize": curve,
        "xtick.labelsize": tick, "ytick.labelsize": tick,
    }  # fmt: skip


def size(of: str) -> float:
    """The size in points of letters now: `axes` of axis labels and headings, `curve` of names of curves, `tick`."""
    import matplotlib as mpl

    return float(mpl.rcParams[{"axes": "axes.labelsize", "curve": "legend.fontsize", "tick": "xtick.labelsize"}[of]])


def panel(ax: Any, letter: str, heading: str = "", rise: float = 7) -> None:
    """A bold letter and a short heading, `rise` points above the upper left corner."""
    how = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "baseline"}
    ax.annotate(letter, (0, 1), (0, rise), weight="bold", **how)
    ax.annotate(heading, (0, 1), (10, rise), **how)


def label(
    ax: Any, x: float, y: float, text: str, color: str, dx: float = 0, dy: float = 0, halo: bool = False, **how: Any
) -> None:
    """Text at a point of a curve, moved by (dx, dy) points, in the colour of the curve."""
    how = {"ha": "left", "va": "center", "fontsize": size("curve"), **how}
    box = HALO if halo else None
    ax.annotate(text, (x, y), (dx, dy), textcoords="offset points", color=color, bbox=box, annotation_clip=False, **how)


def dark(color: str) -> str:
    """The colour at two thirds of its brightness, for text, which needs more contrast than a line."""
    return "#" + "".join(f"{int(int(color[i : i + 2], 16) * 0.68):02x}" for i in (1, 3, 5))


def readable(color: str) -> str:
    """The colour in which letters that speak of a line of this colour are set: darkened, unless it is dark."""
    return color if color in (INK, FAINT) else dark(color)

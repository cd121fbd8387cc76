"""From a figure module to files: the picture in three formats, its data, and what it says of itself."""

from __future__ import annotations

import inspect
import io
import json
import platform
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from errorflow.plots.files import FORMATS, new_figure, picture, styled, write
from figures import figure
from figures.layout import LEAST
from figures.table import COLUMNS, TOLERANCE, Table

OUT = Path(__file__).parent / "out"
GALLERY = Path(__file__).parent / "gallery"
MOST_BYTES = 60_000  # of a thumbnail: the front page of the repository is to load at once
# Inches that a figure may take: text width, or one column, of the usual venues.
WIDTHS = {
    "neurips": 5.5,
    "icml-single": 3.25,
    "icml-double": 6.75,
    "jmlr": 6.0,
    "ieee-column": 3.5,
    "ieee-double": 7.16,
}
MOST = 12.0
_PACKAGES = ("errorflow", "matplotlib", "numpy", "scipy", "sympy")


def render(
    name: str,
    out: Path = OUT,
    formats: Sequence[str] = FORMATS,
    tell: Callable[[str], None] = lambda text: None,
    width: float | None = None,
) -> list[Path]:
    """The files written for the figure called `name`: NAME.pdf, .svg, .png, .csv and .json.

    out: the folder, made if absent. width: in inches, by default that of the figure.
    tell: receives one line for each thing that is being done.

    Raises: KeyError for an unknown name or format; TooNarrow for a width on which it could not be read;
    AssertionError if the data contradict what the figure claims.
    """
    for kind in formats:
        if kind not in FORMATS:
            raise KeyError(f"formats must be among {', '.join(FORMATS)}, got {kind!r}")
    module = figure(name)
    tell(f"{name}: computing")
    table = module.data()
    module.check(table)
    tell(f"{name}: drawing {', '.join(formats)}")
    pictures = drawn(module, table, formats, width=width)
    out.mkdir(parents=True, exist_ok=True)
    contents = {f"{name}.{kind}": picture for kind, picture in pictures.items()}
    contents[f"{name}.csv"] = table.csv().encode()
    contents[f"{name}.json"] = (json.dumps(description(module, table, width), indent=1) + "\n").encode()
    paths = []
    for file, content in contents.items():
        paths.append(write(out / file, content))
    return paths


def only_data(name: str, out: Path = OUT) -> list[Path]:
    """The files NAME.csv and NAME.json, without a picture. Raises: as `render`."""
    return render(name, out, ())


def inches(width: str) -> float:
    """The inches of a width: a name in WIDTHS, or a number. Raises: ValueError with the names, or with the least."""
    try:
        found = WIDTHS[width] if width in WIDTHS else float(width)
    except ValueError:
        found = float("nan")
    if not LEAST <= found <= MOST:
        venues = ", ".join(f"{name} ({size})" for name, size in WIDTHS.items())
        raise ValueError(f"--width must be one of {venues}, or from {LEAST:g} to {MOST:g} inches, got {width!r}")
    return found


def caption(module: ModuleType) -> str:
    """The docstring of a figure module as one paragraph."""
    return " ".join((inspect.getdoc(module) or "").split())


def description(module: ModuleType, table: Table, width: float | None = None) -> dict[str, Any]:
    """What the JSON beside a figure holds."""
    return {
        "name": module.NAME,
        "caption": caption(module),
        "alt": module.ALT,
        "theorems": list(module.SHOWS),
        "parameters": table.rounded().parameters,
        "axes": {panel: list(words) for panel, words in table.axes.items()},
        "columns": list(COLUMNS),
        "sha256_of_csv": table.sha256(),
        "tolerance_across_machines": dict(TOLERANCE),
        "width_inches": width or module.WIDTH,
        "versions": {"python": platform.python_version(), **{p: _version(p) for p in _PACKAGES}},
    }


def _version(package: str) -> str:
    if package == "errorflow":
        import errorflow

        return errorflow.__version__
    return metadata.version(package)


def drawn(
    module: ModuleType, table: Table, formats: Sequence[str], dpi: float = 200, width: float | None = None
) -> dict[str, bytes]:
    """The picture in each format, drawn and not scaled to `width` inches, by default that of the module.

    Nothing in the bytes depends on the clock or on chance, nor on digits beyond those of the CSV.
    """
    with styled(width or module.WIDTH):
        fig = laid_out(module, table, width)
        title = module.NAME.replace("_", " ")
        return {kind: picture(fig, kind, title, module.ALT, dpi) for kind in formats}


def laid_out(module: ModuleType, table: Table, width: float | None = None) -> Any:
    """The Matplotlib figure, drawn for `width` inches, by default that of the module. Only within `styled(width)`.

    Raises: TooNarrow if it could not be read at this width.
    """
    fig = new_figure(width or module.WIDTH, 1.0)  # its height follows from what is drawn
    module.draw(fig, table.rounded())
    return fig


def thumbnail(name: str, out: Path = GALLERY, pixels: int = 900) -> Path:
    """The file of a small PNG for the README: `pixels` wide, with as few colours as keep the lines smooth."""
    from PIL import Image

    module = figure(name)
    table = module.data()
    module.check(table)
    png = drawn(module, table, ("png",), dpi=pixels / module.WIDTH)["png"]
    out.mkdir(parents=True, exist_ok=True)
    image, stream = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    for colors in (256, 128, 64, 32):
        stream = io.BytesIO()
        image.quantize(colors, dither=Image.Dither.NONE).save(stream, "png", optimize=True)
        if stream.tell() <= MOST_BYTES:
            break
    return write(out / f"{name}.png", stream.getvalue())

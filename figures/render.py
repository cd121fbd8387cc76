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
from figures.table import COLUMNS, Table

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
MARGIN = 1e-9
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

    Raises: KeyError for an unknown name or format; AssertionError if the data contradict what the figure claims.
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


def drawn_for(width: str, module: ModuleType) -> None:
    """Raises: ValueError if the figure does not fit a place of that name, with the least width that it is drawn for."""
    if hasattr(module, "HEIGHT") and WIDTHS[width] + MARGIN < module.WIDTH:
        wide = ", ".join(n for n, inches in WIDTHS.items() if inches + MARGIN >= module.WIDTH)
        raise ValueError(
            f"--width must be at least {module.WIDTH} inches for {module.NAME}, got {width} ({WIDTHS[width]} inches);"
            f" give one of {wide}, or none"
        )


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
        "parameters": table.parameters,
        "axes": {panel: list(words) for panel, words in table.axes.items()},
        "columns": list(COLUMNS),
        "sha256_of_csv": table.sha256(),
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

    Nothing in the bytes depends on the clock or on chance."""
    with styled(width or module.WIDTH):
        fig = laid_out(module, table, width)
        title = module.NAME.replace("_", " ")
        return {kind: picture(fig, kind, title, module.ALT, dpi) for kind in formats}


def laid_out(module: ModuleType, table: Table, width: float | None = None) -> Any:
    """The Matplotlib figure, drawn for `width` inches, by default that of the module. Only within `styled(width)`."""
    fig = new_figure(width or module.WIDTH, getattr(module, "HEIGHT", 1.0))
    module.draw(fig, table)
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

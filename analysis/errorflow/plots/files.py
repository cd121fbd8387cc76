"""From a figure to bytes that depend on nothing but the picture, and from bytes to a file that is whole or absent."""

from __future__ import annotations

import errno
import io
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from errorflow.plots.style import sized

FORMATS = ("pdf", "svg", "png")


def kind_of(path: Path) -> str:
    """The format that a path asks for by its suffix. Raises: ValueError if that is none of pdf, svg, png."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise ValueError(f"path must end in .pdf, .svg or .png, got {str(path)!r}")
    return kind


@contextmanager
def styled(width: float | None = None) -> Iterator[None]:
    """Matplotlib with the settings of the package for a picture so many inches wide, and none of the user's."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(sized(width))
        yield


def new_figure(width: float, height: float) -> Any:
    """An empty figure of this size in inches that belongs to no window. Only within `styled`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fig = Figure(figsize=(width, height))
    FigureCanvasAgg(fig)
    return fig


def picture(fig: Any, kind: str, title: str, alt: str, dpi: float = 200) -> bytes:
    """The figure as pdf, svg or png, with its title and its description in words. Only within `styled`.

    Nothing in the bytes depends on the clock or on chance.
    """
    told: dict[str, dict[str, Any]] = {
        "pdf": {"Title": title, "Subject": alt, "CreationDate": None},
        "svg": {"Title": title, "Description": alt, "Date": None},
        "png": {"Title": title, "Description": alt},
    }
    # Some of Matplotlib's own fonts carry dates before 1970, which fontTools remarks on each time it embeds one.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    stream = io.BytesIO()
    fig.savefig(stream, format=kind, dpi=dpi, metadata=told[kind])
    if kind != "svg":
        return stream.getvalue()
    text = stream.getvalue().decode()
    described = f"<desc>{escape(alt)}</desc>\n <metadata>"
    return text.replace("<metadata>", described, 1).replace("<svg ", '<svg role="img" ', 1).encode()


@dataclass(frozen=True)
class Picture:
    """A picture that a notebook shows.

    Attributes
    ----------
    content : bytes
        PNG.
    """

    content: bytes

    def _repr_png_(self) -> bytes:
        return self.content

    def __repr__(self) -> str:
        return f"Picture({len(self.content)} bytes of PNG)"


def delivered(path: str | os.PathLike[str] | None, drawn: Callable[[str], bytes]) -> Path | Picture:
    """What `drawn` makes for a format, written to the path, which is returned; without one, a picture for a notebook.

    Raises: ValueError for a suffix that is no format; OSError if the path cannot be written.
    """
    if path is None:
        return Picture(drawn("png"))
    target = Path(path)
    kind = kind_of(target)
    return write(target, drawn(kind))


def write(path: Path, content: bytes) -> Path:
    """The path, after `content` has been written there: all of it or, where an error is raised, nothing.

    A link stays: what it points to is written.

    Raises: OSError if the folder does not exist or cannot be written.
    """
    target = _behind_links(path)
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:  # which names the file that was asked for, not the temporary one
        raise type(error)(error.errno, error.strerror, str(target if path.is_symlink() else path)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(partial).chmod(0o666 & ~_umask())
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return path


def _behind_links(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # what Python before 3.13 makes of links that lead round
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

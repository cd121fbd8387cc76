"""What is being done, on one line of a terminal that is written over; elsewhere nothing."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PAUSE = 0.05  # seconds between two lines: nobody reads faster, and a terminal costs time


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows a line on stderr if that is a terminal; the line is gone when the work ends or breaks."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return

    shown = -_PAUSE

    def tell(text: str) -> None:
        nonlocal shown
        if time.monotonic() - shown < _PAUSE:
            return
        shown = time.monotonic()
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{text[:width]}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)

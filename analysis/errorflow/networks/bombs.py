"""Files that promise far more than they hold on the disk: compressed bombs, and files of holes."""

from __future__ import annotations

from pathlib import Path

# Trained weights hardly compress: what promises more than this many times its size is a bomb, unless it is small.
EXPANSION_LIMIT = 100
SMALL = 16 * 2**20
BLOCK = 512  # bytes in a unit of st_blocks, whatever the file system


def refuse_expansion(path: Path, promised: int, size: int) -> None:
    """Raises: ValueError if `promised` bytes are beyond reason for `size` bytes of file."""
    if _beyond_reason(promised, size):
        raise ValueError(f"{path} must not expand beyond reason, got {promised} bytes out of {size}")


def refuse_holes(path: Path) -> None:
    """Raises: ValueError if the file is long but hardly anything of it is on the disk: read, its holes fill memory."""
    about = path.stat()
    blocks = getattr(about, "st_blocks", 0)  # not known on Windows and on some network drives
    if blocks:
        there = blocks * BLOCK
        if _beyond_reason(about.st_size, there):
            raise ValueError(f"{path} must be whole, got {about.st_size} bytes of which {there} are on the disk")


def _beyond_reason(promised: int, size: int) -> bool:
    return promised > max(SMALL, EXPANSION_LIMIT * size)

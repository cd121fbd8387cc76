"""Statements as data and the kernel that replays certificates: all that is trusted, with the standard library alone."""

"""The built-in cells, written through the same public door as a user's own."""

from __future__ import annotations

from collections.abc import Callable

from errorflow.builtin.gated import gru, gru_reset_before, janet, mingru, minimal_rnn
from errorflow.builtin.lstms import lstm, lstm1997, lstm1997_full, lstm_peephole, lstm_projected, slstm
from errorflow.builtin.plain import leaky_rnn, lru, orthogonal_rnn, rnn
from errorflow.cells import Cell

BUILTIN: dict[str, Callable[[], Cell]] = {
    "rnn": rnn,
    "lstm1997": lstm1997,
    "lstm": lstm,
    "gru": gru,
    "gru_reset_before": gru_reset_before,
    "lstm_peephole": lstm_peephole,
    "lstm_projected": lstm_projected,
    "lstm1997_full": lstm1997_full,
    "mingru": mingru,
    "lru": lru,
    "minimal_rnn": minimal_rnn,
    "orthogonal_rnn": orthogonal_rnn,
    "leaky_rnn": leaky_rnn,
    "janet": janet,
    "slstm": slstm,
}

__all__ = [
    "BUILTIN",
    "cell",
    "gru",
    "gru_reset_before",
    "janet",
    "leaky_rnn",
    "lru",
    "lstm",
    "lstm1997",
    "lstm1997_full",
    "lstm_peephole",
    "lstm_projected",
    "mingru",
    "minimal_rnn",
    "orthogonal_rnn",
    "rnn",
    "slstm",
]


def cell(name: str) -> Cell:
    """The built-in cell called `name`.

    Parameters
    ----------
    name : str
        As `errorflow list` has it.

    Returns
    -------
    Cell

    Raises
    ------
    KeyError
        With the names that exist.
    """
    if name not in BUILTIN:
        raise KeyError(f"no cell called {name!r}; built in are {', '.join(BUILTIN)}; your own is file.py:name")
    return BUILTIN[name]()

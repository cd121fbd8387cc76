"""When real-time recurrent learning needs less memory than backpropagation through time."""

from __future__ import annotations

from .checks import count


def memory_break_even(units: int, inputs: int = 1, *, inputs_stored: bool = True) -> int:
    """The least number of steps T from which RTRL of a fully recurrent network needs less memory than BPTT.

    Parameters
    ----------
    units : int
        n.
    inputs : int, default 1
        m.
    inputs_stored : bool, default True
        Whether BPTT stores the inputs too, and not the states alone.

    Returns
    -------
    int

    Raises
    ------
    ValueError, TypeError
        For sizes that are not positive integers.

    References
    ----------
    Theorem learning.memory_break_even.
    """
    n, m = count("units", units), count("inputs", inputs)
    return n * n if inputs_stored else n * (n + m)

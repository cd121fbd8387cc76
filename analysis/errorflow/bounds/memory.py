"""When real-time recurrent learning needs less memory than backpropagation through time."""

from __future__ import annotations

from .checks import count


def memory_break_even(units: int, inputs: int = 1, *, inputs_stored: bool = True) -> int:
    """The least number of steps T from which RTRL of a fully recurrent network needs less memory than BPTT.

    units, inputs: n and m. BPTT stores states and inputs; with inputs_stored=False it stores the states alone.

    Raises: ValueError or TypeError for sizes that are not positive integers.
    Source: theorem learning.memory_break_even.
    """
    n, m = count("units", units), count("inputs", inputs)
    return n * n if inputs_stored else n * (n + m)

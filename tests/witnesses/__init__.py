"""A witness for every theorem of the registry, in plain NumPy against the code that users call; no symbolic engine.

A witness draws an instance that satisfies the hypotheses and computes both sides of the conclusion. `sharp` is an
instance on which the sides are equal. `dropped` has for each hypothesis an instance without it, on which the conclusion
fails. `slack` is the rounding that the two computations may differ by, with its reason beside each witness.
"""

from . import (
    averages,
    cell_state,
    gates,
    growth,
    learning,
    lstm_flow,
    memory_cell,
    networks,
    online,
    paths,
    scalar,
    sequence_models,
    units,
)

WITNESSES = (
    *units.WITNESSES,
    *networks.WITNESSES,
    *paths.WITNESSES,
    *scalar.WITNESSES,
    *memory_cell.WITNESSES,
    *lstm_flow.WITNESSES,
    *cell_state.WITNESSES,
    *gates.WITNESSES,
    *learning.WITNESSES,
    *online.WITNESSES,
    *sequence_models.WITNESSES,
    *growth.WITNESSES,
    *averages.WITNESSES,
)

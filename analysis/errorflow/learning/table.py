"""All learning algorithms in reading order, and what each of them costs for a cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np

from errorflow.definition import Definition
from errorflow.learning.algorithm import Algorithm
from errorflow.learning.bptt import BPTT
from errorflow.learning.cost import LETTERS, Cost
from errorflow.learning.diagonal_rtrl import DIAGONAL_RTRL
from errorflow.learning.gers2000 import GERS2000
from errorflow.learning.lstm1997 import LSTM1997
from errorflow.learning.rflo import RFLO
from errorflow.learning.rtrl import RTRL
from errorflow.learning.schmidhuber1992 import SCHMIDHUBER1992
from errorflow.learning.snap1 import SNAP1
from errorflow.learning.tbptt import TBPTT
from errorflow.learning.uoro import UORO

ALGORITHMS: tuple[Algorithm, ...] = (
    *(BPTT, TBPTT, RTRL, SCHMIDHUBER1992, DIAGONAL_RTRL),
    *(LSTM1997, GERS2000, SNAP1, RFLO, UORO),
)

# Other names of the same algorithm.
ALIASES = {"eprop": "gers2000"}

_WORDS = {"n": "units", "m": "inputs", "T": "steps"}
# What `costs` and `Cell.cost` call by these names is no width of a vector.
_TAKEN = frozenset({"T", *LETTERS.values(), *LETTERS, *_WORDS.values(), "biases", "algorithms", "definition", "self"})


def algorithm(name: str) -> Algorithm:
    """The algorithm of this name, or of another name of it. Raises: KeyError with all names."""
    for found in ALGORITHMS:
        if found.name == ALIASES.get(name, name):
            return found
    known = ", ".join([*(a.name for a in ALGORITHMS), *ALIASES])
    raise KeyError(f"algorithm must be one of {known}, got {name!r}")


def undefined(definition: Definition) -> dict[str, str]:
    """Name -> reason, for the algorithms that are not defined for this cell."""
    reasons = {a.name: a.refusal(definition) for a in ALGORITHMS}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def check_defined(chosen: Algorithm, definition: Definition) -> None:
    """Raises ValueError with the reason if the algorithm is not defined for the cell."""
    reason = chosen.refusal(definition)
    if reason is not None:
        raise ValueError(f"{chosen.name} is not defined for cell {definition.name!r}: {reason}")


def check_options(asked: Iterable[str], chosen: Iterable[Algorithm]) -> None:
    """Raises TypeError for an option that does not exist, ValueError for one that none of the chosen takes."""
    takers: dict[str, list[str]] = {}
    for each in ALGORITHMS:
        for option in each.options:
            takers.setdefault(option, []).append(each.name)
    taken = {option for each in chosen for option in each.options}
    for option in asked:
        if option not in takers:
            near = difflib.get_close_matches(option, takers, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(takers)}"
            raise TypeError(f"no learning algorithm has an option {option!r}{hint}")
        if option not in taken:
            names = ", ".join(each.name for each in chosen)
            raise ValueError(f"{option} must be left out for {names}; it is an option of {', '.join(takers[option])}")


def costs(
    definition: Definition,
    *,
    units: int | None = None,
    inputs: int | None = None,
    steps: int | None = None,
    biases: bool = False,
    algorithms: Iterable[str] | None = None,
    horizon: int | None = None,
    every: int | None = None,
    block: int | None = None,
    **others: int | None,
) -> tuple[Cost, ...]:
    """The cost of every learning algorithm that is defined for a cell, in reading order; of `algorithms` if given.

    What is left out of the sizes stays a symbol.

    Parameters
    ----------
    definition : Definition
        Of the cell.
    units, inputs, steps : int, optional
        n, m, T.
    biases : bool, default False
        Whether biases are counted.
    algorithms : iterable of str, optional
        Names; all that are defined where it is not given.
    horizon, every : int, optional
        h and h' of truncated BPTT.
    block : int, optional
        h, the steps of a block of the 1992 hybrid.
    **others : int
        Other size labels.

    Returns
    -------
    tuple of Cost

    Raises
    ------
    ValueError
        For a number that is not a positive integer, for an algorithm that is not defined for the cell, for an
        option that no algorithm asked for takes and for a cell with a size that is called as a number of steps is.
    KeyError
        For an unknown algorithm or a label that the cell does not have.
    TypeError
        For an option that no algorithm has.
    """
    clash = sorted({*definition.sizes.values()} & _TAKEN)
    if clash:
        raise ValueError(
            f"the size labels of cell {definition.name!r} must leave {', '.join(clash)} to costs, where it means"
            " something else; give `sizes` another label, such as 'k'"
        )
    unknown = [label for label in others if label not in definition.sizes.values()]
    if unknown:
        known = ", ".join(dict.fromkeys(definition.sizes.values()))
        raise KeyError(f"cell {definition.name!r} has no size {', '.join(unknown)}; its sizes are {known}")
    sizes = _numbers({"n": units, "m": inputs, "T": steps, **others})
    options = _numbers({"horizon": horizon, "every": every, "block": block})
    if algorithms is None:
        reasons = undefined(definition)
        chosen = [a for a in ALGORITHMS if a.name not in reasons]
    else:
        chosen = [algorithm(name) for name in ([algorithms] if isinstance(algorithms, str) else algorithms)]
        for each in chosen:
            check_defined(each, definition)
    check_options(options, chosen)
    return tuple(
        each.cost(definition, biases, sizes | {LETTERS[k]: v for k, v in options.items() if k in each.options})
        for each in chosen
    )


def _numbers(given: dict[str, int | None]) -> dict[str, int]:
    """What is given, as integers."""
    found = {}
    for label, number in given.items():
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise ValueError(f"{_WORDS.get(label, label)} must be a positive integer, got {number!r}")
        found[label] = int(number)
    return found

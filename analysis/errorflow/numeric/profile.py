"""Error flow by lag: norms of d state_T / d state_(T-q) for q = 0, 1, ..., by block and by the way the error took."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from errorflow.calculus.edges import gates
from errorflow.definition import Definition
from errorflow.numeric.arrays import Array
from errorflow.numeric.carried_errors import flows_at
from errorflow.numeric.flows import windows
from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.norms import Table, measured
from errorflow.numeric.scaled import Integers

CARRY = "carry"
_GROUP = 2**16  # entries of the flows that are carried at once, to stay in the cache: sequences wait for one another


@dataclass(frozen=True, eq=False)
class Profile:
    """Norms of the flow Phi_q = d state_T / d state_(T-q) for q = 0..Q.

    Phi_q is the product of the Jacobians of the steps as float64 holds them, and no zero is made on the way: log2 is
    -inf where that product is zero. A slope below 2^-1074 is zero in float64: then the derivative itself may be more.

    Attributes
    ----------
    lags : array of int, (Q + 1,)
        In steps.
    log2_norm, log2_frobenius : array, (batch, Q + 1) or (Q + 1,)
        Of the joint state, spectral and Frobenius.
    log2_norm_blocks : dict of (str, str) to array, (batch, Q + 1) or (Q + 1,)
        Spectral, of d new / d old under (new, old).
    log2_departures : dict of str to array, (batch, Q + 1) or (Q + 1,)
        log2 Frobenius norm of each part of the flow by first departure, read forward in time: "carry" never left
        the carry, what is under a gate's label left it through that gate.
    shares : dict of str to array, (batch, Q + 1) or (Q + 1,)
        <part, Phi> / |Phi|^2 of the parts. They sum to 1 up to rounding of the largest; nan where Phi is zero or a
        share is beyond float64.
    """

    lags: Integers
    log2_norm: Array
    log2_frobenius: Array
    log2_norm_blocks: dict[tuple[str, str], Array]
    log2_departures: dict[str, Array]
    shares: dict[str, Array]

    def plot(self, path: Any = None, title: str = "") -> Any:
        """The path of a picture; without a path, a picture for a notebook.

        Parameters
        ----------
        path : str or path-like, optional
            Ends in .pdf, .svg or .png.
        title : str, default ''
            Stands above the picture.

        Returns
        -------
        Path or Picture

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        from errorflow.plots import plot_profile

        return plot_profile(self, path, title)

    def __repr__(self) -> str:
        states = ", ".join(dict.fromkeys(new for new, _ in self.log2_norm_blocks))
        batch = f"{len(self.log2_norm)} sequences, " if self.log2_norm.ndim == 2 else ""
        return f"Profile({batch}lags 0..{self.lags[-1]}, states {states})"

    def _repr_html_(self) -> str:
        last = int(self.lags[-1])
        columns = {"log<sub>2</sub> norm": self.log2_norm} | {escape(k or "net"): v for k, v in self.shares.items()}
        rows = ["<tr><th>lag</th>" + "".join(f"<th>{name}</th>" for name in columns) + "</tr>"]
        for q in sorted({0, last, *(2**k for k in range(last.bit_length()) if 2**k < last)}):
            middle = (np.median(np.atleast_2d(values)[:, q]) for values in columns.values())
            rows.append(f"<tr><td>{q}</td>" + "".join(f"<td>{value:z.3f}</td>" for value in middle) + "</tr>")
        return f"<table>{''.join(rows)}</table>"


def profile(
    definition: Definition,
    weights: Mapping[str, Any],
    inputs: Any,
    state: Any = None,
    *,
    max_lag: int | None = None,
    departures: bool = True,
) -> Profile:
    """The error flow of a cell along the trajectory that these inputs drive.

    weights: name -> array. inputs: (batch, T, m) or (T, m); for a cell without input, T. state: initial state, zero
    where absent. max_lag: largest q, default T. departures: whether to follow the parts of the flow too.

    Raises: as `errorflow.numeric.run`; ValueError for a max_lag outside 0..T; ArithmeticError if an entry of a Jacobian
    is not finite.
    """
    return profile_of(run(definition, weights, inputs, state, inner=False), max_lag=max_lag, departures=departures)


def profile_of(
    trajectory: Trajectory,
    *,
    max_lag: int | None = None,
    departures: bool = True,
    tell: Callable[[str], None] = lambda text: None,
) -> Profile:
    """The error flow along a trajectory that has been run. Arguments as in `profile`; tell: receives how far it is."""
    lags = checked_lag("max_lag", trajectory.steps if max_lag is None else max_lag, trajectory.steps)
    labels = _labels(trajectory.definition) if departures else ()
    table: Table = {}
    together = max(1, _GROUP // (trajectory.width**2 * (1 + len(labels))))
    for first in range(0, trajectory.batch, together):
        some = trajectory.sequences(first, first + together)
        where = f"sequence {first + 1} of {trajectory.batch}, " if together < trajectory.batch else ""

        def at(lag: int, where: str = where) -> None:
            tell(f"{where}lag {lag} of {lags}")

        found = _table(some, lags, labels, False, at) or _table(some, lags, labels, True, at) or {}
        for key, values in found.items():
            whole = table.setdefault(key, np.empty((trajectory.batch, lags + 1)))
            whole[first : first + together] = values.T
    return _profile({key: whole[0] for key, whole in table.items()} if trajectory.single else table, lags)


def _table(
    trajectory: Trajectory, lags: int, labels: Sequence[str], whole: bool, at: Callable[[int], None]
) -> Table | None:
    """All norms, each (lags + 1, batch); None where directions were dropped that might matter after all."""
    table: Table = {}
    done = 0
    for window in windows(trajectory, lags, labels, whole=whole):
        rows, certain = measured(window, labels)
        if not certain.all():
            return None
        for key, values in rows.items():
            table.setdefault(key, np.empty((lags + 1, trajectory.batch)))[done : done + window.lags] = values
        done += window.lags
        at(done - 1)
    return table


def _profile(table: Table, lags: int) -> Profile:
    def kind(name: str) -> dict[str, Array]:
        return {key[1]: values for key, values in table.items() if key[0] == name}

    return Profile(
        lags=np.arange(lags + 1),
        log2_norm=table["norm",],
        log2_frobenius=table["frobenius",],
        log2_norm_blocks={(key[1], key[2]): values for key, values in table.items() if key[0] == "block"},
        log2_departures=kind("departure"),
        shares=kind("share"),
    )


def checked_lag(name: str, lag: Any, steps: int) -> int:
    """`lag` as an integer; raises ValueError outside 0..steps."""
    if isinstance(lag, bool) or not isinstance(lag, int | np.integer) or not 0 <= lag <= steps:
        raise ValueError(f"{name} must be an integer from 0 to T = {steps}, got {lag!r}")
    return int(lag)


def _labels(definition: Definition) -> tuple[str, ...]:
    """Names of the parts of the flow."""
    labels = gates(definition)
    if CARRY in labels:
        raise ValueError(
            f"cell {definition.name!r} must not call a map {CARRY!r}, which is the part of the flow that leaves through"
            " no map; give it another label, or set departures=False"
        )
    return (CARRY, *labels)


def flow_at(trajectory: Trajectory, lag: int) -> tuple[Array, Integers]:
    """Phi_q = d state_T / d state_(T-q) as (batch, N, N) times 2 ** exponent (batch,).

    lag: q, 0 <= q <= T.
    """
    ((_, flow, exponent),) = flows_at(trajectory, [checked_lag("lag", lag, trajectory.steps)])
    return flow.swapaxes(1, 2), exponent


__all__ = ["CARRY", "Profile", "flow_at", "profile", "profile_of"]

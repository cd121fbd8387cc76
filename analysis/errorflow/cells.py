"""The public cell: one definition, and everything that follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sympy

from errorflow.definition import Definition, define

if TYPE_CHECKING:
    from errorflow.calculus.edges import Truncation
    from errorflow.calculus.jacobian import Layout
    from errorflow.calculus.result import Flow, Jacobian
    from errorflow.learning import Cost, Gradient, Quality
    from errorflow.numeric import Profile, Trajectory


class Cell:
    """A recurrent cell, checked when it is made.

    name: how the cell is called in messages and files.
    inputs: names of the input vectors.
    state: name -> its new value, an elementwise expression in names, `new(name)` and affine maps `net(...)`.
    where: name -> expression, for gates and other inner vectors.
    sizes: name -> size label for a vector that does not have n entries (inputs have m).
    output: the state block that the loss reads; default h if there is one, else the first.

    Raises: ValueError or TypeError with the reason if the definition is not a cell.
    """

    def __init__(
        self,
        name: str,
        *,
        inputs: Sequence[sympy.Symbol],
        state: Mapping[sympy.Symbol, sympy.Expr],
        where: Mapping[sympy.Symbol, sympy.Expr] | None = None,
        sizes: Mapping[sympy.Symbol, str] | None = None,
        output: sympy.Symbol | None = None,
    ) -> None:
        self.definition: Definition = define(name, inputs=inputs, state=state, where=where, sizes=sizes, output=output)

    def __repr__(self) -> str:
        states = ", ".join(s.name for s in self.definition.states)
        return f"Cell({self.name!r}, state {states}; weights {', '.join(self.shapes())})"

    def _repr_latex_(self) -> str:
        return self.jacobian()._repr_latex_()

    @property
    def name(self) -> str:
        """The name given to the cell."""
        return self.definition.name

    def shapes(self) -> dict[str, tuple[str, ...]]:
        """The shape of every weight, in size labels: {"W_f": ("n", "n"), "U_f": ("n", "m"), "b_f": ("n",)}."""
        return {p.name: (p.rows, p.columns) if p.columns else (p.rows,) for p in self.definition.parameters}

    def random_weights(self, rng: Any, *, scale: float | None = None, **sizes: int) -> dict[str, Any]:
        """Weights drawn from N(0, scale^2), default scale 1 / sqrt(columns); biases zero.

        rng: a numpy.random.Generator. sizes: a number for every size label, such as units n=64 and inputs m=3.
        """
        from errorflow.numeric.weights import random_weights

        return random_weights(self.definition, rng, scale=scale, sizes=sizes)

    def jacobian(self, *, truncated: Truncation = False, layout: Layout = "column") -> Jacobian:
        """The one-step state Jacobian d new / d old, block by block, for any width."""
        from errorflow.calculus.result import Jacobian

        return Jacobian(self.definition, truncated, layout)

    def flow(self, lag: int | str = "q", *, truncated: Truncation = False, layout: Layout = "column") -> Flow:
        """The product of `lag` Jacobians, d state_t / d state_(t-lag); "q" keeps the number of steps symbolic."""
        from errorflow.calculus.result import Flow

        return Flow(self.definition, lag, truncated, layout)

    def run(self, weights: Mapping[str, Any], inputs: Any, state: Any = None) -> Trajectory:
        """The forward pass. weights: name -> array. inputs: (batch, T, m) or (T, m)."""
        from errorflow.numeric import run

        return run(self.definition, weights, inputs, state)

    def step_jacobians(
        self, weights: Mapping[str, Any], inputs: Any, state: Any = None, *, truncated: Truncation = False
    ) -> Any:
        """All one-step Jacobians of a run, (batch, T, N, N), entry [t, p, q] = d new_p / d old_q of the joint state.

        N: the state blocks one after the other, in the order of the definition. No batch axis for a single sequence.
        """
        from errorflow.numeric.linear import jacobians

        return jacobians(self.run(weights, inputs, state), truncated)

    def profile(
        self,
        weights: Mapping[str, Any],
        inputs: Any,
        state: Any = None,
        *,
        max_lag: int | None = None,
        departures: bool = True,
    ) -> Profile:
        """Norms of d state_T / d state_(T-q) at every lag, by block and by gate. See `errorflow.numeric.profile`."""
        from errorflow.numeric import profile

        return profile(self.definition, weights, inputs, state, max_lag=max_lag, departures=departures)

    def gradient(
        self,
        weights: Mapping[str, Any],
        inputs: Any,
        loss: Any,
        *,
        algorithm: str = "bptt",
        state: Any = None,
        biases: bool = True,
        count: bool = False,
        **options: Any,
    ) -> Gradient:
        """The gradient of a loss in the weights, and its cost, by any of `errorflow.learning.ALGORITHMS`.

        options: by_lag, truncated, and what else the algorithm takes. See `errorflow.learning.gradient`.
        """
        from errorflow.learning import gradient

        return gradient(
            self.definition,
            weights,
            inputs,
            loss,
            algorithm=algorithm,
            state=state,
            biases=biases,
            count=count,
            **options,
        )

    def gradient_quality(
        self, weights: Mapping[str, Any], inputs: Any, loss: Any, **options: Any
    ) -> tuple[Quality, ...]:
        """Bias and variance of gradients beside the exact one. See `errorflow.learning.gradient_quality`."""
        from errorflow.learning import gradient_quality

        return gradient_quality(self.definition, weights, inputs, loss, **options)

    def cost(
        self,
        *,
        units: int | None = None,
        inputs: int | None = None,
        steps: int | None = None,
        biases: bool = False,
        algorithms: Iterable[str] | None = None,
        **others: int | None,
    ) -> tuple[Cost, ...]:
        """Exact multiply-adds and memory of every learning algorithm defined for the cell, or of those asked for.

        Polynomials and, where numbers are given, integers. others: horizon, every, block, and the cell's other sizes.
        """
        from errorflow.learning import costs

        sizes = {"units": units, "inputs": inputs, "steps": steps}
        return costs(self.definition, **sizes, biases=biases, algorithms=algorithms, **others)

    def draw(self, path: Any) -> Any:
        """The file written: the graph of the cell as a picture, every edge with its derivative.

        path: ending in .pdf, .svg or .png. Raises: as `errorflow.plots.draw_cell`.
        """
        from errorflow.plots import draw_cell

        return draw_cell(self, path)

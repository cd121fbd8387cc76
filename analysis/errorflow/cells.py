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

    Parameters
    ----------
    name : str
        How the cell is called in messages and files.
    inputs : sequence of sympy.Symbol
        Names of the input vectors.
    state : mapping of sympy.Symbol to sympy.Expr
        Name -> its new value, an elementwise expression in names, `new(name)` and affine maps `net(...)`.
    where : mapping of sympy.Symbol to sympy.Expr, optional
        The same for gates and other inner vectors.
    sizes : mapping of sympy.Symbol to str, optional
        Name -> size label for a vector that does not have n entries (inputs have m).
    output : sympy.Symbol, optional
        The state block that the loss reads; h if there is one, else the first.

    Raises
    ------
    ValueError, TypeError
        With the reason if the definition is not a cell.
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
        """The shape of every weight, in size labels: {"W_f": ("n", "n"), "U_f": ("n", "m"), "b_f": ("n",)}.

        Returns
        -------
        dict of str to tuple of str
        """
        return {p.name: (p.rows, p.columns) if p.columns else (p.rows,) for p in self.definition.parameters}

    def random_weights(self, rng: Any, *, scale: float | None = None, **sizes: int) -> dict[str, Any]:
        """Weights drawn from N(0, scale^2); biases are zero, the weights of a diagonal have columns = 1.

        A fixed matrix from blocks to their units has a single 1 in each row, at the block of the unit.

        Parameters
        ----------
        rng : numpy.random.Generator
        scale : float, optional
            1 / sqrt(columns) where it is not given.
        **sizes : int
            A number for every size label, such as units n=64 and inputs m=3.

        Returns
        -------
        dict of str to array

        Raises
        ------
        KeyError
            If a size label has no number.
        ValueError
            If it is not a positive integer.
        TypeError
            If rng is no generator.
        """
        from errorflow.numeric.weights import random_weights

        return random_weights(self.definition, rng, scale=scale, sizes=sizes)

    def jacobian(self, *, truncated: Truncation = False, layout: Layout = "column") -> Jacobian:
        """The one-step state Jacobian d new / d old, block by block, for any width.

        Parameters
        ----------
        truncated : bool or collection of str, default False
            True deletes the edges that the 1997 truncation cuts, labels only those into the maps so called.
        layout : {'column', 'row'}, default 'column'
            Whether a column or a row belongs to an old state.

        Returns
        -------
        Jacobian

        Raises
        ------
        KeyError
            For the label of a map that has no edge to cut.
        TypeError, ValueError
            For labels given as one string; for another layout.

        References
        ----------
        Hochreiter & Schmidhuber 1997, appendix A.1, for what is truncated.
        """
        from errorflow.calculus.result import Jacobian

        return Jacobian(self.definition, truncated, layout)

    def flow(self, lag: int | str = "q", *, truncated: Truncation = False, layout: Layout = "column") -> Flow:
        """The product of `lag` Jacobians, d state_t / d state_(t-lag); "q" keeps the number of steps symbolic.

        Parameters
        ----------
        lag : int or 'q', default 'q'
            In steps.
        truncated : bool or collection of str, default False
            True deletes the edges that the 1997 truncation cuts, labels only those into the maps so called.
        layout : {'column', 'row'}, default 'column'
            Whether a column or a row belongs to an old state.

        Returns
        -------
        Flow

        Raises
        ------
        KeyError
            For the label of a map that has no edge to cut.
        TypeError, ValueError
            For another lag or layout, and for one with more terms than can be written out.

        References
        ----------
        Hochreiter & Schmidhuber 1997, appendix A.1, for what is truncated.
        """
        from errorflow.calculus.result import Flow

        return Flow(self.definition, lag, truncated, layout)

    def run(self, weights: Mapping[str, Any], inputs: Any, state: Any = None) -> Trajectory:
        """The forward pass, every state kept.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
            For a cell without input, T; for several inputs, a mapping.
        state : mapping of str to array_like, (n,) or (batch, n), optional
            Initial state by block, its name or its symbol, zero where absent.

        Returns
        -------
        Trajectory

        Raises
        ------
        KeyError, TypeError, ValueError
            For arrays that do not fit.
        ArithmeticError
            When a value overflows, with the vector and the step.
        """
        from errorflow.numeric import run

        return run(self.definition, weights, inputs, state)

    def step_jacobians(
        self, weights: Mapping[str, Any], inputs: Any, state: Any = None, *, truncated: Truncation = False
    ) -> Any:
        """All one-step Jacobians of a run, entry [t, p, q] = d new_p / d old_q of the joint state.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
        state : mapping of str to array_like, (n,) or (batch, n), optional
            Initial state by block, its name or its symbol, zero where absent.
        truncated : bool or collection of str, default False
            True deletes the edges that the 1997 truncation cuts, labels only those into the maps so called.

        Returns
        -------
        array, (batch, T, N, N) or (T, N, N)
            N counts the state blocks one after the other, in the order of the definition.

        Raises
        ------
        KeyError, TypeError, ValueError
            For arrays that do not fit.
        ArithmeticError
            When a value overflows.
        """
        from errorflow.numeric.linear import jacobians

        return jacobians(self.run(weights, inputs, state), truncated)

    def step_jacobian_blocks(
        self, weights: Mapping[str, Any], inputs: Any, state: Any = None, *, truncated: Truncation = False
    ) -> dict[tuple[str, str], Any]:
        """The blocks of all one-step Jacobians of a run, for an LSTM in half the memory of `step_jacobians`.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
        state : mapping of str to array_like, (n,) or (batch, n), optional
            Initial state by block, its name or its symbol, zero where absent.
        truncated : bool or collection of str, default False
            True deletes the edges that the 1997 truncation cuts, labels only those into the maps so called.

        Returns
        -------
        dict of (str, str) to array, (batch, T, n, k) or (batch, T, n)
            Under (new, old), entry [t, p, q] = d new_p / d old_q. Where no matrix lies between the two states the block
            is diagonal and the array is its diagonal. Blocks that are zero are left out. No batch axis for a single
            sequence.

        Raises
        ------
        KeyError, TypeError, ValueError
            For arrays that do not fit.
        ArithmeticError
            When a value overflows.
        """
        from errorflow.numeric.assembly import jacobian_blocks

        return jacobian_blocks(self.run(weights, inputs, state), truncated)

    def profile(
        self,
        weights: Mapping[str, Any],
        inputs: Any,
        state: Any = None,
        *,
        max_lag: int | None = None,
        departures: bool = True,
    ) -> Profile:
        """Norms of d state_T / d state_(T-q) at every lag, by block and by gate.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
        state : mapping of str to array_like, (n,) or (batch, n), optional
            Initial state by block, its name or its symbol, zero where absent.
        max_lag : int, optional
            The largest q, T where it is not given.
        departures : bool, default True
            Whether to follow the parts of the flow by first departure too.

        Returns
        -------
        Profile

        Raises
        ------
        KeyError, TypeError, ValueError
            For arrays that do not fit, and a max_lag outside 0..T.
        ArithmeticError
            When a state or an entry of a Jacobian is not finite.
        """
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
        """The gradient of a loss in the weights, and what it took.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
        loss : array_like, (batch, T, n) or (batch, n), or callable
            d loss / d output, (batch, T, n) for a loss at every step or (batch, n) for one at the last; or a
            function of the output that returns (value, derivative).
        algorithm : str, default 'bptt'
            One of `errorflow.learning.ALGORITHMS`.
        state : mapping of str to array_like, (n,) or (batch, n), optional
            Initial state by block, its name or its symbol, zero where absent.
        biases : bool, default True
            Whether biases are learned.
        count : bool, default False
            Whether products entry by entry and words kept are counted too.
        **options : object
            by_lag, truncated, and what else the algorithm takes; see `errorflow.learning.gradient`.

        Returns
        -------
        Gradient

        Raises
        ------
        KeyError, TypeError, ValueError
            As `errorflow.learning.gradient`.
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
        """Bias and variance of gradients beside the exact one.

        Parameters
        ----------
        weights : mapping of str to array_like
            Under the names of `shapes`, in these shapes.
        inputs : array_like, (batch, T, m) or (T, m)
        loss : array_like, (batch, T, n) or (batch, n), or callable
            As for `gradient`.
        **options : object
            algorithms, rng, draws, state, biases, options; see `errorflow.learning.gradient_quality`.

        Returns
        -------
        tuple of Quality

        Raises
        ------
        KeyError, TypeError, ValueError
            As `errorflow.learning.gradient_quality`.
        """
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

        Polynomials and, where numbers are given, integers.

        Parameters
        ----------
        units, inputs, steps : int, optional
            n, m, T.
        biases : bool, default False
            Whether biases are counted.
        algorithms : iterable of str, optional
            Names; all that are defined for the cell where it is not given.
        **others : int
            horizon, every, block, and the cell's other sizes.

        Returns
        -------
        tuple of Cost

        Raises
        ------
        KeyError, ValueError
            As `errorflow.learning.costs`.
        """
        from errorflow.learning import costs

        sizes = {"units": units, "inputs": inputs, "steps": steps}
        return costs(self.definition, **sizes, biases=biases, algorithms=algorithms, **others)

    def draw(self, path: Any) -> Any:
        """The file written: the graph of the cell as a picture, every edge with its derivative.

        Parameters
        ----------
        path : str or path-like
            Ends in .pdf, .svg or .png.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ValueError
            For another suffix.
        OSError
            If the path cannot be written.
        """
        from errorflow.plots import draw_cell

        return draw_cell(self, path)

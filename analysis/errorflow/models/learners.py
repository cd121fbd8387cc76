"""Learners on a window of lag features: a kernel machine, which has a derivative, and a forest, which has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from errorflow.models.record import Law
from errorflow.numeric.arrays import Array, checked


@dataclass(frozen=True, eq=False)
class KernelMachine:
    """f(x) = sum_i a_i exp(-gamma |x - x_i|^2) + b, as a support vector machine with a Gaussian kernel has it.

    Parameters
    ----------
    points : array_like, (N, L)
        Support vectors x_i, windows with the oldest sample first.
    weights : array_like, (N,)
        a.
    gamma : float
        Above 0.
    bias : float, default 0.0
        b.

    Raises
    ------
    ValueError
        For shapes that do not fit and a gamma that is not above 0.
    """

    points: Any
    weights: Any
    gamma: float
    bias: float = 0.0

    def __post_init__(self) -> None:
        points, weights = checked("points", self.points), checked("weights", self.weights)
        if points.ndim != 2 or weights.shape != points.shape[:1]:
            raise ValueError(f"points (N, L) and weights (N,) must fit, got {points.shape} and {weights.shape}")
        if not self.gamma > 0:
            raise ValueError(f"gamma must be above 0, got {self.gamma}")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)

    def run(self, x: Any) -> float:
        """f on a window.

        Parameters
        ----------
        x : array_like, (L,)
            The window.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            For another shape.
        """
        return float(self._kernel(x)[1] @ self.weights + self.bias)

    def influence(self, x: Any) -> Array:
        """d f / d x_(T-q) on a window, for q = 0..L-1.

        Parameters
        ----------
        x : array_like, (L,)
            The window.

        Returns
        -------
        array, (L,)

        Raises
        ------
        ValueError
            For another shape.
        """
        away, kernel = self._kernel(x)
        return np.asarray((-2 * self.gamma * (self.weights * kernel) @ away)[::-1])

    def bound(self) -> float:
        """The most that the influence can be at any lag, on any window: sqrt(2 gamma / e) sum_i |a_i|.

        Returns
        -------
        float
        """
        return float(np.sqrt(2 * self.gamma / np.e) * np.abs(self.weights).sum())

    def law(self) -> Law:
        """The influence is exactly 0 beyond the window.

        Returns
        -------
        Law
        """
        return Law("finite", int(self.points.shape[1]))

    def _kernel(self, x: Any) -> tuple[Array, Array]:
        window = checked("x", x)
        if window.shape != self.points.shape[1:]:
            raise ValueError(f"x must have shape {self.points.shape[1:]}, got {window.shape}")
        away = window - self.points
        return away, np.exp(-self.gamma * (away**2).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Tree:
    """A regression tree as arrays over its nodes. At a node, x[feature] <= threshold goes left.

    Parameters
    ----------
    feature, threshold, left, right, value : array_like, (nodes,)
        A leaf has left -1.
    """

    feature: Any
    threshold: Any
    left: Any
    right: Any
    value: Any

    def along(self, x: Array, place: int) -> tuple[Array, Array]:
        """(cuts, values) of the tree as a function of x[place] alone: values[k] between cuts[k-1] and cuts[k].

        Parameters
        ----------
        x : array, (L,)
            The window.
        place : int
            Of the sample that moves.

        Returns
        -------
        cuts, values : array, (k,) and (k + 1,)
        """
        cuts: list[float] = []
        values: list[float] = []

        def walk(node: int, low: float, high: float) -> None:
            if self.left[node] < 0:
                if values:
                    cuts.append(low)
                values.append(float(self.value[node]))
                return
            at = float(self.threshold[node])
            if self.feature[node] != place:
                walk(self.left[node] if x[self.feature[node]] <= at else self.right[node], low, high)
                return
            if low < at:
                walk(self.left[node], low, min(at, high))
            if at < high:
                walk(self.right[node], max(at, low), high)

        walk(0, -np.inf, np.inf)
        return np.array(cuts), np.array(values)


@dataclass(frozen=True, eq=False)
class Forest:
    """The mean of regression trees on a window. Constant in pieces: what it has by lag is jumps, no derivative.

    Parameters
    ----------
    trees : tuple of Tree
        Of equal weight.
    length : int
        L, the samples of a window.
    """

    trees: tuple[Tree, ...]
    length: int

    def run(self, x: Any) -> float:
        """The forecast on a window.

        Parameters
        ----------
        x : array_like, (L,)
            The window.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            For another shape.
        """
        window = self._window(x)
        return float(np.mean([_at(*tree.along(window, 0), window[0]) for tree in self.trees]))

    def along(self, x: Any, lag: int) -> tuple[Array, Array]:
        """The forecast as a function of x_(T-lag) alone, exactly: values[k] between cuts[k-1] and cuts[k].

        Parameters
        ----------
        x : array_like, (L,)
            The window.
        lag : int
            Of the sample that moves.

        Returns
        -------
        cuts, values : array, (k,) and (k + 1,)

        Raises
        ------
        ValueError
            For another shape, or a lag beyond the window.
        """
        window, place = self._window(x), self.length - 1 - lag
        if not 0 <= lag < self.length:
            raise ValueError(f"lag must be 0..{self.length - 1}, got {lag}")
        pieces = [tree.along(window, place) for tree in self.trees]
        cuts = np.unique(np.concatenate([cuts for cuts, _ in pieces]))
        values = np.zeros(len(cuts) + 1)
        for own, found in pieces:
            values += found[np.searchsorted(own, np.concatenate([cuts, [np.inf]]), side="left")]
        return cuts, values / len(self.trees)

    def reach(self, x: Any) -> Array:
        """How far the forecast can move when only x_(T-q) does, for q = 0..L-1: greatest less least value.

        Parameters
        ----------
        x : array_like, (L,)
            The window.

        Returns
        -------
        array, (L,)

        Raises
        ------
        ValueError
            For another shape.
        """
        return np.array([np.ptp(self.along(x, lag)[1]) for lag in range(self.length)])

    def influence(self, x: Any) -> Array:
        """The derivative by lag, which is 0 wherever there is one.

        Parameters
        ----------
        x : array_like, (L,)
            The window.

        Returns
        -------
        array, (L,)

        Raises
        ------
        ValueError
            For another shape; on a threshold, where the forecast jumps and has no derivative.
        """
        window = self._window(x)
        for lag in range(self.length):
            cuts, values = self.along(window, lag)
            jumps = cuts[np.diff(values) != 0]
            if window[self.length - 1 - lag] in jumps:
                raise ValueError(f"x must lie on no threshold, got one at lag {lag}, where the forecast jumps")
        return np.zeros(self.length)

    def law(self) -> Law:
        """No derivative: the forecast is constant in pieces.

        Returns
        -------
        Law
        """
        return Law("none")

    def _window(self, x: Any) -> Array:
        window = checked("x", x)
        if window.shape != (self.length,):
            raise ValueError(f"x must have shape ({self.length},), got {window.shape}")
        return window


def _at(cuts: Array, values: Array, point: float) -> float:
    return float(values[np.searchsorted(cuts, point, side="left")])


def from_sklearn(fitted: Any) -> KernelMachine | Forest:
    """A fitted SVR with a Gaussian kernel, or a fitted forest or tree for regression, of scikit-learn.

    Reads attributes alone; scikit-learn is not imported. It rounds a window to float32 before a forest sees it, which
    is not done here: on a window that lies within that rounding of a threshold, the two may take different branches.

    Parameters
    ----------
    fitted : object
        Of scikit-learn.

    Returns
    -------
    KernelMachine or Forest

    Raises
    ------
    TypeError
        For anything else.
    """
    if hasattr(fitted, "support_vectors_") and getattr(fitted, "kernel", None) == "rbf":
        return KernelMachine(
            np.asarray(fitted.support_vectors_), fitted.dual_coef_[0], float(fitted._gamma), float(fitted.intercept_[0])
        )
    members: Sequence[Any] = getattr(fitted, "estimators_", [fitted])
    if all(hasattr(member, "tree_") for member in members):
        trees = [member.tree_ for member in members]
        if any(tree.value.shape[1:] != (1, 1) for tree in trees):
            raise TypeError("fitted must forecast one number, got several outputs or classes")
        return Forest(
            tuple(Tree(t.feature, t.threshold, t.children_left, t.children_right, t.value[:, 0, 0]) for t in trees),
            int(trees[0].n_features),
        )
    raise TypeError(f"fitted must be an SVR with kernel 'rbf' or a forest of scikit-learn, got {type(fitted).__name__}")

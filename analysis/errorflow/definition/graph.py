"""The checked graph of a cell: its vectors in the order in which they can be computed.

A definition that cannot be a cell is refused here, with the reason: an unknown name, a cycle, shapes that cannot match,
a state that is never updated, a function that is not elementwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sympy

from errorflow import activations
from errorflow.definition.checks import alias, check_kinds, check_names, shown, unknown
from errorflow.definition.names import Net, New, Term
from errorflow.definition.node import Node, Parameter
from errorflow.definition.sizes import infer_sizes

_ELEMENTWISE = (
    sympy.exp, sympy.log, sympy.sinh, sympy.cosh, sympy.sin, sympy.cos, sympy.asinh, sympy.Abs,
    *activations.BY_FUNCTION,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Definition:
    """A cell as data, checked. Made by `define`.

    Attributes
    ----------
    name : str
        Of the cell.
    states : tuple of sympy.Symbol
        Names of the state blocks, in the order of the joint state.
    inputs : tuple of sympy.Symbol
        Names of the input vectors.
    nodes : tuple of Node
        All computed vectors in an order in which each reads only earlier ones; those that are `New` end the step.
    sizes : mapping of sympy.Symbol to str
        Size label of every vector, such as "n" or "m".
    parameters : tuple of Parameter
        In the order in which they are met.
    output : sympy.Symbol
        The state block that the next layer or the loss reads.
    """

    name: str
    states: tuple[sympy.Symbol, ...]
    inputs: tuple[sympy.Symbol, ...]
    nodes: tuple[Node, ...]
    sizes: Mapping[sympy.Symbol, str]
    parameters: tuple[Parameter, ...]
    output: sympy.Symbol

    def node(self, symbol: sympy.Symbol) -> Node:
        """The node called `symbol`.

        Parameters
        ----------
        symbol : sympy.Symbol
            Of a computed vector.

        Returns
        -------
        Node

        Raises
        ------
        StopIteration
            If there is none.
        """
        return next(node for node in self.nodes if node.symbol == symbol)

    def state(self, name: str) -> sympy.Symbol:
        """The state block called `name`.

        Parameters
        ----------
        name : str
            As it prints.

        Returns
        -------
        sympy.Symbol

        Raises
        ------
        KeyError
            With the blocks that exist.
        """
        for symbol in self.states:
            if symbol.name == name:
                return symbol
        raise KeyError(f"cell {self.name!r} has no state {name!r}; its states are {', '.join(map(str, self.states))}")

    @property
    def values(self) -> dict[sympy.Expr, sympy.Symbol]:
        """f(u) -> the name that holds it, so that slopes can be printed in the value."""
        held = [n for n in self.nodes if n.expression is not None and not n.expression.is_Symbol and not n.inner]
        return {n.expression: n.symbol for n in held}


def define(
    name: str,
    *,
    inputs: Sequence[sympy.Symbol],
    state: Mapping[sympy.Symbol, sympy.Expr],
    where: Mapping[sympy.Symbol, sympy.Expr] | None = None,
    sizes: Mapping[sympy.Symbol, str] | None = None,
    output: sympy.Symbol | None = None,
) -> Definition:
    """The checked definition of a cell. Arguments are those of `errorflow.Cell`.

    Parameters
    ----------
    name : str
        How the cell is called in messages and files.
    inputs : sequence of sympy.Symbol
        Names of the input vectors.
    state : mapping of sympy.Symbol to sympy.Expr
        Name -> its new value.
    where : mapping of sympy.Symbol to sympy.Expr, optional
        The same for inner vectors.
    sizes : mapping of sympy.Symbol to str, optional
        Name -> size label for a vector that does not have n entries (inputs have m).
    output : sympy.Symbol, optional
        The state block that the loss reads; h if there is one, else the first.

    Returns
    -------
    Definition

    Raises
    ------
    TypeError
        For things of the wrong kind.
    ValueError
        For a definition that is not a cell; both say why.
    """
    if not isinstance(name, str) or not name:
        raise TypeError(f"name must be a non-empty string, got {name!r}")
    check_kinds(name, inputs, {"state": state, "where": where or {}, "sizes": sizes or {}})
    where = dict(where or {})
    if not state:
        raise ValueError(f"cell {name!r} must have at least one state, got none")
    declared = [*state, *inputs, *where]
    for symbol in declared:
        if not isinstance(symbol, sympy.Symbol) or isinstance(symbol, New | Net):
            raise TypeError(f"cell {name!r}: names must come from errorflow.names, got {symbol!r}")
    labels = [symbol.name for symbol in declared]
    for symbol in declared:
        if labels.count(symbol.name) > 1:
            raise ValueError(f"cell {name!r}: the name {symbol} is given twice; a vector has one definition")
    equations: dict[sympy.Symbol, sympy.Expr] = {**where, **{New(s): e for s, e in state.items()}}
    known = {*state, *inputs, *equations}
    nodes: dict[sympy.Symbol, Node] = {}
    for symbol, expression in equations.items():
        nodes[symbol] = Node(symbol, expression=_elementwise(name, symbol, expression, known, nodes, set(inputs)))
    for symbol in state:
        if alias(New(symbol), equations) == symbol:
            raise ValueError(f"cell {name!r}: state {symbol} is never updated ({symbol} -> {symbol}); drop it")
    check_names(name, [*state, *inputs], nodes)
    ordered = _in_order(name, nodes)
    size_of, parameters = infer_sizes(name, tuple(state), tuple(inputs), ordered, sizes or {})
    if output is None:
        output = next((s for s in state if s.name == "h"), next(iter(state)))
    if output not in state:
        raise ValueError(
            f"cell {name!r}: output must be one of its states, {', '.join(map(str, state))}, got {output!r}"
        )
    return Definition(name, tuple(state), tuple(inputs), ordered, size_of,
                      tuple(Parameter(*p) for p in parameters), output)  # fmt: skip


def _elementwise(
    cell: str,
    of: sympy.Symbol,
    expression: object,
    known: set[sympy.Symbol],
    nodes: dict[sympy.Symbol, Node],
    inputs: set[sympy.Symbol],
) -> sympy.Expr:
    """`expression` after checks, with the affine maps that it reads added to `nodes`."""
    if isinstance(expression, int | float):
        expression = sympy.sympify(expression)
    if not isinstance(expression, sympy.Expr):
        raise TypeError(
            f"cell {cell!r}: {shown(of)} must be a scalar SymPy expression, got {type(expression).__name__}"
        )
    if expression.is_Matrix or getattr(expression, "is_commutative", True) is False:
        raise ValueError(
            f"cell {cell!r}: {shown(of)} = {expression} is not elementwise; matrices enter through errorflow.net"
        )
    for part in sympy.preorder_traversal(expression):
        if part.is_Number and not part.is_finite:
            raise ValueError(f"cell {cell!r}: {shown(of)} must be finite, got {expression}")
        if part.is_Symbol or part.is_Number or part.is_NumberSymbol or part.is_Add or part.is_Mul or part.is_Pow:
            continue
        if isinstance(part, sympy.Function) and isinstance(part, _ELEMENTWISE):
            continue
        raise ValueError(
            f"cell {cell!r}: {shown(of)} uses {part.func.__name__}, which is not an elementwise function errorflow"
            f" knows; known are + - * / powers and {', '.join(f.__name__ for f in _ELEMENTWISE)}"
        )
    for symbol in sorted(expression.free_symbols, key=lambda s: s.name):  # a set has another order in every process
        if isinstance(symbol, Net):
            _affine(cell, symbol, known, nodes, inputs)
        elif symbol not in known:
            raise unknown(cell, of, symbol, known)
    return expression


def _affine(
    cell: str, net: Net, known: set[sympy.Symbol], nodes: dict[sympy.Symbol, Node], inputs: set[sympy.Symbol]
) -> None:
    """Adds `net` to `nodes`, its matrices named."""
    same_name = next((s for s in nodes if isinstance(s, Net) and s.name == net.name), None)
    if same_name == net:
        return
    if same_name is not None:
        raise ValueError(f"cell {cell!r}: two different maps are called {net.label!r}; give each its own label")
    plain = [t for t in net.terms if t.matrix is None]
    twice = next((t.source for t in plain if plain.count(t) > 1), None)
    if twice is not None:
        raise ValueError(
            f"cell {cell!r}: {net} reads {shown(twice)} twice through matrices of one name; once is enough"
        )
    terms: list[Term] = []
    for term in net.terms:
        source, matrix = term.source, term.matrix
        letter = "U" if source in inputs else "W"
        if not source.is_Symbol:
            inner = sympy.Symbol(f"_in_{net.label}_{len(terms)}", real=True)
            nodes[inner] = Node(inner, expression=_elementwise(cell, net, source, known, nodes, inputs), inner=True)
            source = inner
        elif isinstance(source, Net):
            _affine(cell, source, known, nodes, inputs)
        elif source not in known:
            raise unknown(cell, net, source, known)
        if matrix is None:
            alike = [t for t in plain if (t.source in inputs) == (term.source in inputs)]
            suffix = net.label + (_index(term.source, len(terms)) if len(alike) > 1 else "")
            matrix = f"{letter}_{suffix}" if suffix else letter
        terms.append(Term(matrix, term.kind, source))
    nodes[net] = Node(net, terms=tuple(terms), bias=net.bias)


def _index(source: sympy.Expr, position: int) -> str:
    """What tells the matrix of one source from its neighbours: W_fh, W_fc; a number for an unnamed expression."""
    if isinstance(source, Net) and source.label:
        return source.label
    return source.name if source.is_Symbol else str(position + 1)


def _in_order(cell: str, nodes: Mapping[sympy.Symbol, Node]) -> tuple[Node, ...]:
    """The nodes sorted so that each reads only earlier ones. Raises ValueError that shows the cycle if there is one."""
    done: dict[sympy.Symbol, Node] = {}
    open_: list[sympy.Symbol] = []

    def visit(symbol: sympy.Symbol) -> None:
        if symbol in done or symbol not in nodes:
            return
        if symbol in open_:
            loop = " -> ".join(shown(s) for s in [*open_[open_.index(symbol) :], symbol])
            raise ValueError(f"cell {cell!r}: the definitions go in a circle: {loop}")
        open_.append(symbol)
        for source in nodes[symbol].sources:
            visit(source)
        open_.pop()
        done[symbol] = nodes[symbol]

    for symbol in nodes:
        visit(symbol)
    needed = _reached(done, [s for s in done if isinstance(s, New)])
    idle = [s for s in done if s not in needed]
    if idle:
        raise ValueError(f"cell {cell!r}: {shown(idle[0])} is defined but reaches no state; drop it or use it")
    return tuple(done.values())


def _reached(nodes: Mapping[sympy.Symbol, Node], start: Iterable[sympy.Symbol]) -> set[sympy.Symbol]:
    seen: set[sympy.Symbol] = set()
    waiting = list(start)
    while waiting:
        symbol = waiting.pop()
        if symbol not in seen:
            seen.add(symbol)
            waiting += nodes[symbol].sources if symbol in nodes else ()
    return seen

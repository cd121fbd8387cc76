"""How errors walk back through a step, as calls: what is multiplied, what is added, and which memory is written.

Which errors there are is known before any number is: at the last steps they have not reached every state, and the first
step need reach no further. So there is a program for each set of states that errors have arrived at, two or three for a
cell, and one of them runs at nearly every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import sympy

from errorflow.definition import Definition, Net, New
from errorflow.learning.plan import Back, BackwardPlan
from errorflow.learning.walking import schedule
from errorflow.numeric.fusion import Product


@dataclass(frozen=True)
class Memory:
    """Where the error of a vector stands, or a local derivative.

    kind: "map" among those of all maps; "new" and "old" of a state; "own" of another vector; "spare" for what is about
    to be added; "entering" for what the loss is in the output; "gate" for slopes that lie as the maps do; "slope" by
    its place in the plan; "weight" for a diagonal one. of: which. until: the last of neighbouring maps.
    """

    kind: str
    of: sympy.Symbol | int | str
    until: sympy.Symbol | None = None


@dataclass(frozen=True)
class Call:
    """`multiply` entry by entry, `add`, `copy`, or `through` the matrices of a product."""

    name: str
    reads: tuple[Memory, ...]
    target: Memory
    product: Product | None = None


@dataclass(frozen=True)
class Program:
    """One step. arrived: old states that errors have reached; silent: maps that none has reached."""

    calls: tuple[Call, ...]
    arrived: frozenset[sympy.Symbol]
    silent: tuple[sympy.Symbol, ...]


@lru_cache(maxsize=64)
def gates(plan: BackwardPlan) -> dict[int, sympy.Symbol]:
    """Edge, by its place -> its map, where it is the only one from a vector and the only one to the map.

    Such a vector needs no memory for its error, which is that of the map but for the slope; and the slopes of
    neighbouring maps are met at once.
    """
    out: dict[sympy.Symbol, list[int]] = {}
    into: dict[sympy.Symbol, list[int]] = {}
    for place, back in enumerate(plan.edges):
        out.setdefault(back.edge.target, []).append(place)
        into.setdefault(back.edge.source, []).append(place)
    return {
        place: back.edge.source
        for place, back in enumerate(plan.edges)
        if _slopes(back) and len(out[back.edge.target]) == len(into[back.edge.source]) == 1
    }


def _slopes(back: Back) -> bool:
    """Whether a local derivative is computed, and not a vector or a number."""
    if back.entry is None or not isinstance(back.edge.source, Net):
        return False
    return bool(back.entry.free_symbols) and not back.entry.is_Symbol


@lru_cache(maxsize=256)
def program(definition: Definition, plan: BackwardPlan, carried: frozenset[sympy.Symbol], further: bool) -> Program:
    """The calls of a step after which errors stand at the new states `carried`.

    further: whether errors of the old states are wanted, which they are not at the first step.
    """
    writing = _Writing(plan, definition.states, [n.symbol for n in definition.nodes if n.expression is None])
    writing.at = {New(s): Memory("new", s) for s in definition.states if s in carried}
    writing.arrive(New(definition.output), Memory("entering", definition.output))
    for move in schedule(definition, plan, further):
        if move.product is not None:
            writing.through(move.product)
        else:
            assert move.target is not None
            assert move.source is not None
            writing.along(move.target, move.source, move.slope)
    writing.scale()
    for state in definition.states:
        stands = writing.at.get(state)
        if stands is not None and stands != Memory("old", state):
            writing.calls.append(Call("copy", (stands,), Memory("old", state)))
    arrived = frozenset(s for s in definition.states if s in writing.at)
    return Program(tuple(writing.calls), arrived, tuple(net for net in writing.maps if net not in writing.at))


@dataclass
class _Writing:
    """A program as it is written.

    at: where the error of a vector stands, which may be that of another one if it was passed on as it was. unscaled:
    maps whose memory holds the error of their gate.
    """

    plan: BackwardPlan
    states: tuple[sympy.Symbol, ...]
    maps: list[sympy.Symbol]
    at: dict[sympy.Symbol, Memory] = field(default_factory=dict)
    unscaled: list[sympy.Symbol] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def memory(self, vector: sympy.Symbol) -> Memory:
        """What a vector may write."""
        if isinstance(vector, New):
            return Memory("new", vector.of)
        gate = {self.plan.edges[place].edge.target: net for place, net in gates(self.plan).items()}
        if vector in gate or vector in self.maps:
            return Memory("map", gate.get(vector, vector))
        return Memory("old" if vector in self.states else "own", vector)

    def arrive(self, vector: sympy.Symbol, part: Memory) -> None:
        """Adds an error that stands somewhere to that of a vector."""
        before, own = self.at.get(vector), self.memory(vector)
        if before is not None:
            self.calls.append(Call("add", (before, part), own))
        elif vector in self.maps and part != own:  # the gradient reads it there
            self.calls.append(Call("copy", (part,), own))
        else:
            own = part
        self.at[vector] = own

    def room(self, vector: sympy.Symbol) -> Memory:
        """Where to write what is then to arrive at a vector."""
        return Memory("spare", vector) if vector in self.at else self.memory(vector)

    def along(self, target: sympy.Symbol, source: sympy.Symbol, slope: int | str | None) -> None:
        """The error of `target` times a local derivative to `source`, or a diagonal weight."""
        if target not in self.at:
            return
        if target in self.maps:
            self.scale()
        above = self.at[target]
        if slope in gates(self.plan) and above == self.memory(source):
            self.unscaled.append(source)
            self.at[source] = above
            return
        if slope is not None:
            kind = "gate" if slope in gates(self.plan) else "slope" if isinstance(slope, int) else "weight"
            by = Memory(kind, source if kind == "gate" else slope)
            room = self.room(source)
            self.calls.append(Call("multiply", (above, by), room))
            above = room
        self.arrive(source, above)

    def through(self, product: Product) -> None:
        """The errors of some maps through their matrices, at once if errors have reached all of these maps."""
        self.scale()
        reached = [(net, matrix) for net, matrix in zip(product.nets, product.matrices, strict=True) if net in self.at]
        if len(reached) == len(product.nets):
            parts = [product]
        else:
            parts = [Product(product.source, (net,), (matrix,)) for net, matrix in reached]
        for part in parts:
            room = self.room(product.source)
            reads = Memory("map", part.nets[0], part.nets[-1])
            self.calls.append(Call("through", (reads,), room, part))
            self.arrive(product.source, room)

    def scale(self) -> None:
        """Meets the slopes of gates, those of neighbouring maps at once."""
        waiting = sorted(self.unscaled, key=self.maps.index)
        self.unscaled = []
        while waiting:
            some = [waiting.pop(0)]
            while waiting and self.maps.index(waiting[0]) == self.maps.index(some[-1]) + 1:
                some.append(waiting.pop(0))
            errors = Memory("map", some[0], some[-1])
            self.calls.append(Call("multiply", (errors, Memory("gate", some[0], some[-1])), errors))

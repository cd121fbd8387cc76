"""The truncated gradient of any cell whose truncated states are carried by diagonals: "truncated edges, then both".

Truncation deletes the edges by which an old state enters a map through a full matrix. What is left from step to step is
the carry. Weights that reach a carried state have traces, as in RTRL; the error goes back through one step only, as in
truncated BPTT, to the carried states and to the weights that reach the output without them. Both together are the
gradient of the truncated graph, at a cost proportional to the number of weights.
"""

from __future__ import annotations

from functools import lru_cache

import sympy

from errorflow.activations import readable
from errorflow.calculus.edges import gates, is_cut
from errorflow.calculus.jacobian import cached_edges
from errorflow.calculus.words import Diag
from errorflow.definition import Definition, New
from errorflow.learning.plan import Cut
from errorflow.learning.trace_plan import (
    Group,
    Hop,
    NoTraces,
    TracePlan,
    blocks,
    closed,
    entries,
    links,
    reach,
    weights_of,
)


@lru_cache(maxsize=64)
def carried_plan(definition: Definition) -> TracePlan | str:
    """The plan of the truncated gradient with traces, or why the cell has none.

    Source: Hochreiter & Schmidhuber 1997, appendix A.1; Gers, Schmidhuber & Cummins 2000.
    """
    cut = hidden_cut(definition)
    states = _carried(definition, cut)
    hops = _hops(definition, cut, states)
    found = links(definition, cut, states)
    among = found.leading_to(s.of for hop in hops for s in hop.carried)
    try:
        start = entries(definition, found.enter, among)
        carry, within = (blocks(definition, pairs, among) for pairs in (found.carry, found.within))
    except NoTraces as reason:
        return f"{reason}; bptt with truncated=True gives the truncated gradient of any cell"
    return TracePlan((Group(closed(definition, start, (*carry, *within)), carry, within, start),), hops)


def hidden_cut(definition: Definition) -> Cut:
    """What the 1997 truncation cuts: maps of the hidden layer, and no map that only a state reads that nothing reads.

    Through such a map, as of output units that see the step before, an error enters and never comes back.
    """
    read = {New(e.source) for e in cached_edges(definition)}
    hidden = set()
    for label in gates(definition):
        maps = (n.symbol for n in definition.nodes if getattr(n.symbol, "label", None) == label)
        if any(reach(definition, net, False)[New(s)] for net in maps for s in definition.states if New(s) in read):
            hidden.add(label)
    return True if hidden == set(gates(definition)) else frozenset(hidden)


def _carried(definition: Definition, cut: Cut) -> tuple[sympy.Symbol, ...]:
    """States whose old value reaches, with the cuts, a new state that something reads."""
    read = [s for s in definition.states if any(e.source == s for e in cached_edges(definition))]
    return tuple(s for s in definition.states if any(reach(definition, s, cut)[New(r)] for r in read))


def _hops(definition: Definition, cut: Cut, carried: tuple[sympy.Symbol, ...]) -> tuple[Hop, ...]:
    """The way of the error from the output to carried states and to other weights.

    A state that is not carried is read by states alone that nothing reads. So there are at most two hops more than one.
    """
    ends = {New(s) for s in carried}
    useful: dict[sympy.Symbol, bool] = dict.fromkeys((*definition.states, *ends), True)
    for node in definition.nodes:
        sources = (e.source for e in cached_edges(definition) if e.target == node.symbol and not is_cut(e, cut))
        useful.setdefault(node.symbol, bool(weights_of(node)) or any(useful.get(s, False) for s in sources))
    hops: list[Hop] = []
    seeds: tuple[sympy.Symbol, ...] = (New(definition.output),)
    while seeds:
        reached = set(seeds)
        walked = []
        for edge in reversed(cached_edges(definition)):
            goes_on = edge.target in reached and edge.target not in ends and not is_cut(edge, cut)
            if goes_on and useful.get(edge.source, False):
                reached.add(edge.source)
                entry = readable(edge.factor.entry, definition.values) if isinstance(edge.factor, Diag) else None
                walked.append((edge, entry))
        nets = tuple(n for n in definition.nodes if n.symbol in reached and weights_of(n))
        olds = tuple(s for s in definition.states if s in reached)
        hops.append(Hop(seeds, tuple(walked), tuple(New(s) for s in carried if New(s) in reached), nets, olds))
        seeds = tuple(New(s) for s in olds)
    return tuple(hops)

"""What a gradient by traces takes, read off the plan that runs."""

from __future__ import annotations

from dataclasses import replace

import sympy

from errorflow.calculus.words import Diag, Matrix
from errorflow.definition import Definition
from errorflow.learning import counting
from errorflow.learning.algorithm import Sizes
from errorflow.learning.cost import STEPS, Cost, size
from errorflow.learning.counting import Count
from errorflow.learning.plan import BlockPlan
from errorflow.learning.trace_plan import Group, Hop, Trace, TracePlan


def cost_of(
    plan: TracePlan | str, definition: Definition, biases: bool, sizes: Sizes, *, name: str, exact: bool = False
) -> Cost:
    """What a gradient by traces takes: every step alike, but for the last steps, whose errors have not yet arrived."""
    assert isinstance(plan, TracePlan), plan
    learned = [t for t in plan.traces if biases or t.kind != "bias"]
    area = {t: counting.length(definition, t.state) * (size(t.columns) if t.columns else 1) for t in learned}
    step = counting.forward(definition)
    for group in plan.groups:
        step += _group_count(definition, group, area)
    whole, given, valid_from = step * STEPS, sizes.get("T"), 1
    seen: set[sympy.Symbol] = set()
    for back, hop in enumerate(plan.hops):
        fresh = {s.of for s in hop.carried} - seen
        seen |= fresh
        count = _hop_count(definition, hop) + Count(sum((area[t] for t in learned if t.state in fresh), counting.ZERO))
        if count != Count():
            valid_from = max(valid_from, back)
            whole += count * (STEPS - back if given is None or given >= back else 0)
    macs, elementwise = (sympy.expand(e) for e in (whole.macs, whole.elementwise))
    if given is not None and given < valid_from:
        macs, elementwise = (e.xreplace({STEPS: sympy.Integer(given)}) for e in (macs, elementwise))
    memory = sympy.expand(sum(area.values(), counting.ZERO))
    states = ", ".join(dict.fromkeys(t.state.name for t in learned))
    kept = f"traces: d {states} / d weight for the units that the weight acts on" if learned else "nothing"
    return Cost(name, macs, elementwise, memory, kept, exact, tuple(sizes.items()), valid_from)


def _group_count(definition: Definition, group: Group, area: dict[Trace, sympy.Expr]) -> Count:
    """One step of the traces of a group; area: their words."""
    found = Count()
    for block in (*group.carry, *group.within):
        found += _diagonal_count(definition, block)
        if block.words != ((),):
            targets = (
                replace(t, state=definition.state(block.row)) for t in group.traces if t.state.name == block.column
            )
            found += Count(sum((area[t] for t in targets if t in group.traces and t in area), counting.ZERO))
    for entry in group.entries:
        found += _diagonal_count(definition, entry.block)
        for trace, source in zip(entry.traces, entry.sources, strict=True):
            if trace in area and source is not None:
                found += Count(area[trace]) if trace.columns is not None else Count(elementwise=area[trace])
    return found


def _diagonal_count(definition: Definition, block: BlockPlan) -> Count:
    """Making the one diagonal of a block, matrices that choose or act with their diagonal included."""
    rows = counting.length(definition, block.row)
    columns = {p.name: p.columns for p in definition.parameters}
    found = counting.ZERO
    for word in block.words:
        height = rows
        for factor in word:
            if isinstance(factor, Diag):
                found += counting.products(factor.entry) * height
            elif isinstance(factor, Matrix) and (label := columns[factor.name]) is not None:
                height = size(label)
        found += max(len(word) - 1, 0) * rows
    return Count(elementwise=found)


def _hop_count(definition: Definition, hop: Hop) -> Count:
    found = Count()
    for edge, entry in hop.edges:
        rows = counting.length(definition, edge.target)
        dense = isinstance(edge.factor, Matrix) and edge.factor.kind != "diagonal"
        if dense:
            found += Count(rows * counting.length(definition, edge.source))
        elif entry is None:
            found += Count(elementwise=rows)
        elif entry != 1:
            found += Count(elementwise=(1 + counting.products(entry)) * rows)
    for net in hop.nets:
        rows = counting.length(definition, net.symbol)
        for term in net.terms:
            if term.kind == "dense":
                found += Count(rows * counting.length(definition, term.source))
            elif term.kind == "diagonal":
                found += Count(elementwise=rows)
    return found

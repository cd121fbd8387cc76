"""Formulas in which the number of steps, or the path of the error, stays a symbol, and the left sides of all blocks.

Every function gives LaTeX if `tex`, else plain text. An index of summation is a letter that no part of the cell has.
"""

from __future__ import annotations

from errorflow.calculus import flow as flows
from errorflow.calculus.edges import Truncation, gates
from errorflow.calculus.jacobian import Layout
from errorflow.calculus.latex import Notation
from errorflow.calculus.letters import applies, letter
from errorflow.calculus.marks import marks
from errorflow.calculus.steps import Step
from errorflow.calculus.words import ONE, Words, transpose
from errorflow.definition import Definition, New


def left(
    definition: Definition, pair: tuple[str, str], layout: Layout, truncated: Truncation, lag: str = "1"
) -> tuple[str, str]:
    """The left side of a block, d state_t / d state_(t-lag), as (LaTeX, text)."""
    new, old = pair if layout == "column" else pair[::-1]
    sides = []
    for tex in (True, False):
        before = Notation(definition, tex, time="t" if lag == "0" else f"t-{lag}", advance=1)
        top = Notation(definition, tex).name(New(definition.state(new)))
        shown = _marked(definition, _fraction(top, before.name(definition.state(old)), tex), truncated, tex)
        turned = marks(tex).read(r"\left(#1\right)^{\!\top}", shown) if tex else f"({shown})^T"
        sides.append(shown if layout == "column" else turned)
    return sides[0], sides[1]


def _fraction(top: str, below: str, tex: bool) -> str:
    return marks(tex).partial(top, below)


def _marked(definition: Definition, derivative: str, truncated: Truncation, tex: bool) -> str:
    """A derivative with the mark of its truncation, if it has one."""
    if not truncated:
        return derivative
    cut = _cut(definition, truncated, tex)
    return marks(tex).read(rf"\left.#1\right|_{{{cut}}}", derivative) if tex else f"{derivative} ({cut})"


def _cut(definition: Definition, truncated: Truncation, tex: bool) -> str:
    """What is truncated, as an index in LaTeX and in words in text."""
    if isinstance(truncated, bool):
        return r"\mathrm{tr}" if tex else "truncated"
    labels = ", ".join(_label(definition, label, tex) for label in gates(definition) if label in truncated)
    return rf"\mathrm{{tr}}({labels})" if tex else f"truncated into {labels}"


def _label(definition: Definition, label: str, tex: bool) -> str:
    """A map as it is called: by one letter for its gate, or by a word."""
    if tex and applies(definition):
        return letter(definition, "map", label)
    word = label or "net"
    return rf"\mathrm{{{word}}}" if tex and len(word) > 1 and word.isalpha() else word


def flow(definition: Definition, truncated: Truncation, layout: Layout, tex: bool) -> tuple[str, ...]:
    """The flow over q steps, line by line: the product, then its blocks if they have a closed form."""
    name, mark = _marks(definition, truncated, tex)
    times = ("t", "t-1", "t-q+1")
    if layout == "column":
        factors = [_at(mark, time, tex) for time in times]
        head = f"{_at(name, 't,q', tex)} = {_product(factors, tex)}"
    else:
        raised = bool(truncated)
        factors = [_transposed(_at(mark, time, tex), tex, raised) for time in times]
        head = f"{_transposed(_at(name, 't,q', tex), tex, raised)} = {_product(factors, tex, newest_last=True)}"
    closed = flows.carried_flow(definition) if truncated is True else None
    if closed is None:
        return (head,)
    lines = [head + (marks(tex).read(r" \qquad (q \ge 1)") if tex else "   (q >= 1)")]
    names = [s.name for s in definition.states]
    for pair in ((row, column) for row in names for column in names):
        prefix, factor = closed.blocks.get(pair if layout == "column" else pair[::-1], ((), ()))
        side = left(definition, pair, layout, truncated, "q")[0 if tex else 1]
        lines.append(f"{side} = {_closed(definition, prefix, factor, layout, tex)}")
    return tuple(lines)


def _marks(definition: Definition, truncated: Truncation, tex: bool) -> tuple[str, str]:
    """Names of the flow and of the one-step Jacobian."""
    if not truncated:
        return (r"\Phi", "J") if tex else ("Phi", "J")
    if tex:
        raised = f"^{{{_cut(definition, truncated, True)}}}"
        return r"\Phi" + raised, "J" + raised
    labels = "" if truncated is True else f"({_cut(definition, truncated, False).removeprefix('truncated into ')})"
    return f"Phi_tr{labels}", f"J_tr{labels}"


def _at(mark: str, time: str, tex: bool) -> str:
    return marks(tex).read(f"{mark}_{{{time}}}") if tex else f"{mark}[{time}]"


def _transposed(factor: str, tex: bool, raised: bool) -> str:
    """The transpose of what is raised already, as with the mark of a truncation, or is not."""
    if not tex:
        return f"{factor}^T"
    return marks(tex).read(r"\left(#1\right)^{\!\top}" if raised else r"#1^{\top}", factor)


def _product(factors: list[str], tex: bool, *, newest_last: bool = False) -> str:
    """First, second, dots, last factor; or the other way round."""
    first, second, last = factors
    space, dots = (marks(tex).gap, marks(tex).read(r"\cdots")) if tex else (" ", "...")
    return f"{last} {dots} {second}{space}{first}" if newest_last else f"{first}{space}{second} {dots} {last}"


def _closed(definition: Definition, prefix: Words, factor: Words, layout: Layout, tex: bool) -> str:
    """prefix at t times the product of the factor over all q steps; in row layout the transpose."""
    if not prefix:
        return marks(tex).zero
    index = _free(definition, "k", "j", "l")
    now = Notation(definition, tex)
    then = Notation(definition, tex, time=f"t-{index}")
    parts = []
    if prefix != ONE:
        parts.append(now.as_factor(prefix if layout == "column" else transpose(prefix)))
    if factor != ONE:
        step = then.as_factor(factor)
        over = marks(tex).read(rf"\prod_{{{index}=0}}^{{q-1}} ") if tex else f"prod({index}=0..q-1) "
        parts.append(over + step)
    if layout == "row" and len(parts) == 2:
        parts = [now.bracket(parts[1]), parts[0]]  # the steps are diagonal, their own transposes
    return marks(tex).gap.join(parts) or marks(tex).identity


def _free(definition: Definition, *letters: str) -> str:
    """The first letter that no vector and no map of the cell has."""
    taken = {s.name for s in (*definition.states, *definition.inputs, *(n.symbol for n in definition.nodes))}
    taken |= {getattr(node.symbol, "label", "") for node in definition.nodes}
    return next((letter for letter in letters if letter not in taken), letters[0])


def flow_steps(definition: Definition, truncated: Truncation, layout: Layout) -> tuple[Step, ...]:
    """How the flow over q steps comes about, line by line."""
    both = (_flow_lines(definition, truncated, tex) for tex in (True, False))
    meaning = "definition" + (", the edges of the truncation deleted at every step" if truncated else "")
    rules = [
        (meaning, meaning),
        ("chain rule over the last step",) * 2,
        ("the same $q$ times", "the same q times"),
        _letters("R leads from old states to new, L among the new"),
        _letters("R reads only what is carried, and there L is the identity"),
    ]
    head, *blocks = zip(*(flow(definition, truncated, layout, tex) for tex in (True, False)), strict=True)
    lines = list(zip(*both, strict=True))[: 5 if blocks else 3]
    if layout == "row":
        lines.append(head)
        rules[len(lines) - 1 :] = [("transposition turns the order round",) * 2]
    rules = [*rules[: len(lines)], *[("block by block",) * 2 for _ in blocks]]
    return tuple(_step(line, rule) for line, rule in zip([*lines, *blocks], rules, strict=True))


def _letters(rule: str) -> tuple[str, str]:
    """A rule that speaks of L and R, with both in LaTeX as mathematics."""
    return rule.replace("R ", "$R$ ").replace("L ", "$L$ "), rule


def _flow_lines(definition: Definition, truncated: Truncation, tex: bool) -> list[str]:
    """The flow defined, unrolled, and in the factors of its step."""
    name, mark = _marks(definition, truncated, tex)
    whole, space = _at(name, "t,q", tex), marks(tex).gap
    across = [_at("R", time, tex) for time in ("t", "t-1", "t-q+1")]
    return [
        f"{whole} = {_total(definition, truncated, tex)}",
        f"{whole} = {_at(mark, 't', tex)}{space}{_at(name, 't-1,q-1', tex)}",
        f"{whole} = {_product([_at(mark, time, tex) for time in ('t', 't-1', 't-q+1')], tex)}",
        f"{_at(mark, 't', tex)} = {_at('L', 't', tex)}{space}{_at('R', 't', tex)}",
        f"{whole} = {_at('L', 't', tex)}{space}{_product(across, tex)}",
    ]


def _total(definition: Definition, truncated: Truncation, tex: bool) -> str:
    """d state_t / d state_(t-q) of all state blocks together."""
    now = [Notation(definition, tex).name(New(s)) for s in definition.states]
    then = [Notation(definition, tex, time="t-q", advance=1).name(s) for s in definition.states]
    comma = marks(tex).read(", ") if tex else ", "
    top, below = (side[0] if len(side) == 1 else marks(tex).bracket(comma.join(side)) for side in (now, then))
    return _marked(definition, _fraction(top, below, tex), truncated, tex)


def _step(line: tuple[str, str], rule: tuple[str, str]) -> Step:
    (tex_left, _, tex_right), (text_left, _, text_right) = (side.partition(" = ") for side in line)
    return Step((tex_left, text_left), (tex_right, text_right), rule)


def path_sum(definition: Definition, lag: int | str, tex: bool) -> str:
    """The flow of a fully recurrent network as a sum over paths through units l_1, ..., l_(q-1).

    Source: Hochreiter & Schmidhuber 1997, equation (2), with the weight subscripts of (1).
    """
    form = flows.path_sum(definition)
    if lag == 0:
        raise ValueError("lag must be 1 or larger for a sum over paths, got 0")
    q, last = str(lag), "q-1" if lag == "q" else str(int(lag) - 1)
    # The factor m belongs to the step t-m+1, which turns the state at t-m into that at t-m+1.
    slope = Notation(definition, tex, time="t-m", advance=1, unit="l_{m-1}" if form.slope_first else "l_m")
    size = definition.sizes[definition.states[0]]
    dots = r"\ldots" if tex else "..."
    units = {"0": "", "1": "l_1", "2": "l_1, l_2"}.get(last, f"l_1, {dots}, l_{{{last}}}")
    weight = slope.weight_between(form.matrix, "l_{m-1} l_m")
    if tex:
        over = rf"\sum_{{{units} = 1}}^{{{size}}} \;" if units else ""
        read = marks(tex).read
        head = read(rf"\left[\Phi_{{t,{q}}}\right]_{{uv}}") + " = " + read(rf"{over}\prod_{{m=1}}^{{{q}}} ")
        ends = read(rf", \qquad l_0 = u,\; l_{{{q}}} = v")
    else:
        over = f"sum({units} = 1..{size}) " if units else ""
        head = f"Phi[t,{q}][u,v] = {over}prod(m=1..{q}) "
        ends = f",  l_0 = u, l_{q} = v"
    factors = [slope.scalar(form.entry), weight] if form.entry != 1 else [weight]
    return head + marks(tex).gap.join(factors if form.slope_first else factors[::-1]) + ends


def departures(definition: Definition, tex: bool) -> str:
    """The flow cut at the step where, read forward in time, it first leaves the carry."""
    labels = [_label(definition, label, tex) for label in gates(definition)]
    gate, step = _free(definition, "k", "j", "l"), _free(definition, "r", "s", "p")
    if not tex:
        kept = "Phi[t,q] = C[t] C[t-1] ... C[t-q+1]"
        left_out = (
            f" + sum({gate} in {', '.join(labels)}) sum({step}=0..q-1)"
            f" J[t] ... J[t-{step}+1] E({gate})[t-{step}] C[t-{step}-1] ... C[t-q+1]"
        )
    else:
        carry = _carry(definition)
        read = marks(tex).read
        kept = read(r"\Phi_{t,q}") + " = " + read(rf"{carry}_{{t}}\, {carry}_{{t-1}} \cdots {carry}_{{t-q+1}}")
        left_out = " + " + read(
            rf"\sum_{{{gate} \in \{{{', '.join(labels)}\}}}} \; \sum_{{{step}=0}}^{{q-1}}"
            rf" J_{{t}} \cdots J_{{t-{step}+1}}\, E^{{({gate})}}_{{t-{step}}}\, {carry}_{{t-{step}-1}}"
            rf" \cdots {carry}_{{t-q+1}}"
        )
    return kept + left_out if labels else kept


def departure(definition: Definition, label: str, pair: tuple[str, str]) -> tuple[str, str]:
    """The left side of a block of E^(k) at the step t, as (LaTeX, text)."""
    tex, text = (_label(definition, label, form) for form in (True, False))
    return _block(definition, f"E^{{({tex})}}", f"E({text})", pair)


def carried(definition: Definition, pair: tuple[str, str]) -> tuple[str, str]:
    """The left side of a block of the carry at the step t, as (LaTeX, text)."""
    return _block(definition, _carry(definition), "C", pair)


def _carry(definition: Definition) -> str:
    return letter(definition, "block", "carry") if applies(definition) else "C"


def _block(definition: Definition, tex: str, text: str, pair: tuple[str, str]) -> tuple[str, str]:
    if len(definition.states) == 1:
        return marks(True).read(f"{tex}_{{t}}"), f"{text}[t]"
    shown = [letter(definition, "block", name) for name in pair] if applies(definition) else pair
    return marks(True).read(f"{tex}_{{{shown[0]}{shown[1]},t}}"), f"{text}[t][{pair[0]},{pair[1]}]"

"""The page of `errorflow cost`: a table of integers, or polynomials, and what follows from them."""

from __future__ import annotations

from typing import Any

import sympy

from errorflow.cli.output import WIDTH, paragraph, table, tied
from errorflow.learning import Cost
from errorflow.learning.cost import STEPS

LETTERS = {"units": "n", "inputs": "m", "steps": "T"}
COLUMNS = ("multiply-adds", "elementwise", "memory, words")
GAP = " " * 20


def show(
    cell: str,
    sizes: dict[str, int | None],
    others: dict[str, int],
    found: tuple[Cost, ...],
    general: tuple[Cost, ...],
    document: dict[str, Any],
) -> None:
    """Prints it. general: the same costs without numbers."""
    given = ", ".join(f"{letter} = {k}" for letter, k in others.items())
    about = "; ".join(filter(None, [_known(sizes), given, _open(found)]))
    told = "biases counted" if document["biases"] else "no biases"
    print(paragraph(f"{cell}: {about}; one sequence, a loss at every step, {told}."))
    numbers = [c for c in found if None not in (c.macs_total, c.elementwise_total, c.memory_words)]
    if numbers:
        print(f"\n{_totals(numbers)}")
    for cost, open_ in zip(found, general, strict=True):
        _polynomials_of(open_ if cost in numbers else cost)
    print("\nMemory is beyond weights and gradient. Elementwise products of gates are not multiply-adds.")
    for row in document["undefined"]:
        print(paragraph(f"{row['name']} is not defined for {cell}: {row['reason']}.", "  ").lstrip())
    lines = [line for row in document["against_bptt"] for line in _against(row)]
    if lines:
        print("\nAgainst bptt")
        print("\n".join(paragraph(line, "    ", "  ") for line in lines))
    if "time" in document:
        _times(document["time"])
    if "memory" in document:
        _memory(document["memory"], sizes)


def _polynomials_of(cost: Cost) -> None:
    print(f"\n{cost.name}")
    for name, polynomial in zip(COLUMNS, _polynomials(cost), strict=True):
        print(paragraph(tied(_shown(_filled(cost, polynomial)), WIDTH - 20), GAP, f"  {name:15} = "))
    print(paragraph(cost.kept, GAP, f"  {'what is stored':15} : "))
    if cost.valid_from > 1 and STEPS in cost.macs.free_symbols:
        more = f"T = {cost.valid_from} on; a shorter sequence takes more, which --steps gives"
        print(paragraph(more, GAP, f"  {'holds from':15} : "))
    if cost.holds and STEPS in cost.macs.free_symbols:
        print(paragraph(f"{cost.holds}; the table gives the number for any", GAP, f"  {'holds if':15} : "))


def _known(sizes: dict[str, int | None]) -> str:
    return ", ".join(f"{LETTERS[k]} = {v} {k}" for k, v in sizes.items() if v is not None)


def _open(found: tuple[Cost, ...]) -> str:
    """The letters that stay in the polynomials, with what they count."""
    left = {s.name for c in found for polynomial in _polynomials(c) for s in _filled(c, polynomial).free_symbols}
    words = {letter: f"{letter} {name}" for name, letter in LETTERS.items()}
    words |= {"h": "h steps back or in a block", "hprime": "h' steps between updates"}
    return ", ".join(words.get(name, name) for name in sorted(left, key=lambda name: ("nmTh".find(name[0]), name)))


def _totals(found: list[Cost]) -> str:
    rows: list[tuple[str, ...]] = [("", *COLUMNS, "gradient")]
    for cost in found:
        numbers = [f"{total:,}" for total in (cost.macs_total, cost.elementwise_total, cost.memory_words)]
        rows.append((cost.name, *numbers, "exact" if cost.exact else "approximate"))
    return table(rows, right=(1, 2, 3))


def _polynomials(cost: Cost) -> tuple[sympy.Expr, ...]:
    return cost.macs, cost.elementwise, cost.memory


def _filled(cost: Cost, polynomial: sympy.Expr) -> sympy.Expr:
    """The polynomial with the numbers put in that are known."""
    sizes = dict(cost.sizes)
    return sympy.expand(polynomial.xreplace({s: sizes[s.name] for s in polynomial.free_symbols if s.name in sizes}))


def _shown(polynomial: sympy.Expr) -> str:
    return _readable(str(polynomial))


def _readable(text: str) -> str:
    return text.replace("hprime", "h'").replace("**", "^").replace("*", " ")


def _against(row: dict[str, Any]) -> list[str]:
    """Where an algorithm keeps less or takes less than BPTT, in words."""
    name, above, least, fewer = (
        row["name"],
        row["less_memory_for_T_above"],
        row["less_memory_from_T"],
        row["fewer_macs"],
    )
    lines = []
    if least is not None:
        lines.append(f"{name} keeps fewer words from T = {least:,} on")
    elif above is not None:
        lines.append(f"{name} keeps fewer words for T > {_readable(above)}")
    if fewer is True or fewer is False:
        lines.append(f"{name} takes {'fewer' if fewer else 'more'} multiply-adds at all sizes")
    elif fewer is not None:
        start, to = fewer
        end = "on" if to is None else f"to T = {to:,}"
        lines.append(f"{name} takes fewer multiply-adds from T = {start:,} {end}")
    return lines


def _times(rows: list[dict[str, Any]]) -> None:
    lines: list[tuple[str, ...]] = [("", "GFLOP/s", "seconds")]
    for row in rows:
        speed = "" if row["gflops"] is None else f"{row['gflops']:.3g}"
        lines.append(
            (row["name"], speed, "sizes are open" if row["seconds"] is None else f"about {row['seconds']:.2g}")
        )
    print("\nTime for the multiply-adds alone, at the rate of a matrix product of such a shape")
    print(table(lines, right=(1,)))


def _memory(found: dict[str, Any], sizes: dict[str, int | None]) -> None:
    units = "" if sizes["units"] is None else f" at n = {sizes['units']}"
    steps = "" if sizes["steps"] is None else f" at T = {sizes['steps']}"
    lines: list[tuple[str, ...]] = [("", "words", "", f"largest T{units}", f"largest n{steps}")]
    for row in found["algorithms"]:
        cells = ["open" if row[k] is None else f"{row[k]:,}" for k in ("largest_steps", "largest_units")]
        cells[0] = "any" if row["any_steps"] else cells[0]
        held = "" if row["words"] is None else f"{row['words']:,}"
        lines.append((row["name"], held, {None: "", True: "fits", False: "too much"}[row["fits"]], *cells))
    alike = "" if sizes["inputs"] is not None else "; for the largest n, m = n"
    print(f"\nWhat fits in {found['words']:,} words: weights, gradient and what is kept{alike}")
    print(table(lines, right=(1, 3, 4)))

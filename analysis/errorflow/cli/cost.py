"""`errorflow cost`: what every learning algorithm takes for a cell, as polynomials and as integers."""

from __future__ import annotations

import argparse
import re
from typing import Any

from errorflow.cells import Cell
from errorflow.cli import cost_page, published
from errorflow.cli.arguments import Parser, Usage, whole
from errorflow.cli.cells import HELP, find_cell
from errorflow.cli.output import print_json
from errorflow.learning import ALGORITHMS, Cost, costs, undefined
from errorflow.learning.comparison import (
    Faster,
    faster,
    largest,
    least_steps,
    less_memory_above,
    order,
    per_step,
    words,
)
from errorflow.learning.cost import LETTERS as OPTIONS
from errorflow.learning.cost import size as symbol
from errorflow.learning.rate import rate
from errorflow.learning.table import ALIASES

LETTERS = {"units": "n", "inputs": "m", "steps": "T"}
MOST = 10**12
WORD = 8  # bytes of a float64
BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
HORIZON = {
    "horizon": "h of truncated BPTT",
    "every": "h' of BPTT(h; h')",
    "block": "h of the blocks of the 1992 hybrid",
}


def arguments(parser: Parser) -> None:
    """What `cost` takes."""
    parser.add_argument("--cell", default="lstm", metavar="C", help=f"default lstm; {HELP}")
    for name, letter in LETTERS.items():
        parser.add_argument(
            f"--{name}", type=whole(1), metavar=letter, help=f"a number for {letter}; else it stays open"
        )
    parser.add_argument(
        "--size", type=_size, action="append", default=[], metavar="LETTER=K", help="another size, such as p=16"
    )
    parser.add_argument("--biases", action="store_true", help="count the biases too")
    names = [*(a.name for a in ALGORITHMS), *ALIASES]
    parser.add_argument("--algorithm", nargs="+", choices=names, metavar="A", help=f"some of {', '.join(names)}")
    for name, meaning in HORIZON.items():
        parser.add_argument(f"--{name}", type=whole(1), metavar="H", help=f"a number for {meaning}")
    parser.add_argument(
        "--rate", type=_rate, metavar="R", help="seconds, at so many GFLOP/s, or at what is measured here: auto"
    )
    parser.add_argument("--memory", type=_memory, metavar="M", help="what fits in a memory such as 8GB")
    parser.add_argument("--published", action="store_true", help="the 1997 paper's own counts, checked, and no cell's")


def main(args: argparse.Namespace) -> int:
    """Prints the cost of every algorithm."""
    if args.published:
        return published.main(args.json)
    cell = find_cell(args.cell)
    sizes = {name: getattr(args, name) for name in LETTERS}
    options = {name: getattr(args, name) for name in HORIZON}
    others = dict(args.size)
    if len(others) < len(args.size):
        raise Usage(f"--size must be given once for each letter, got {', '.join(k for k, _ in args.size)}")
    given = {**{f"--{k}": v for k, v in (sizes | options).items()}, **{f"--size {k}": v for k, v in others.items()}}
    for name, size in given.items():
        if size is not None and size > MOST:
            raise Usage(f"{name} must be at most a million million, got a number of {len(str(size))} digits")
    labels = sorted({*cell.definition.sizes.values()} - {*LETTERS.values()})
    if not {*others} <= {*labels}:
        own = [f"--{name} for {letter}" for name, letter in LETTERS.items() if letter in others]
        known = f"be one of {', '.join(labels)}" if labels else "be left out, for it has n, m and T alone"
        known = f"be given by {', '.join(own)}" if own else known
        raise Usage(f"size of {cell.name} must {known}, got {', '.join(others)}")
    try:
        found = costs(cell.definition, **sizes, biases=args.biases, algorithms=args.algorithm, **options, **others)
    except ValueError as error:
        raise Usage(str(error)) from None
    numbers = {LETTERS[k]: v for k, v in sizes.items() if v is not None} | others
    rows = _general(cell, args.biases, [c.name for c in found], options, numbers)
    open_ = costs(cell.definition, biases=args.biases, algorithms=[c.name for c in found])
    document = {
        "cell": cell.name,
        **sizes,
        **{label: others.get(label) for label in labels},
        **{name: value for name, value in options.items() if value is not None},
        "biases": args.biases,
        "algorithms": [cost.json() | {"orders": _orders(general)} for cost, general in zip(found, open_, strict=True)],
        "undefined": [{"name": k, "reason": v} for k, v in undefined(cell.definition).items() if not args.algorithm],
        "against_bptt": _against(cell, args.biases, rows),
    }
    if args.rate is not None:
        document["time"] = _times(found, args.rate)
    if args.memory is not None:
        document["memory"] = _fits(cell, args.biases, args.memory, found, rows)
    if args.json:
        print_json(document)
    else:
        cost_page.show(cell.name, sizes, others, found, open_, document)
    return 0


def _size(text: str) -> tuple[str, int]:
    """A letter and its number."""
    letter, _, number = text.partition("=")
    if not letter.isidentifier() or not number.isdecimal() or int(number) < 1:
        raise argparse.ArgumentTypeError(f"must be a letter and a number such as p=16, got {text!r}")
    return letter, int(number)


def _rate(text: str) -> float | str:
    """GFLOP/s, or auto."""
    if text == "auto":
        return text
    if re.fullmatch(r"\d+(\.\d+)?([eE][+-]?\d+)?", text) and 0 < float(text) < float("inf"):
        return float(text)
    raise argparse.ArgumentTypeError(f"must be auto or a positive number of GFLOP/s, got {text!r}")


def _memory(text: str) -> int:
    """Bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", text.lower())
    if not found or found[2] not in BYTES or not 1 <= float(found[1]) * BYTES[found[2]] <= 10**18:
        raise argparse.ArgumentTypeError(f"must be a number of bytes such as 8GB or 512MiB, got {text!r}")
    return int(float(found[1]) * BYTES[found[2]])


def _orders(cost: Cost) -> dict[str, Any]:
    """Leading terms in n, all other widths as large."""
    found = {"macs_per_step": order(per_step(cost)), "memory": order(cost.memory)}
    return {name: {"power": each.power, "leading": str(each.leading)} for name, each in found.items()}


def _general(
    cell: Cell, biases: bool, names: list[str], options: dict[str, int | None], numbers: dict[str, int]
) -> list[tuple[Cost, dict[str, int]]]:
    """For each algorithm, its cost without numbers, and the numbers of all its letters that are known."""
    found = []
    for name in names:
        taken = next(a.options for a in ALGORITHMS if a.name == name)
        own = {k: v for k, v in options.items() if k in taken and v is not None}
        (cost,) = costs(cell.definition, biases=biases, algorithms=[name], **own)
        found.append((cost, numbers | {OPTIONS[k]: v for k, v in own.items()}))
    return found


def _against(cell: Cell, biases: bool, rows: list[tuple[Cost, dict[str, int]]]) -> list[dict[str, Any]]:
    """From which T on an algorithm keeps fewer words than BPTT, and where it takes fewer multiply-adds."""
    found = []
    (back,) = costs(cell.definition, biases=biases, algorithms=["bptt"])
    for cost, known in rows:
        if cost.name == "bptt":
            continue
        above, where = less_memory_above(back, cost), faster(back, cost, known)
        found.append(
            {
                "name": cost.name,
                "less_memory_for_T_above": None if above is None else str(above),
                "less_memory_from_T": None if above is None else least_steps(above, known),
                "fewer_macs": [where.start, where.to] if isinstance(where, Faster) else where,
            }
        )
    return found


def _times(found: tuple[Cost, ...], given: float | str) -> list[dict[str, Any]]:
    """Seconds for the multiply-adds alone, at a rate that was given, or measured at the shape of each algorithm."""
    measured: dict[tuple[int, int], float] = {}
    rows = []
    for cost in found:
        macs, columns = cost.macs_total, cost.total(cost.columns)
        speed = None
        if isinstance(given, float):
            speed = given * 1e9 / 2
        elif columns is not None and "n" in dict(cost.sizes):
            shape = dict(cost.sizes)["n"], columns
            speed = measured[shape] = measured.get(shape) or rate(*shape)
        seconds = None if macs is None or speed is None else macs / speed
        rows.append({"name": cost.name, "gflops": None if speed is None else 2e-9 * speed, "seconds": seconds})
    return rows


def _fits(
    cell: Cell, biases: bool, size: int, found: tuple[Cost, ...], rows: list[tuple[Cost, dict[str, int]]]
) -> dict[str, Any]:
    """The largest T at this n, and the largest n at this T; a number of inputs that is not given is as large as n.

    any_steps: whether every T fits; if not, None for the largest T says that another size is open.
    """
    limit, fitting = size // WORD, []
    for exact, (cost, known) in zip(found, rows, strict=True):
        held = words(cell.definition, cost, biases)
        alike = held if "m" in known else held.xreplace({symbol("m"): symbol("n")})
        total = exact.total(words(cell.definition, exact, biases))
        longest = largest(held, "T", known, limit)
        open_ = {s.name for s in held.free_symbols} - {*known}
        fitting.append(
            {
                "name": cost.name,
                "words": total,
                "fits": None if total is None else total <= limit,
                "largest_steps": longest,
                "any_steps": longest is None and not open_,
                "largest_units": largest(alike, "n", known, limit),
            }
        )
    return {"bytes": size, "words": limit, "algorithms": fitting}

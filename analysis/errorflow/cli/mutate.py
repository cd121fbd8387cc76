"""`errorflow prove --mutate`: certificates with one token wrong, put to the checker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from errorflow.cli.output import paragraph, table
from errorflow.cli.progress import progress
from errorflow.proof import Theorem
from errorflow.proof.mutation import ROUTES, Mutation, mutate


def tried(theorems: Sequence[Theorem], seed: int, sample: int | None) -> list[Mutation]:
    """What became of the mutants of each theorem. sample: how many of each at most; None for all."""
    found = []
    with progress() as tell:
        for theorem in theorems:
            tell(f"mutants of {theorem.name}")
            found.append(mutate(theorem, seed, sample))
    return found


def document(found: Sequence[Mutation], seed: int) -> dict[str, Any]:
    """The same as data."""
    return {"seed": seed, "theorems": [asdict(one) for one in found], "passed": passed(found)}


def passed(found: Sequence[Mutation]) -> bool:
    """Whether all that was accepted was shown to be true."""
    return not any(one.unshown for one in found)


def written(found: Sequence[Mutation], seed: int) -> str:
    """A line for each theorem, and what it comes to."""
    rows: list[tuple[str, ...]] = [("theorem", "mutants", "tried", "refused", "accepted", *ROUTES, "not shown")]
    rows += [_row(one) for one in found]
    made, replayed, refused = (sum(getattr(one, name) for one in found) for name in ("made", "tried", "refused"))
    open_ = sum(len(one.unshown) for one in found)
    drawn = "" if replayed == made else f", drawn with seed {seed}"
    closing = (
        f"{replayed} of {made} mutants tried{drawn}: {refused} refused, {replayed - refused} accepted, {open_} of these"
        f" without being shown true; {sum(one.seconds for one in found):.0f} s"
    )
    failures = [paragraph(step, "    ", f"{one.theorem} accepts, not shown: ") for one in found for step in one.unshown]
    return "\n".join([table(rows, right=range(1, 10)), "", *failures, closing])


def _row(one: Mutation) -> tuple[str, ...]:
    counts = (one.made, one.tried, one.refused, one.tried - one.refused, *one.accepted.values(), len(one.unshown))
    return one.theorem, *map(str, counts)

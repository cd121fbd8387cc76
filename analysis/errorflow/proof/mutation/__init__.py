"""Mutation testing of the checker: certificates with one token wrong, of which none may prove what is not true."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..checker import kernel
from ..checker.polynomial import Refused
from ..theorems.theorem import Theorem, certificate
from .replay import Mutant, stretches
from .tokens import mutants, texts
from .truth import ROUTES, shown

WHOLE = 3  # of the refused and of the accepted each, how many are shown to the checker as a whole


@dataclass(frozen=True)
class Mutation:
    """What became of the mutants of one certificate.

    made: how many there are. tried: how many were replayed. accepted: route by which what they say is true -> number.
    unshown: what accepted mutants say that was not shown to be true, as the step that differs.
    """

    theorem: str
    made: int
    tried: int
    refused: int
    accepted: dict[str, int]
    unshown: tuple[str, ...]
    seconds: float


def mutate(theorem: Theorem, seed: int = 0, sample: int | None = None) -> Mutation:
    """The fate of all mutants of a theorem's certificate, or of a sample of them drawn with that seed.

    Raises: RuntimeError where replaying from the changed step on and the checker as a whole disagree.
    """
    began = time.perf_counter()
    rng = random.Random(f"{theorem.name} {seed}")
    proof = certificate(theorem.name)
    found = [one for part in stretches(theorem.statement, proof) for one in part.mutants(theorem.statement)]
    made = len(found)
    if sample is not None and sample < made:
        found = rng.sample(found, sample)
    refused: list[Mutant] = []
    accepted: list[Mutant] = []
    routes, unshown = Counter(dict.fromkeys(ROUTES, 0)), list[str]()
    for one in found:
        end = one.replay()
        (refused if end is None else accepted).append(one)
        if end is not None:
            route = shown(end, one.of.states[-1], one.of.states[0], rng)
            routes[route] += bool(route)
            unshown += [] if route else [str(one.steps[0])[:200]]
    _confirm(theorem, proof, refused, accepted, rng)
    seconds = time.perf_counter() - began
    counted = {route: routes[route] for route in ROUTES}
    return Mutation(theorem.name, made, len(found), len(refused), counted, tuple(unshown), seconds)


def _confirm(
    theorem: Theorem, proof: Sequence[object], refused: list[Mutant], accepted: list[Mutant], rng: random.Random
) -> None:
    for group, fate in ((refused, False), (accepted, True)):
        for one in rng.sample(group, min(WHOLE, len(group))):
            try:
                kernel.check(theorem.statement, one.certificate(proof))
                said = True
            except Refused:
                said = False
            if said != fate:
                raise RuntimeError(f"replay and checker must agree on a mutant of {theorem.name}, got {one.steps[0]}")


__all__ = ["ROUTES", "Mutation", "mutants", "mutate", "texts"]

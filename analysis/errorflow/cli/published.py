"""`errorflow cost --published`: the 1997 paper's own counts beside those that follow from its equations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from errorflow.cli.output import paragraph, print_json, table
from errorflow.learning import published1997 as paper

LARGEST_WEIGHT, LAG = Fraction(1, 5), 10


def main(as_json: bool) -> int:
    """Prints the counts; the status is 1 if a network does not have the weights that are printed."""
    if as_json:
        print_json(_document())
    else:
        _show()
    return 0 if all(network.agrees for network in paper.NETWORKS) else 1


def _document() -> dict[str, Any]:
    return {
        "source": "Hochreiter & Schmidhuber 1997, section 5 and appendix A.1",
        "step": {
            "equations": {name: str(count) for name, count in paper.STEP.items()},
            "counted": str(paper.COUNTED),
            "published": str(sympy.expand(paper.PUBLISHED)),
            "published_is_short_by": str(paper.slip()),
            "trace_words": str(paper.TRACE_WORDS),
        },
        "networks": [network.json() | {"agrees": network.agrees} for network in paper.NETWORKS],
        "decay": {
            "largest_weight": float(LARGEST_WEIGHT),
            "lag": LAG,
            "exact": str(paper.decay(LARGEST_WEIGHT, LAG)),
            "factor": float(paper.decay(LARGEST_WEIGHT, LAG)),
        },
    }


def _show() -> None:
    letters = "K output units, H hidden units, C blocks of S memory cells, I units that the hidden layer reads"
    print(paragraph(f"One step of the 1997 algorithm, products of appendix A.1: {letters}."))
    print()
    print(table([(name, _shown(count)) for name, count in paper.STEP.items()], indent="  "))
    print()
    sums = [
        ("counted", _shown(paper.COUNTED)),
        ("published", _shown(sympy.expand(paper.PUBLISHED))),
        ("published is short by", _shown(paper.slip())),
        ("trace words", _shown(paper.TRACE_WORDS)),
    ]
    print(table(sums, indent="  "))
    print("\nWeights of its networks, counted from their topologies.\n")
    rows = [("table", "task", "learner", "counted", "published", "topology")]
    for network in paper.NETWORKS:
        counts = (str(network.topology.weights), str(network.published))
        rows.append((str(network.table), network.task, network.learner, *counts, network.words))
    print(table(rows, right=(3, 4), indent="  "))
    factor = paper.decay(LARGEST_WEIGHT, LAG)
    print()
    begins = f"Table 2 begins with weights of at most {float(LARGEST_WEIGHT)}: over {LAG} steps one self-recurrent"
    lets = f"logistic unit lets at most (0.2 / 4)^{LAG} = {float(factor):.7g} of an error through."
    print(paragraph(f"{begins} {lets}"))


def _shown(polynomial: sympy.Expr) -> str:
    return str(polynomial).replace("**", "^").replace("*", " ")

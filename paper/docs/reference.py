"""Where everything public stands in the API reference: a page for each subject, names in reading order.

`records` are the objects that public functions hand back. `errorflow.__all__` and those of the public rooms are checked
against this table in both directions, by `missing` and by Sphinx, which imports every name.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from writing import code, plain, table

from errorflow.activations import ACTIVATIONS

ROOMS = ("errorflow", "errorflow.testing", "errorflow.bounds", "errorflow.models", "errorflow.plots")
ALIASES = {"swish": "silu"}


@dataclass(frozen=True)
class Page:
    """One page of the reference. names, records: dotted, as they are imported."""

    name: str
    title: str
    lead: str
    names: tuple[str, ...]
    records: tuple[str, ...] = ()


def _all(room: str, *first: str) -> tuple[str, ...]:
    """The public names of a room, those given before the others."""
    return tuple(f"{room}.{name}" for name in (*first, *(name for name in _public(room) if name not in first)))


def _public(room: str) -> list[str]:
    """What a room offers, tables of data left out."""
    module = import_module(room)
    return [name for name in module.__all__ if callable(getattr(module, name))]


def _errorflow(text: str) -> tuple[str, ...]:
    return tuple(f"errorflow.{name}" for name in text.split())


PAGES: tuple[Page, ...] = (
    Page(
        "defining",
        "Defining a cell",
        "Names of vectors, affine maps of them, and the cell that is made of both. [](my_cell.md) shows their use.",
        _errorflow("Cell names new net dense diagonal fixed stacked stacked_weights activation"),
        (
            *("errorflow.definition.Definition", "errorflow.definition.Node", "errorflow.definition.Parameter"),
            *("errorflow.definition.Term", "errorflow.definition.New", "errorflow.definition.Net"),
            "errorflow.activations.Activation",
        ),
    ),
    Page(
        "builtin",
        "Built-in cells",
        "Each is written through the public door. [](cells.md) shows their formulas.",
        _errorflow("cell rnn lstm1997 lstm gru gru_reset_before lstm_peephole lstm_projected lstm1997_full mingru")
        + _errorflow("lru minimal_rnn orthogonal_rnn leaky_rnn janet slstm"),
    ),
    Page(
        "derivations",
        "Derivations",
        "What `Cell.jacobian`, `Cell.flow` and the registry of named results hand back, and how it is exported.",
        _errorflow("result") + ("errorflow.results.results_of", "errorflow.export.export"),
        (
            *(f"errorflow.calculus.result.{name}" for name in ("Jacobian", "Flow", "Block")),
            *("errorflow.calculus.steps.Step", "errorflow.results.Result", "errorflow.results.Content"),
            *("errorflow.results.Piece", "errorflow.calculus.jacobian.Blocks"),
        ),
    ),
    Page(
        "numbers",
        "Runs and profiles",
        "What `Cell.run` and `Cell.profile` hand back.",
        (),
        ("errorflow.numeric.Trajectory", "errorflow.numeric.Profile"),
    ),
    Page(
        "learning",
        "Learning algorithms",
        "Gradients and their cost; [](algorithms.md) lists the algorithms.",
        ("errorflow.learning.gradient", "errorflow.learning.gradient_quality", "errorflow.learning.costs"),
        tuple(f"errorflow.learning.{name}" for name in ("Gradient", "Quality", "Cost", "Algorithm")),
    ),
    Page(
        "networks",
        "Trained networks",
        "Reading weights, and the diagnosis of what they do. [](my_network.md) shows their use.",
        _errorflow("read_network diagnose") + ("errorflow.diagnosis.heat", "errorflow.diagnosis.growth_map"),
        (
            *(f"errorflow.networks.{name}" for name in ("Network", "Layer", "Head")),
            *(f"errorflow.diagnosis.{name}" for name in ("Diagnosis", "LayerDiagnosis", "Heat", "GrowthMap")),
            *("errorflow.diagnosis.verdict.Verdict", "errorflow.diagnosis.decay.Rate"),
            *("errorflow.diagnosis.limits.Bound", "errorflow.diagnosis.units.Carriers"),
            *("errorflow.diagnosis.trap.Trap", "errorflow.diagnosis.loss.LossFlow"),
            "errorflow.diagnosis.both_ways.LossBothWays",
        ),
    ),
    Page(
        "checked",
        "Theorems, claims and slopes",
        "Everything that answers with a verdict. [](trust.md) says what the verdicts mean.",
        _errorflow("prove theorem theorems check claim judge slope recheck"),
        (
            *("errorflow.proof.Report", "errorflow.proof.Theorem", "errorflow.conjecture.Verdict"),
            *("errorflow.conjecture.direct.Proof", "errorflow.conjecture.recheck.Refutation"),
            "errorflow.conjecture.witness.Witness",
            *(f"errorflow.claims.{name}" for name in ("Claim", "Backing", "Finding", "Judgement")),
            *(f"errorflow.enclosure.{name}" for name in ("Enclosure", "Extremum", "Check")),
        ),
    ),
    Page("bounds", "Bounds", "The inequalities of the theorems as functions of arrays.", _all("errorflow.bounds")),
    Page(
        "testing",
        "Assertions for your own tests",
        "What a test of recurrent code calls; none has a tolerance to tune.",
        _all("errorflow.testing"),
    ),
    Page("models", "Other sequence models", "[](sequence_models.md) shows their laws.", _all("errorflow.models")),
    Page(
        "plots",
        "Pictures",
        "Drawing for a cell, a profile or a network of your own.",
        _all("errorflow.plots"),
        ("errorflow.plots.files.Picture",),
    ),
)


def missing() -> list[str]:
    """A line for each public name that no page has, or that more than one has."""
    placed = [name for page in PAGES for name in (*page.names, *page.records)]
    placed += [f"errorflow.{name}" for name in (*(a.name for a in ACTIVATIONS), *ALIASES)]
    public = {f"{room}.{name}" for room in ROOMS for name in _public(room)}
    faults = [f"the reference has no place for {name}" for name in sorted(public - set(placed))]
    return faults + [f"the reference names {name} twice" for name in sorted({n for n in placed if placed.count(n) > 1})]


def markdown(page: Page) -> str:
    """The source of one page."""
    parts = [f"# {page.title}", page.lead]
    if page.name == "defining":
        parts += [_directive(name) for name in page.names]
        parts += ["## Activations", _activations(), "## What a definition is made of"]
    else:
        parts += [_directive(name) for name in page.names]
        parts += ["## What they hand back"] * bool(page.names and page.records)
    return "\n\n".join([*parts, *map(_directive, page.records)]) + "\n"


def _directive(name: str) -> str:
    room, _, last = name.rpartition(".")
    thing = getattr(import_module(room), last)
    kind = "autoclass" if isinstance(thing, type) else "autofunction"
    members = "\n   :members:" if kind == "autoclass" else ""
    return f"```{{eval-rst}}\n.. {kind}:: {name}{members}\n```"


def _activations() -> str:
    said = "Each is applied to an expression in a definition; `errorflow slope NAME` proves how steep it is."
    rows = []
    for each in ACTIVATIONS:
        names = ", ".join(code(name) for name in (each.name, *(a for a, of in ALIASES.items() if of == each.name)))
        about = plain((each.function.__doc__ or "").strip().splitlines()[0]) if each.name not in _SYMPY else "SymPy's"
        rows.append((names, about, plain(each.closed or str(each.sup)), plain(each.attained or "not attained")))
    return f"{said}\n\n" + table(("name", "value at x", "largest slope", "attained at"), rows)


_SYMPY = ("tanh", "arctan")

"""What `errorflow profile` prints: for each layer a table by lag, then the verdict and what speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errorflow.cli.output import WIDTH, paragraph, table

if TYPE_CHECKING:
    from errorflow.diagnosis import Diagnosis, LayerDiagnosis
    from errorflow.diagnosis.both_ways import LossBothWays
    from errorflow.diagnosis.checkpoints import Checkpoints
    from errorflow.diagnosis.loss import LossFlow
    from errorflow.networks import Network

_MOST_BLOCKS, _MOST_PARTS, _MOST_UNITS, _MOST_WEIGHTS = 4, 6, 5, 5


def page(network: Network, found: Diagnosis, over: int | str) -> str:
    """The text of a diagnosis. over: K for sequence K, else "median of N"."""
    from errorflow.diagnosis.both_ways import LossBothWays

    parts = []
    for layer in found.all:
        of = next((e for e in network.layers if (e.layer, e.direction) == (layer.layer, layer.direction)), None)
        parts.append(_layer(layer, getattr(of, "nonlinearity", None), over, len(found.all) > 1))
    if found.loss is not None:
        parts.append(_loss_both_ways(found.loss) if isinstance(found.loss, LossBothWays) else _loss(found.loss))
    return "\n\n".join(parts)


def _layer(layer: LayerDiagnosis, nonlinearity: str | None, over: int | str, several: bool) -> str:
    kind = f"{layer.kind} ({nonlinearity})" if nonlinearity else layer.kind
    if several:
        kind = f"{layer.name}: {kind}"
    sequences = f"sequence {over}" if isinstance(over, int) else f"{over} sequences"
    steps = len(layer.lags) - 1
    about = f"{kind}, {layer.units} units, {layer.inputs} input{'s' * (layer.inputs != 1)}, {steps} steps; {sequences}."
    many = not isinstance(over, int)
    meaning = "log2 of the spectral norm of d state_T / d state_(T-q), of the joint state and by block new,old"
    meaning += f"{', with its quartiles' if many else ''}; shares of the flow by first departure from the"
    meaning += f" carry, read forward in time{', mean' if many else ''}"
    meaning += f", up to lag {layer.shares_to}" if layer.shares and layer.shares_to < steps else ""
    shares, numbers = _fitting(layer, many)
    meaning += "; the largest parts are shown" if len(shares) < len(layer.shares) else ""
    meaning += "; numerical rank. 'zero' is zero in float64."
    lines = [paragraph(about), paragraph(meaning), "", numbers, ""]
    lines += [paragraph(sentence, "  ") for sentence in (*layer.verdict.words, *_units(layer), *layer.trap.words)]
    return "\n".join(lines)


def _fitting(layer: LayerDiagnosis, many: bool) -> tuple[dict[str, Any], str]:
    """The parts that are shown and the table by lag: a decimal less, then fewer parts, where it would be too wide."""
    for most, decimals in ((_MOST_PARTS, 3), *((k, 2) for k in range(_MOST_PARTS, 0, -1))):
        shares = _most(layer.shares, most)
        numbers = _numbers(layer, many, shares, decimals)
        if max(map(len, numbers.splitlines())) <= WIDTH:
            break
    return shares, numbers


def _numbers(layer: LayerDiagnosis, many: bool, shares: dict[str, Any], decimals: int) -> str:
    blocks = layer.log2_norm_blocks if 1 < len(layer.log2_norm_blocks) <= _MOST_BLOCKS else {}
    quartiles = layer.log2_norm_quartiles if many else ()
    ranks = dict(zip(layer.rank_lags.tolist(), np.median(layer.rank, axis=0), strict=True))
    rows = [["lag", "log2 norm", *(["25 %", "75 %"] if many else []), *blocks, *shares, "rank"]]
    for q in doubling(int(layer.lags[-1])):
        norms = [layer.log2_norm, *quartiles, *blocks.values()]
        parts = [_told(v[q], decimals) for v in shares.values()]
        rows.append([str(q), *(_norm(v[q], decimals) for v in norms), *parts, f"{ranks[q]:g}" if q in ranks else "-"])
    return table(rows, right=range(len(rows[0])))


def doubling(last: int) -> list[int]:
    """0, 1, 2, 4, ... and the last lag."""
    return sorted({0, last, *(2**k for k in range(last.bit_length()) if 2**k < last)})


def _most(shares: dict[str, Any], most: int) -> dict[str, Any]:
    """The carry and the parts with the largest mean share, so many in all."""
    means = {name: np.nanmean(np.append(0.0, values[np.isfinite(values)])) for name, values in shares.items()}
    first = sorted((name for name in shares if name != "carry"), key=lambda name: -means[name])[: most - 1]
    return {name: values for name, values in shares.items() if name == "carry" or name in first}


def _units(layer: LayerDiagnosis) -> list[str]:
    texts = []
    for found in layer.carriers:
        pairs = list(zip(found.units, found.half_lives, strict=True))[:_MOST_UNITS]
        listed = ", ".join(f"{unit} ({life:.3g})" for unit, life in pairs)
        last = f"; last {_last(found)}" if len(found.units) > _MOST_UNITS else ""
        texts.append(f"Units of {found.state} by half-life on the carry in steps: {listed}{last}.")
    return texts


def _last(found: Any) -> str:
    return f"{found.units[-1]} ({found.half_lives[-1]:.3g})"


def _loss(flow: LossFlow) -> str:
    many = len(flow.values) > 1
    where = "the losses of all steps summed" if flow.every_step else "last step"
    about = (
        f"The read-out's own error, {flow.loss} loss {flow.values.mean():.3g} on average, {where}; "
        f"{'median of ' * many}{len(flow.values)} sequence{'s' * many}."
    )
    meaning = "log2 of |delta_(T-q)|"
    if flow.every_step:
        meaning += ", and of its part from the last step's loss alone, whose share is <part, delta> / |delta|^2, the"
        meaning += " rest being that of the losses before it; beside the part the worst case"
    else:
        meaning += " beside the worst case, |delta_T|"
    meaning += ", that loss's |delta_T|" * flow.every_step + " times the norm of the flow; |cosine| of delta to the"
    meaning += " direction in which the flow reads most."
    return "\n".join([paragraph(about), paragraph(meaning), "", _loss_table(flow, "last"), *_by_lag(flow)])


def _by_lag(flow: LossFlow) -> list[str]:
    """What the gradient receives at each lag: of all weights, and of those that receive most."""
    parts = flow.gradient_by_lag
    if not parts:
        return []
    every = np.logaddexp2.reduce([2 * values for values in parts.values()], axis=0) / 2
    first = sorted(parts, key=lambda name: -parts[name].max())[:_MOST_WEIGHTS]
    told = (
        "The gradient in the weights by lag, as they are used q steps before each loss, summed over sequences and"
        " losses: log2 of its Frobenius norm, of all weights and of those that receive most."
    )
    rows = [["lag", "all weights", *first]]
    for q in doubling(len(every) - 1):
        rows.append([str(q), _norm(every[q]), *(_norm(parts[name][q]) for name in first)])
    return ["", paragraph(told), "", table(rows, right=range(len(rows[0])))]


def _loss_table(flow: LossFlow, end: str) -> str:
    """The errors by lag. end: which loss the direction processes last."""
    data = flow.json()
    parts = {f"{end} loss": data["log2_error_of_last"]} if flow.every_step else {}
    worst = {"worst case": data["log2_worst"]} if flow.worst is not None else {}
    shares = {f"share of {end}": data["share_of_last"]} if flow.every_step else {}
    cosines = dict(zip(data["alignment"]["lags"].tolist(), data["alignment"]["median"], strict=True))
    rows = [["lag", "log2 error", *parts, *worst, *shares, "cosine"]]
    last = int(flow.lags[-1])
    entry = {last - 1} if last and data["log2_error"][0] == -np.inf else set()  # where the error enters, if at one step
    for q in sorted({*doubling(last), *entry}):
        norms = [data["log2_error"], *parts.values(), *worst.values()]
        told = [*(values[q] for values in shares.values()), cosines.get(q, np.nan)]
        rows.append([str(q), *(_norm(v[q]) for v in norms), *(_told(v) for v in told)])
    return table(rows, right=range(len(rows[0])))


def _loss_both_ways(found: LossBothWays) -> str:
    many = len(found.values) > 1
    where = {"last": "of the output at the last time", "final": "of the last state of each direction"}[found.output]
    where = "the losses of all steps summed" if found.every_step else where
    about = (
        f"The read-out's own error through both directions, {found.loss} loss {found.values.mean():.3g} on average, "
        f"{where}; {'median of ' * many}{len(found.values)} sequence{'s' * many}."
    )
    meaning = (
        "log2 of |delta|, the derivative of the loss in the state of a layer and direction, q steps before the last "
        "that it processes: at time T - q of a forward one, at time 1 + q of a reverse one."
    )
    if found.every_step:
        meaning += (
            " Beside it the part from one loss alone, the last that the direction processes, which is that of time T"
            " or of time 1; the share of this part is <part, delta> / |delta|^2."
        )
    meaning += (
        " The worst case, in the top layer, is that loss's |delta| times the norm of the flow; |cosine| of delta to the"
        " direction in which the flow reads most."
    )
    lines = [paragraph(about), paragraph(meaning)]
    for part in found.parts:
        turned = part.direction == "reverse"
        lines += [
            "",
            f"layer {part.layer}{', reverse' * turned}:",
            "",
            _loss_table(part, "first" if turned else "last"),
        ]
    if not found.every_step and found.output == "last":
        told = "The output at the last time reads of a reverse direction its first step alone, whose lag is T - 1."
        lines += ["", paragraph(told, "  ")]
    return "\n".join(lines)


def _told(value: float, decimals: int = 3) -> str:
    return f"{value:z.{decimals}f}" if np.isfinite(value) else "-"


def checkpoints_page(found: Checkpoints) -> str:
    """The text of a folder of checkpoints: a row for each."""
    shown = doubling(int(found.lags[-1]))[1:][-6:]
    error = found.log2_error
    rows = [
        ["step", "verdict", "horizon", *(f"lag {q}" for q in shown), *(["loss error"] if error is not None else [])]
    ]
    for k, (step, norms) in enumerate(zip(found.steps, found.log2_norm, strict=True)):
        last = found.diagnoses[k].all[-1]
        told = [_norm(error[k, -1])] if error is not None else []
        rows.append([str(step), last.verdict.word, str(last.horizon), *(_norm(norms[q]) for q in shown), *told])
    several = f"{len(found.files)} checkpoint{'s' * (len(found.files) > 1)}"
    about = f"{several}, {found.name}: log2 of the norm of the flow by training step and lag"
    about += "; error of the loss at the last lag, log2." if error is not None else "."
    return "\n".join([paragraph(about), "", table(rows, right=[0, *range(2, len(rows[0]))])])


def _norm(value: float, decimals: int = 3) -> str:
    return "zero" if value == -np.inf else f"{value:z.{decimals}f}"

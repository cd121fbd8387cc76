"""`errorflow profile`: where the gradient of a trained network goes, by lag, block and gate."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errorflow.cli.arguments import Parser, Usage, one_of, whole
from errorflow.cli.output import paragraph, print_json, table
from errorflow.networks import Layer, read_network
from errorflow.numeric import Profile

Array = npt.NDArray[Any]
NPY = b"\x93NUMPY"


def arguments(parser: Parser) -> None:
    """What `profile` takes."""
    parser.add_argument(
        "weights", metavar="WEIGHTS", help="a torch RNN, LSTM or GRU of one layer, .safetensors or .npz"
    )
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--inputs", metavar="X.npy", help="an array (batch, T, m), or (T, m) for one sequence")
    given.add_argument("--steps", type=whole(0), metavar="T", help="zero input for T steps instead")
    parser.add_argument("--sequence", type=whole(0), metavar="K", help="only sequence K, counted from 0; default all")
    parser.add_argument("--nonlinearity", type=one_of("tanh", "relu"), default="tanh", help="of an RNN: tanh or relu")
    parser.add_argument(
        "--prefix", metavar="P", help="read only the tensors whose names begin so, such as encoder.rnn."
    )
    parser.add_argument(
        "--layout",
        metavar="L",
        help="whose names they are where these do not tell: torch, keras, keras_reset_after, ...",
    )


def main(args: argparse.Namespace) -> int:
    """Prints the profile of the network."""
    network = read_network(args.weights, nonlinearity=args.nonlinearity, prefix=args.prefix, layout=args.layout).only()
    inputs = np.zeros((1, args.steps, network.inputs)) if args.inputs is None else _inputs(Path(args.inputs), network)
    if args.sequence is not None:
        if args.sequence >= len(inputs):
            raise Usage(f"--sequence must be from 0 to {len(inputs) - 1}, got {args.sequence}")
        inputs = inputs[args.sequence : args.sequence + 1]
    profile = network.cell().profile(network.weights, inputs)
    summary = _summary(profile, args.sequence or 0)
    if args.json:
        print_json({"layers": [_data(network, summary)]})
    else:
        print(_page(network, summary))
    return 0


def _inputs(path: Path, network: Layer) -> Array:
    """The sequences in a .npy file, with a batch axis."""
    if not path.is_file():
        raise Usage(
            f"--inputs must be a .npy file, got {path}, which is {'a folder' if path.is_dir() else 'not there'}"
        )
    with path.open("rb") as stream:
        if stream.read(len(NPY)) != NPY:
            raise Usage(f"--inputs must be a .npy file as numpy.save writes it, got {path}")
    try:
        # Mapped, so that a header that declares more than the file holds is refused before memory is taken.
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        raise Usage(f"--inputs must be an array of numbers that is whole, got {path}: {error}") from error
    m = network.inputs
    if array.ndim not in (2, 3) or array.shape[-1] != m or len(array) == 0:
        wanted = f"--inputs must have shape (T, {m}) or (batch, T, {m}), since the {network.kind} reads {m}"
        raise Usage(f"{wanted}, got {array.shape}")
    return array[None] if array.ndim == 2 else array


@dataclass(frozen=True)
class Summary:
    """A profile of one sequence, or the middle of several by lag.

    over: K for sequence K, else "median of N". quartiles: of log2_norm where there are several. shares: then the mean,
    so that they still sum to 1.
    """

    over: int | str
    lags: Array
    log2_norm: Array
    quartiles: tuple[Array, Array] | None
    blocks: dict[str, Array]
    shares: dict[str, Array]


def _summary(profile: Profile, sequence: int) -> Summary:
    blocks = {f"{new},{old}": norms for (new, old), norms in profile.log2_norm_blocks.items()}
    shares = {label or "net": values for label, values in profile.shares.items()}
    count = len(profile.log2_norm)
    if count == 1:
        first = {k: v[0] for k, v in blocks.items()}, {k: v[0] for k, v in shares.items()}
        return Summary(sequence, profile.lags, profile.log2_norm[0], None, *first)
    # By position and not by interpolation: log2 of an exact zero is -inf, between which nothing can be interpolated.
    low, middle, high = (_quantile(profile.log2_norm, q) for q in (0.25, 0.5, 0.75))
    medians = {k: _quantile(v, 0.5) for k, v in blocks.items()}
    return Summary(
        f"median of {count}", profile.lags, middle, (low, high), medians, {k: _mean(v) for k, v in shares.items()}
    )


def _quantile(values: Array, q: float) -> Array:
    """The quantile over sequences; between two of them their mean, -inf where one is."""
    lower, upper = (np.quantile(values, q, axis=0, method=method) for method in ("lower", "higher"))
    middle: Array = (lower + upper) / 2
    return middle


def _mean(shares: Array) -> Array:
    """The mean over the sequences whose flow is not zero, nan where there are none."""
    there = np.isfinite(shares)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(there, shares, 0.0).sum(axis=0) / there.sum(axis=0)
    return mean


def _data(network: Layer, found: Summary) -> dict[str, Any]:
    data = {
        "layer": network.layer,
        "direction": network.direction,
        "kind": network.kind,
        "units": network.units,
        "inputs": network.inputs,
        "sequence": found.over,
        "lags": found.lags,
        "log2_norm": found.log2_norm,
        "log2_norm_blocks": found.blocks,
        "shares": found.shares,
    }
    if found.quartiles:
        data |= {"log2_norm_quartiles": found.quartiles, "shares_are": "mean over sequences"}
    return data


def _page(network: Layer, found: Summary) -> str:
    kind = f"{network.kind} ({network.nonlinearity})" if network.nonlinearity else network.kind
    over = f"sequence {found.over}" if isinstance(found.over, int) else f"{found.over} sequences"
    steps = len(found.lags) - 1
    about = (
        f"{kind}, {network.units} units, {network.inputs} input{'s' * (network.inputs != 1)}, {steps} steps; {over}."
    )
    meaning = "log2 of the spectral norm of d state_T / d state_(T-q), of the joint state and by block new,old"
    meaning += f"{', with its quartiles' if found.quartiles else ''}; shares of the flow by first departure"
    meaning += f"{', mean' if found.quartiles else ''}. 'zero' is an exact zero."
    chosen = [0] + [2**k for k in range(steps.bit_length()) if 2**k < steps] + [steps] * (steps > 0)
    spread = ["25 %", "75 %"] if found.quartiles else []
    names = list(found.blocks) if len(found.blocks) > 1 else []
    rows = [["lag", "log2 norm", *spread, *names, *found.shares]]
    for q in chosen:
        norms = [found.log2_norm, *(found.quartiles or ()), *(found.blocks[n] for n in names)]
        shares = [f"{v[q]:.3f}" if np.isfinite(v[q]) else "-" for v in found.shares.values()]
        rows.append([str(q), *(_norm(v[q]) for v in norms), *shares])
    numbers = table(rows, right=range(len(rows[0])))
    return "\n".join([paragraph(about), paragraph(meaning), "", numbers])


def _norm(value: float) -> str:
    return "zero" if value == -np.inf else f"{value:.3f}"

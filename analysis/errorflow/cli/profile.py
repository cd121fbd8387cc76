"""`errorflow profile`: where the gradient of a trained network goes, by lag, block and gate, and what that comes to."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from errorflow.cli.arguments import Parser, Usage, filename, near, one_of, whole
from errorflow.cli.output import print_json
from errorflow.cli.profile_page import checkpoints_page, page
from errorflow.cli.progress import progress
from errorflow.cli.typed import as_typed

if TYPE_CHECKING:
    from errorflow.networks.layer import Layer

Array = npt.NDArray[Any]
NPY = b"\x93NUMPY"
SUFFIXES = (".pdf", ".svg", ".png")
OPTIONS = ("inputs", "layer", "loss", "targets", "head", "output", "nonlinearity", "prefix", "layout", "merge")


def arguments(parser: Parser) -> None:
    """What `profile` takes."""
    parser.add_argument(
        "weights",
        type=filename,
        metavar="WEIGHTS",
        help="a torch RNN, LSTM or GRU, or layers of Keras, .safetensors or .npz; or a folder of checkpoints",
    )
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--inputs", type=filename, metavar="X.npy", help="an array (batch, T, m), or (T, m) for one sequence"
    )
    given.add_argument("--steps", type=whole(0), metavar="T", help="zero input for T steps instead")
    parser.add_argument("--sequence", type=whole(0), metavar="K", help="only sequence K, counted from 0; default all")
    parser.add_argument("--layer", type=_layer, metavar="L", help="only layer L, from 0, or joint: all layers as one")
    parser.add_argument(
        "--loss",
        type=one_of("cross-entropy", "squared"),
        metavar="LOSS",
        help="carry back the error of the linear read-out beside the network: cross-entropy, or squared, the sum of"
        " squares over the outputs",
    )
    parser.add_argument(
        "--targets",
        type=filename,
        metavar="Y.npy",
        help="for --loss: per sequence, (batch,) or (batch, k), a class or the values wanted after the last step; or"
        " per step, (batch, T) or (batch, T, k), and the loss is summed over the steps",
    )
    parser.add_argument(
        "--ignore",
        type=_number,
        metavar="V",
        help="for --targets: where they are V, such as the -100 of PyTorch on steps that only fill a batch up, there is"
        " no loss",
    )
    parser.add_argument(
        "--head",
        metavar="NAME",
        help="for --loss: what stands before weight and bias of the read-out, such as fc., or a file of these two",
    )
    parser.add_argument(
        "--output",
        type=one_of("last", "final"),
        help="for --loss with one target for each sequence, of a bidirectional network: whether the loss reads the"
        " output at the last time, or the final state of each direction",
    )
    parser.add_argument(
        "--plot", type=filename, metavar="FILE", help=f"also a picture, ending in {', '.join(SUFFIXES)}"
    )
    parser.add_argument("--nonlinearity", type=one_of("tanh", "relu"), default="tanh", help="of an RNN: tanh or relu")
    parser.add_argument(
        "--prefix",
        metavar="P",
        action="append",
        help="read only the tensors whose names begin so, such as encoder.rnn.; given several times, lowest first,"
        " these modules are one stack",
    )
    parser.add_argument(
        "--layout",
        metavar="NAMES",
        help="whose names they are where these do not tell: torch, keras, keras_reset_after, ...",
    )
    parser.add_argument(
        "--merge",
        type=one_of("concat", "sum", "ave", "mul"),
        help="how a Bidirectional of Keras makes one output of two; default concat",
    )


def main(args: argparse.Namespace) -> int:
    """Prints what was found about the network."""
    target = _picture(args.plot)
    if args.targets is not None and args.loss is None:
        raise Usage("--loss must say what --targets are for: cross-entropy or squared")
    if args.loss is not None and args.targets is None:
        raise Usage(f"--targets must be given with --loss {args.loss}: one for each sequence, or for each step of each")
    if args.ignore is not None and args.targets is None:
        raise Usage("--targets must be given with --ignore, which says what of them has no loss")
    if args.head is not None and args.loss is None:
        raise Usage("--loss must say what --head is for: cross-entropy or squared")
    if args.output is not None and args.loss is None:
        raise Usage("--loss must say what --output is for: cross-entropy or squared")
    with progress() as tell, as_typed(*OPTIONS):
        show = _checkpoints if Path(args.weights).is_dir() else _network
        data, text, found = show(args, tell)
        if target is not None:
            tell("drawing")
            found.plot(target, Path(args.weights).name)
    if args.json:
        print_json({**data, "plot": str(target)} if target else data)
    else:
        print(text + (f"\n\n{target}" if target else ""))
    return 0


def _network(args: argparse.Namespace, tell: Any) -> tuple[dict[str, Any], str, Any]:
    from errorflow.diagnosis import diagnose
    from errorflow.networks import read_network

    network = read_network(args.weights, **_reading(args))
    first = network.layers[0]
    inputs, targets = _data(args, first)
    options = {"layer": args.layer, "loss": args.loss, "targets": targets, "head": _head(args), "output": args.output}
    found = diagnose(network, inputs, tell=tell, **options)
    data = found.json()
    over: int | str = f"median of {len(inputs)}" if len(inputs) > 1 else args.sequence or 0
    for layer in (*data["layers"], *([data["joint"]] if "joint" in data else [])):
        layer["sequence"] = over
        layer["bound"]["sequence"] += args.sequence or 0
        if len(inputs) > 1:
            layer["shares_are"] = "mean over sequences"
        else:
            del layer["log2_norm_quartiles"]
    return data, page(network, found, over), found


def _checkpoints(args: argparse.Namespace, tell: Any) -> tuple[dict[str, Any], str, Any]:
    from errorflow.diagnosis.checkpoints import diagnose_checkpoints, in_order
    from errorflow.networks import read_network
    from errorflow.networks.read import CONTAINERS

    folder = Path(args.weights)
    files = in_order(path for path in folder.iterdir() if path.suffix.lower() in CONTAINERS)
    if not files:
        raise Usage(
            f"WEIGHTS must be a folder that holds {' or '.join(CONTAINERS)} files, got {folder}, which has none"
        )
    first = read_network(files[0], **_reading(args)).layers[0]
    inputs, targets = _data(args, first)
    options = {"layer": args.layer, "loss": args.loss, "targets": targets, "head": _head(args), "output": args.output}
    found = diagnose_checkpoints(folder, inputs, reading=_reading(args), tell=tell, **options)
    return found.json(), checkpoints_page(found), found


def _reading(args: argparse.Namespace) -> dict[str, Any]:
    prefix = args.prefix[0] if args.prefix and len(args.prefix) == 1 else args.prefix
    beside = {} if _head_file(args.head) else {"head": args.head}
    return {"nonlinearity": args.nonlinearity, "prefix": prefix, "layout": args.layout, "merge": args.merge, **beside}


def _head_file(name: str | None) -> bool:
    """Whether --head names a file, and not tensors."""
    from errorflow.networks.read import CONTAINERS

    return name is not None and Path(name).suffix.lower() in CONTAINERS


def _head(args: argparse.Namespace) -> Any:
    """The read-out in a file of its own, None for the one beside the network."""
    from errorflow.networks import read_head

    return read_head(args.head) if _head_file(args.head) else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number such as -100, got {text!r}") from None


def _layer(text: str) -> int | str:
    if text == "joint":
        return text
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be the number of a layer, from 0, or joint, got {text!r}")
    return int(text)


def _picture(name: str | None) -> Path | None:
    """Where the picture goes, refused before any work if it cannot go there."""
    if name is None:
        return None
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES:
        hint = near(path.suffix.lower(), SUFFIXES)
        raise Usage(f"--plot must end in {', '.join(SUFFIXES)}, got {name!r}{hint}")
    if path.is_dir():
        raise Usage(f"--plot must be a file, got the folder {path}")
    if not path.parent.is_dir():
        raise Usage(f"--plot must stand in a folder that exists, got {path}; `mkdir -p {path.parent}` makes it")
    return path


def _data(args: argparse.Namespace, first: Layer) -> tuple[Array, Array | None]:
    """Inputs (batch, T, m) and targets (batch, ...), of one sequence where one was asked for."""
    if args.inputs is None:
        inputs = np.zeros((1, _fitting(args.steps, first), first.inputs))
    else:
        inputs = _sequences(Path(args.inputs), first.inputs, first.kind)
    targets = None if args.targets is None else _array("--targets", Path(args.targets))
    if targets is not None and args.ignore is not None:
        ignored = targets != targets if np.isnan(args.ignore) else targets == args.ignore
        targets = np.ma.masked_array(targets, ignored)
    if targets is not None and len(inputs) == 1 and targets.ndim and len(targets) == inputs.shape[1] != 1:
        targets = targets[None]  # of one sequence at every step
    if targets is not None and (targets.ndim < 1 or len(targets) != len(inputs)):
        raise Usage(f"--targets must hold one for each of the {len(inputs)} sequences, got shape {targets.shape}")
    if args.sequence is not None:
        if args.sequence >= len(inputs):
            raise Usage(f"--sequence must be from 0 to {len(inputs) - 1}, got {args.sequence}")
        chosen = slice(args.sequence, args.sequence + 1)
        inputs, targets = inputs[chosen], None if targets is None else targets[chosen]
    return inputs, targets


def _fitting(steps: int, first: Layer) -> int:
    """The number of steps, refused where inputs, states and the numbers by lag would not fit into memory."""
    each = 8 * (first.inputs + 6 * first.units + 60)  # bytes a step: states and their flow, and some sixty numbers
    wanted = steps * each
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if wanted > there:
        fits = f"at most {there // each} here"
        raise Usage(
            f"--steps must fit into memory, {fits}, got {steps}: {wanted / 2**30:.0f} GiB of states and numbers by lag"
        )
    return steps


def _sequences(path: Path, m: int, kind: str) -> Array:
    """The sequences in a .npy file, with a batch axis."""
    array = _array("--inputs", path)
    if array.ndim not in (2, 3) or array.shape[-1] != m or len(array) == 0:
        wanted = f"--inputs must have shape (T, {m}) or (batch, T, {m}), since the {kind} reads {m}"
        raise Usage(f"{wanted}, got {array.shape}")
    return array[None] if array.ndim == 2 else array


def _array(option: str, path: Path) -> Array:
    """The array in a .npy file."""
    if not path.is_file():
        raise Usage(
            f"{option} must be a .npy file, got {path}, which is {'a folder' if path.is_dir() else 'not there'}"
        )
    with path.open("rb") as stream:
        if stream.read(len(NPY)) != NPY:
            raise Usage(f"{option} must be a .npy file as numpy.save writes it, got {path}")
    try:
        # Mapped, so that a header that declares more than the file holds is refused before memory is taken.
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        raise Usage(f"{option} must be an array of numbers that is whole, got {path}: {error}") from error
    return array

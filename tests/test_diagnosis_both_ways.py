"""The error of a loss through bidirectional layers, against autograd and against each direction alone."""

import json
from dataclasses import replace

import numpy as np
import pytest

import errorflow as ef
from errorflow.cli import main
from errorflow.networks import Network

N, M, STEPS, BATCH = 4, 2, 11, 3
MODULES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
MERGES = {
    "concat": lambda torch, a, b: torch.cat([a, b], 1),
    "sum": lambda torch, a, b: a + b,
    "ave": lambda torch, a, b: (a + b) / 2,
    "mul": lambda torch, a, b: a * b,
}


def modules(torch, kind, layers, merge="concat", proj_size=0):
    """Bidirectional modules of one layer each, of random weights, and what errorflow reads of them."""
    torch.manual_seed(1)
    width = (proj_size or N) * (2 if merge == "concat" else 1)
    options = {"proj_size": proj_size} if proj_size else {}
    made = [
        getattr(torch.nn, MODULES[kind])(M if not k else width, N, bidirectional=True, batch_first=True, **options)
        for k in range(layers)
    ]
    made = [module.double() for module in made]
    read = [ef.read_network(module.state_dict()).layers for module in made]
    numbered = tuple(replace(each, layer=k) for k, both in enumerate(read) for each in both)
    return made, Network(numbered, None, "test", merge=merge), width


def direction(torch, kind, module, turned, sequence):
    """The states of one direction in the order in which it meets them, and its outputs in the order of time."""
    suffix = "_l0_reverse" if turned else "_l0"
    tensors = {k: v for k, v in module.state_dict().items() if k.endswith(suffix)}
    options = {"proj_size": module.proj_size} if module.proj_size else {}
    one = getattr(torch.nn, MODULES[kind])(module.input_size, N, batch_first=True, **options)
    one.double().load_state_dict({k.replace(suffix, "_l0"): v for k, v in tensors.items()})
    widths = [module.proj_size or N, N][: 2 if kind == "lstm" else 1]
    states = [tuple(torch.zeros(1, BATCH, w, dtype=torch.float64, requires_grad=True) for w in widths)]
    for x in sequence[::-1] if turned else sequence:
        _, new = one(x[:, None], states[-1] if kind == "lstm" else states[-1][0])
        states.append(new if kind == "lstm" else (new,))
    outputs = [state[0][0] for state in states[1:]]
    return states, outputs[::-1] if turned else outputs


def autograd_errors(torch, kind, made, merge, head, inputs, targets, output):
    """(layer, direction) -> log2 |d loss / d state| by lag, (batch, T + 1); and the loss of each sequence."""
    sequence, states = [torch.tensor(inputs[:, t]) for t in range(STEPS)], {}
    for k, module in enumerate(made):
        found = {w: direction(torch, kind, module, w == "reverse", sequence) for w in ("forward", "reverse")}
        states |= {(k, way): one for way, (one, _) in found.items()}
        sides = [outputs for _, outputs in found.values()]
        sequence = [MERGES[merge](torch, a, b) for a, b in zip(*sides, strict=True)]
    top = [states[len(made) - 1, way][-1][0][0] for way in ("forward", "reverse")]
    read = sequence if targets.ndim == 3 else [sequence[-1] if output == "last" else MERGES[merge](torch, *top)]
    wanted = torch.tensor(targets if targets.ndim == 3 else targets[:, None])
    losses = sum((head(y) - wanted[:, t]).square().sum(dim=1) for t, y in enumerate(read))
    flat = [block for one in states.values() for state in one for block in state]
    for block, grad in zip(flat, torch.autograd.grad(losses.sum(), flat, allow_unused=True), strict=True):
        block.error = torch.zeros_like(block) if grad is None else grad
    squares = {
        way: np.array([sum(block.error[0].square().sum(dim=1).numpy() for block in state) for state in one[::-1]])
        for way, one in states.items()
    }
    with np.errstate(divide="ignore"):
        return {way: 0.5 * np.log2(found).T for way, found in squares.items()}, losses.detach().numpy()


CASES = [("rnn", 3, "concat", 0), ("lstm", 2, "concat", 0), ("lstm", 2, "concat", 3), ("gru", 2, "sum", 0),
         ("lstm", 2, "ave", 0), ("gru", 2, "mul", 0), ("gru", 1, "concat", 0)]  # fmt: skip


@pytest.mark.parametrize(("kind", "layers", "merge", "projected"), CASES)
@pytest.mark.parametrize("output", ["every", "last", "final"])
def test_the_error_of_the_loss_in_every_layer_and_direction_is_that_of_autograd(kind, layers, merge, projected, output):
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    made, network, width = modules(torch, kind, layers, merge, projected)
    head, rng = torch.nn.Linear(width, 3).double(), np.random.default_rng(2)
    inputs, every = rng.normal(size=(BATCH, STEPS, M)), output == "every"
    targets = rng.normal(size=(BATCH, STEPS, 3) if every else (BATCH, 3))
    read = head.weight.detach().numpy(), head.bias.detach().numpy()
    found = ef.diagnose(
        network, inputs, loss="squared", targets=targets, head=read, output=None if every else output, departures=False
    ).loss
    wanted, losses = autograd_errors(torch, kind, made, merge, head, inputs, targets, output)
    np.testing.assert_allclose(found.values, losses, rtol=1e-12)
    assert [(part.layer, part.direction) for part in found.parts] == list(wanted)
    for part in found.parts:
        # some tens of products of matrices of norm near one, each good to rounding
        np.testing.assert_allclose(part.log2_error, wanted[part.layer, part.direction], rtol=0, atol=1e-9)
        assert part.worst is None or (part.log2_last <= part.worst + 1e-9).all()
    assert all((part.worst is None) == (part.layer < layers - 1) for part in found.parts if output != "last")


def gru_both_ways(seed=0, **sizes):
    rng, n, m = np.random.default_rng(seed), sizes.get("n", 3), 2
    shapes = {"weight_ih": (3 * n, m), "weight_hh": (3 * n, n), "bias_ih": (3 * n,), "bias_hh": (3 * n,)}
    tensors = {f"{k}_l0{way}": rng.normal(size=s) for way in ("", "_reverse") for k, s in shapes.items()}
    return tensors, ef.read_network(tensors), (rng.normal(size=(2, 2 * n)), rng.normal(size=2))


def test_each_direction_of_one_layer_has_the_error_of_a_network_that_is_this_direction_alone():
    tensors, network, (weight, bias) = gru_both_ways()
    rng = np.random.default_rng(1)
    inputs, targets = rng.normal(size=(2, 9, 2)), rng.normal(size=(2, 9, 2))
    found = ef.diagnose(network, inputs, loss="squared", targets=targets, head=(weight, bias)).loss
    outputs = network.run(inputs)
    for way, own, other in (("forward", slice(0, 3), slice(3, 6)), ("reverse", slice(3, 6), slice(0, 3))):
        turn = 1 if way == "forward" else -1
        suffix = "_reverse" if way == "reverse" else ""
        alone = ef.read_network(
            {k.removesuffix(suffix) if suffix else k: v for k, v in tensors.items() if k.endswith(f"_l0{suffix}")}
        )
        rest = targets - outputs[:, :, other] @ weight[:, other].T  # what the other direction reads is given
        wanted = ef.diagnose(
            alone, inputs[:, ::turn], loss="squared", targets=rest[:, ::turn], head=(weight[:, own], bias)
        ).loss
        part = found.of(0, way)
        for name in ("log2_error", "log2_last", "share_of_last", "worst"):
            # nine products of matrices of norm near one, in two orders of summation
            np.testing.assert_allclose(getattr(part, name), getattr(wanted, name), rtol=0, atol=1e-10, err_msg=name)
        np.testing.assert_allclose(part.alignment, wanted.alignment, rtol=0, atol=1e-9)


def test_errors_far_below_the_smallest_float_are_carried_from_layer_to_layer():
    _, network, (weight, bias) = gru_both_ways(n=3)
    lower = network.layers
    scale = {k: np.zeros_like(v) if k.startswith("W_") else v for k, v in lower[0].weights.items()}
    layers = tuple(replace(each, weights={**scale, "b_z": np.full(3, -8.0)}) for each in lower)
    deep = Network(layers, None, "test")
    inputs = np.random.default_rng(1).normal(size=(1, 400, 2)) * 0.1
    found = ef.diagnose(deep, inputs, loss="squared", targets=[[1.0, 2.0]], head=(weight, bias), output="final").loss
    error = found.of(0, "forward").log2_error[0]
    assert error[400] < -1100, "with z near 0 little is kept at a step: far below 2^-1074 after 400"
    assert np.isfinite(error).all()


def test_what_one_loss_reads_of_a_bidirectional_network_must_be_said():
    _, network, head = gru_both_ways()
    options = {"loss": "squared", "targets": [[0.0, 0.0]], "head": head}
    with pytest.raises(ValueError, match="output must say what one loss for each sequence reads"):
        ef.diagnose(network, np.zeros((1, 4, 2)), **options)
    with pytest.raises(ValueError, match="output must be last or final, got 'first'"):
        ef.diagnose(network, np.zeros((1, 4, 2)), output="first", **options)
    with pytest.raises(ValueError, match="at least one step"):
        ef.diagnose(network, np.zeros((1, 0, 2)), output="last", **options)


@pytest.fixture
def files(tmp_path):
    tensors, _, (weight, bias) = gru_both_ways()
    rng = np.random.default_rng(3)
    np.savez(tmp_path / "net.npz", **tensors, **{"fc.weight": weight, "fc.bias": bias})
    np.save(tmp_path / "x.npy", rng.normal(size=(3, 12, 2)))
    np.save(tmp_path / "y.npy", rng.integers(0, 2, size=3))
    np.save(tmp_path / "every.npy", rng.integers(0, 2, size=(3, 12)))
    return [str(tmp_path / "net.npz"), "--inputs", str(tmp_path / "x.npy"), "--loss", "cross-entropy"], tmp_path


def test_profile_follows_the_loss_in_both_directions_and_draws_it(files, capsys):
    command, folder = files
    every = ["--targets", str(folder / "every.npy")]
    assert main(["profile", *command, *every, "--plot", str(folder / "p.svg")]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "at time T - q of a forward one, at time 1 + q of a reverse one" in page
    assert "layer 0: lag log2 error last loss worst case share of last cosine" in page
    assert "layer 0, reverse: lag log2 error first loss worst case share of first cosine" in page
    assert (folder / "p.svg").stat().st_size > 10_000
    assert main(["profile", *command, *every, "--json"]) == 0
    loss = json.loads(capsys.readouterr().out)["loss"]
    assert [(one["layer"], one["direction"]) for one in loss["layers"]] == [(0, "forward"), (0, "reverse")]


def test_profile_asks_what_one_loss_reads_and_says_where_the_error_enters(files, capsys):
    command, folder = files
    last = ["--targets", str(folder / "y.npy")]
    assert main(["profile", *command, *last]) == 2
    assert capsys.readouterr().err.startswith("errorflow profile: --output must say what one loss")
    assert main(["profile", *command[:3], "--output", "last"]) == 2
    assert "--loss must say what --output is for" in capsys.readouterr().err
    assert main(["profile", *command, *last, "--output", "last"]) == 0
    page = capsys.readouterr().out
    assert "zero" in page
    assert "reads of a reverse direction its first step alone, whose lag is T - 1" in " ".join(page.split())

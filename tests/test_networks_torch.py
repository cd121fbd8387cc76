"""What is read, against PyTorch itself: every module, depth, direction, projection and bias."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from tests.networks import refusal

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

TRAINED = Path(__file__).parents[1] / "figures" / "networks"
# |h| <= 1 or sums of a few such, 20 steps and up to 3 layers in float64.
ROUNDING = 1e-12
# The module runs in float32, whose rounding is 6e-8; the network runs the same weights in float64.
SINGLE = 1e-6
KINDS = [("RNN", {"nonlinearity": "tanh"}), ("RNN", {"nonlinearity": "relu"}), ("LSTM", {}), ("GRU", {})]
KINDS += [("LSTM", {"proj_size": 3})]


def module(name, dtype=None, **options):
    """A module of 4 inputs and 7 units, batch first, with the same numbers each time."""
    torch.manual_seed(3)
    return getattr(torch.nn, name)(4, 7, batch_first=True, **options).to(dtype or torch.float64)


def told(options):
    """What the tensors do not tell."""
    return {"nonlinearity": options["nonlinearity"]} if "nonlinearity" in options else {}


def sequences(dtype=None):
    """Three sequences of 20 steps."""
    return torch.randn(3, 20, 4, dtype=dtype or torch.float64, generator=torch.Generator().manual_seed(1))


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(("name", "options"), KINDS, ids=lambda value: str(value))
def test_every_module_runs_as_it_is_read_at_every_depth_in_both_directions_with_and_without_bias(name, options):
    for layers, both, bias in product([1, 2, 3], [False, True], [True, False]):
        for dtype, tolerance in ((torch.float64, ROUNDING), (torch.float32, SINGLE)):
            trained = module(name, dtype, num_layers=layers, bidirectional=both, bias=bias, **options)
            inputs = sequences(dtype)
            network = ef.read_network(trained.state_dict(), **told(options))
            want = trained(inputs)[0].detach().numpy()
            np.testing.assert_allclose(network.run(inputs.numpy()), want, rtol=0, atol=tolerance)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(("name", "options"), KINDS, ids=lambda value: str(value))
def test_the_last_states_of_every_layer_and_direction_are_those_of_pytorch(name, options):
    trained = module(name, num_layers=2, bidirectional=True, **options)
    inputs = sequences()
    network = ef.read_network(trained.state_dict(), **told(options))
    last = trained(inputs)[1]
    blocks = dict(zip("hc", last if name == "LSTM" else (last,), strict=False))
    for k, trajectory in enumerate(network.trajectories(inputs.numpy())):
        for block, want in blocks.items():
            got = trajectory.states[block][-1]
            np.testing.assert_allclose(got, want[k].detach().numpy(), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
def test_a_saved_file_is_the_network_of_its_state_dict(tmp_path, suffix):
    from safetensors.torch import save_file

    trained = module("GRU", torch.float32, num_layers=2, bidirectional=True)
    tensors = {f"model.rnn.{name}": tensor for name, tensor in trained.state_dict().items()}
    path = tmp_path / f"network.{suffix}"
    if suffix == "npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in tensors.items()})
    else:
        save_file(tensors, path)
    network, direct = ef.read_network(path), ef.read_network(trained.state_dict())
    assert network.prefix == "model.rnn."
    for got, want in zip(network.layers, direct.layers, strict=True):
        assert all((got.weights[name] == want.weights[name]).all() for name in want.weights)


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("bias", [True, False])
def test_the_single_step_modules_are_read_too(name, bias):
    torch.manual_seed(3)
    cell = getattr(torch.nn, name)(4, 7, bias=bias).double()
    inputs, state, want = sequences(), None, []
    for t in range(20):
        state = cell(inputs[:, t], state)
        want.append((state[0] if name == "LSTMCell" else state).detach().numpy())
    network = ef.read_network({f"cell.{key}": value for key, value in cell.state_dict().items()})
    np.testing.assert_allclose(network.run(inputs.numpy()), np.stack(want, axis=1), rtol=0, atol=ROUNDING)


def test_parameters_that_are_being_trained_are_read_and_left_as_they_are():
    trained = module("LSTM")
    before = {name: tensor.clone() for name, tensor in trained.state_dict().items()}
    network = ef.read_network(dict(trained.named_parameters()))
    network.weights["W_f"][:] = 0
    assert all(torch.equal(tensor, before[name]) for name, tensor in trained.state_dict().items())
    assert trained.weight_hh_l0.requires_grad


class Model(torch.nn.Module):
    """Words in, scores out."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 6)
        self.rnn = torch.nn.LSTM(6, 5, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = torch.nn.Linear(10, 3)

    def forward(self, words):
        """The scores after each word."""
        return self.fc(self.rnn(self.embedding(words))[0])


def test_a_whole_model_with_embedding_and_read_out_is_read_and_scores_as_it_does():
    torch.manual_seed(3)
    model = Model().double()
    words = torch.randint(11, (2, 9))
    network = ef.read_network(model.state_dict())
    outputs = network.run(model.embedding(words).detach().numpy())
    scores = outputs @ network.head.weight.T + network.head.bias
    np.testing.assert_allclose(scores, model(words).detach().numpy(), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_arrives_with_its_exact_value_from_memory_and_from_a_file(tmp_path, dtype):
    from safetensors.torch import save_file

    trained = module("LSTM", getattr(torch, dtype))
    save_file(trained.state_dict(), tmp_path / "half.safetensors")
    want = trained.weight_hh_l0.detach().double().numpy()
    for source in (trained.state_dict(), tmp_path / "half.safetensors"):
        weights = ef.read_network(source).weights
        assert (np.vstack([weights[f"W_{gate}"] for gate in "ifgo"]) == want).all()


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_tensors_without_numbers_or_with_scales_and_parts_of_their_own_are_refused_by_name():
    tensors = module("LSTM").state_dict()
    matrix = tensors["weight_hh_l0"]
    meta = module("LSTM").to("meta").state_dict()
    assert "tensor weight_ih_l0 must be an array that NumPy can hold, got Tensor: " in refusal(meta, TypeError)
    sparse = tensors | {"weight_hh_l0": matrix.to_sparse()}
    assert "tensor weight_hh_l0 must be an array that NumPy can hold" in refusal(sparse, TypeError)
    quantised = tensors | {"weight_hh_l0": torch.quantize_per_tensor(matrix.float(), 0.1, 0, torch.qint8)}
    assert "got qint8" in refusal(quantised)
    assert "got float8_e4m3fn" in refusal(tensors | {"weight_hh_l0": matrix.to(torch.float8_e4m3fn)})
    assert "got complex128" in refusal(tensors | {"weight_hh_l0": matrix.to(torch.complex128)})


@pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")
def test_a_reparametrised_module_is_refused_and_not_read_without_its_scale():
    normed = torch.nn.utils.weight_norm(module("LSTM"), "weight_hh_l0")
    message = refusal(normed.state_dict())
    assert "got also weight_hh_l0_g (28, 1), weight_hh_l0_v (28, 7), whose meaning is not known" in message
    normed = torch.nn.utils.parametrizations.weight_norm(module("LSTM"), "weight_hh_l0")
    assert "lacks weight_hh_l0" in refusal(normed.state_dict())


def test_a_module_in_the_place_of_its_state_dict_is_refused_with_the_way_out():
    assert "got LSTM; give its state_dict()" in refusal(module("LSTM"), TypeError)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_pytorch_runs_the_trained_networks_as_they_are_read(kind):
    from safetensors.torch import load_file

    file = TRAINED / f"digits_{kind}.safetensors"
    layer = getattr(torch.nn, kind.upper())(1, 64, batch_first=True).double()
    layer.load_state_dict({n[4:]: t.double() for n, t in load_file(file).items() if n.startswith("rnn.")})
    inputs = np.load(TRAINED / "digits_inputs.npy")
    want = layer(torch.tensor(inputs, dtype=torch.float64))[0].detach().numpy()
    # 64 units and 64 steps; trained networks amplify rounding by their own gradient, at most some hundredfold here.
    np.testing.assert_allclose(ef.read_network(file).run(inputs), want, rtol=0, atol=1e-11)


def test_reading_and_running_a_network_does_not_import_pytorch():
    code = (
        "import sys, numpy, errorflow as ef; n = ef.read_network(sys.argv[1]); "
        "n.run(numpy.zeros((3, 1))); assert 'torch' not in sys.modules"
    )
    file = TRAINED / "sunspots_lstm2.safetensors"
    subprocess.run([sys.executable, "-c", code, str(file)], check=True, timeout=60)

"""Trained weights: what is read runs as PyTorch says, and hostile files are refused in little memory."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import errorflow as ef

TRAINED = Path(__file__).parents[1] / "figures" / "networks"
ROWS = {"rnn": 1, "gru": 3, "lstm": 4}
MIB = 2**20


def state_dict(kind, units=5, inputs=3, prefix="rnn.", bias=True, seed=0, dtype=np.float64):
    """Random tensors by the names of PyTorch."""
    rng, rows = np.random.default_rng(seed), ROWS[kind] * units
    shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, units)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    return {f"{prefix}{part}_l0": rng.normal(0, 0.5, shape).astype(dtype) for part, shape in shapes.items()}


def by_the_manual(kind, tensors, xs, relu=False, prefix="rnn."):
    """h at every step, from the equations in PyTorch's manual, on PyTorch's own tensors. tensors: with biases."""
    wi, wh, bi, bh = (tensors[f"{prefix}{part}_l0"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    n = wh.shape[1]
    h, c, path = np.zeros(n), np.zeros(n), []

    def rows(k):
        return slice(k * n, (k + 1) * n)

    def net(k, x):
        return wi[rows(k)] @ x + bi[rows(k)] + wh[rows(k)] @ h + bh[rows(k)]

    def sigma(a):
        return 1 / (1 + np.exp(-a))

    for x in xs:
        if kind == "rnn":
            h = np.maximum(net(0, x), 0) if relu else np.tanh(net(0, x))
        elif kind == "lstm":
            i, f, g, o = sigma(net(0, x)), sigma(net(1, x)), np.tanh(net(2, x)), sigma(net(3, x))
            c = f * c + i * g
            h = o * np.tanh(c)
        else:
            r, z = sigma(net(0, x)), sigma(net(1, x))
            n_ = np.tanh(wi[rows(2)] @ x + bi[rows(2)] + r * (wh[rows(2)] @ h + bh[rows(2)]))
            h = (1 - z) * n_ + z * h
        path.append(h)
    return np.array(path)


def write(path, tensors):
    """The tensors as a file of the kind that the suffix says."""
    save_file(tensors, path) if path.suffix == ".safetensors" else np.savez(path, **tensors)
    return path


@pytest.fixture(params=[".safetensors", ".npz"])
def file(request, tmp_path):
    """A place for a file in either format."""
    return tmp_path / f"network{request.param}"


def refusal(source, **options):
    """The message with which `source` is refused, and that refusing it took little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as caught:
            ef.read_network(source, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB, peak
    return str(caught.value)


# What is read


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("prefix", ["", "rnn.", "model.encoder.lstm_"])
def test_a_file_read_runs_as_the_equations_of_the_manual_say(file, kind, prefix):
    tensors = state_dict(kind, prefix=prefix)
    network = ef.read_network(write(file, tensors))
    xs = np.random.default_rng(1).normal(size=(12, 3))
    assert (network.kind, network.units, network.inputs, network.prefix) == (kind, 5, 3, prefix)
    got = network.cell().run(network.weights, xs).output()
    # Both sides are float64 and |h| <= 1; sums of 9 terms, 12 steps: 1e-13 leaves a hundredfold margin.
    np.testing.assert_allclose(got, by_the_manual(kind, tensors, xs, prefix=prefix), rtol=0, atol=1e-13)


def test_relu_is_read_where_it_is_said_and_only_for_an_rnn(tmp_path):
    tensors = state_dict("rnn")
    network = ef.read_network(tensors, nonlinearity="relu")
    xs = np.random.default_rng(1).normal(size=(6, 3))
    want = by_the_manual("rnn", tensors, xs, relu=True)
    np.testing.assert_allclose(network.cell().run(network.weights, xs).output(), want, rtol=1e-13, atol=1e-13)
    assert "must be left out" in refusal(state_dict("lstm"), nonlinearity="relu")
    assert "must be 'tanh' or 'relu'" in refusal(state_dict("rnn"), nonlinearity="gelu")


@pytest.mark.parametrize("kind", ROWS)
def test_a_module_without_biases_is_read_with_biases_of_zero(kind):
    bare, full = state_dict(kind, bias=False), state_dict(kind)
    network = ef.read_network(bare)
    zeros = {name: np.zeros_like(full[name]) for name in full if "bias" in name}
    want = ef.read_network({**bare, **zeros})
    assert network.weights.keys() == want.weights.keys()
    assert all((network.weights[name] == want.weights[name]).all() for name in want.weights)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("units", [1, 3, 4])
def test_the_kind_is_read_off_rows_by_units_even_where_inputs_mislead(kind, units):
    for inputs in {1, units, 4 * units, 12}:
        network = ef.read_network(state_dict(kind, units=units, inputs=inputs))
        assert (network.kind, network.units, network.inputs) == (kind, units, inputs)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_float_type_arrives_as_float64_with_its_value(file, dtype):
    tensors = state_dict("rnn", dtype=dtype)
    network = ef.read_network(write(file, tensors))
    assert network.weights["W"].dtype == np.float64
    assert (network.weights["W"] == tensors["rnn.weight_hh_l0"].astype(np.float64)).all()


def test_the_read_out_is_named_and_not_read(file):
    head = {"head.weight": np.ones((10, 5)), "head.bias": np.ones(10)}
    network = ef.read_network(write(file, state_dict("gru") | head))
    assert network.head == {"head.weight": (10, 5), "head.bias": (10,)}
    assert ef.read_network(state_dict("gru")).head is None
    assert ef.read_network(state_dict("gru") | {"fc.weight": np.ones((2, 5))}).head == {"fc.weight": (2, 5)}


def test_a_prefix_chooses_among_modules_and_ignores_the_rest():
    both = (
        state_dict("lstm", prefix="encoder.") | state_dict("gru", prefix="decoder.") | {"emb.weight": np.ones((9, 3))}
    )
    assert ef.read_network(both, prefix="decoder.").kind == "gru"
    assert "encoder., decoder." in refusal(both)
    assert "prefix 'rnn.'" in refusal(both, prefix="rnn.")


def test_the_trained_networks_are_what_their_readme_says():
    for kind in ROWS:
        network = ef.read_network(TRAINED / f"digits_{kind}.safetensors")
        assert (network.kind, network.units, network.inputs) == (kind, 64, 1)
        assert network.head == {"head.bias": (10,), "head.weight": (10, 64)}


@pytest.mark.parametrize(("kind", "right"), [("lstm", 31), ("gru", 28), ("rnn", 25)])
def test_the_trained_networks_read_most_digits_right(kind, right):
    # The read-out is applied here, so that weights in the wrong order would be seen as wrong digits.
    from safetensors.numpy import load_file

    file = TRAINED / f"digits_{kind}.safetensors"
    inputs, labels = np.load(TRAINED / "digits_inputs.npy"), np.load(TRAINED / "digits_labels.npy")
    network, head = ef.read_network(file), load_file(file)
    last = network.cell().run(network.weights, inputs).output()[:, -1]
    guess = (last @ head["head.weight"].T + head["head.bias"]).argmax(1)
    assert (guess == labels).sum() >= right


def test_reading_leaves_the_caller_s_arrays_alone():
    tensors = state_dict("lstm")
    network = ef.read_network(tensors)
    network.weights["W_i"][:] = 0
    assert tensors["rnn.weight_hh_l0"][:5].all()


# What is refused, by layout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rnn.weight_ih_l1": (20, 5), "rnn.weight_hh_l1": (20, 5)}, "got several layers: rnn.weight_"),
        ({"rnn.weight_ih_l0_reverse": (20, 3)}, "a reverse direction: rnn.weight_ih_l0_reverse"),
        ({"rnn.weight_hr_l0": (2, 5)}, "a projection: rnn.weight_hr_l0"),
        ({"rnn.weight_hh_l0": None}, "lacks rnn.weight_hh_l0; it holds"),
        ({"rnn.weight_ih_l0": None}, "lacks rnn.weight_ih_l0; it holds"),
        ({"rnn.bias_hh_l0": None}, "lacks rnn.bias_hh_l0; it holds"),
        ({"rnn.weight_hh_l0": (20, 4)}, "must have shape"),
        ({"rnn.weight_hh_l0": (10, 5)}, "must have shape (n, n) in an RNN"),
        ({"rnn.weight_hh_l0": (20,)}, "must have shape"),
        ({"rnn.weight_hh_l0": (0, 0)}, "must have shape"),
        ({"rnn.weight_ih_l0": (15, 3)}, "must have shape (20, m)"),
        ({"rnn.weight_ih_l0": (20, 0)}, "must have shape (20, m)"),
        ({"rnn.weight_ih_l0": (20,)}, "must have shape (20, m)"),
        ({"rnn.bias_ih_l0": (5,)}, "must have shape (20,)"),
        ({"rnn.bias_ih_l0": (20, 1)}, "must have shape (20,)"),
        ({"conv.weight": (4, 1, 3)}, "got also conv.weight; prefix='rnn.' reads the lstm alone"),
        ({"fc1.weight": (7, 5), "fc2.weight": (2, 7)}, "got also fc1.weight, fc2.weight"),
        ({"rnn.weight_hh_l0_g": (20, 1)}, "got also rnn.weight_hh_l0_g"),
        ({"rnn.weight_ih": (20, 3)}, "each tensor once"),
    ],
)
def test_a_layout_that_is_not_read_is_refused_with_the_tensor_named(file, change, words):
    tensors = state_dict("lstm")
    for name, shape in change.items():
        if shape is None:
            del tensors[name]
        else:
            tensors[name] = np.ones(shape)
    assert words in refusal(write(file, tensors))


@pytest.mark.parametrize("name", ["rnn\nx", "rnn\x1b[2J", "r" * 300])
def test_a_name_that_would_spoil_the_terminal_is_not_printed(file, name):
    message = refusal(write(file, state_dict("rnn") | {name: np.ones((2, 5))}))
    assert "must be printable" in message
    assert message.isprintable()
    assert len(message) < 200


def test_names_of_another_framework_are_listed_and_what_is_missing_said(file):
    message = refusal(write(file, {f"kernel_{k}": np.ones((3, 3)) for k in range(20)}))
    assert "must hold weight_ih_l0 and weight_hh_l0" in message
    assert "kernel_0" in message
    assert "and 8 more" in message


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_named_with_its_index(file, bad):
    tensors = state_dict("gru")
    tensors["rnn.weight_hh_l0"][[7, 9], [2, 1]] = bad
    assert f"rnn.weight_hh_l0 must be finite, got {bad} at index (7, 2)" in refusal(write(file, tensors))


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.complex64, bool])
def test_weights_that_are_no_real_floats_are_refused_and_not_rounded(file, dtype):
    tensors = {name: array.astype(dtype) for name, array in state_dict("rnn").items()}
    if np.dtype(dtype).kind != "c" or file.suffix == ".npz":  # safetensors has no complex numbers
        assert "must be float16, float32 or float64" in refusal(write(file, tensors))
    assert "must be float16, float32 or float64" in refusal(tensors)


def test_integers_beside_the_network_do_no_harm(file):
    tensors = state_dict("rnn") | {"norm.num_batches_tracked": np.array(3)}
    assert ef.read_network(write(file, tensors), prefix="rnn.").units == 5
    assert "got also norm.num_batches_tracked" in refusal(tensors)


def test_what_is_no_file_and_no_mapping_is_a_type_error():
    for source in (3, None, np.ones(3), [1]):
        with pytest.raises(TypeError, match="must be a file name or a mapping"):
            ef.read_network(source)


def test_a_file_that_does_not_exist_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        ef.read_network(tmp_path / "none.npz")
    (tmp_path / "folder.npz").mkdir()
    assert "must be a file" in refusal(tmp_path / "folder.npz")


# What is refused, by bytes


class Dangerous:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.write_text, (self.path, "ran"))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".bin", ".PT", ".safetensors", ".npz"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_pickle_is_never_opened_whatever_it_is_called(tmp_path, suffix, protocol):
    trace = tmp_path / "trace"
    path = tmp_path / f"network{suffix}"
    path.write_bytes(pickle.dumps({"rnn.weight_hh_l0": Dangerous(trace)}, protocol=protocol))
    message = refusal(path)
    assert "save_file(torch.load(" in message
    assert "weights_only=True" in message
    assert "\n" not in message
    assert not trace.exists()


def test_an_npz_with_objects_is_refused_without_running_them(tmp_path):
    trace, path = tmp_path / "trace", tmp_path / "network.npz"
    np.savez(path, **state_dict("rnn"), extra=np.array([Dangerous(trace)], dtype=object))
    assert "never unpickled" in refusal(path)
    objects = {name: array.astype(object) for name, array in state_dict("rnn").items()}
    assert "must be float" in refusal(objects)
    assert not trace.exists()


def test_a_torch_archive_renamed_to_npz_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}))
    assert "save_file(torch.load(" in refusal(path)


def safetensors_bytes(header, data=b"", length=None):
    """A safetensors file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 8,
        safetensors_bytes({}, length=2**40),
        safetensors_bytes({}, length=2**64 - 1),
        safetensors_bytes(b"[" * 100_000),
        safetensors_bytes(b'{"a": ' * 50_000),
        safetensors_bytes(b"[1, 2]"),
        safetensors_bytes(b"\xff\xfe{}"),
        safetensors_bytes(b'{"a": {}, "a": {}}'),
        safetensors_bytes(b'{"a": {"dtype": "F32", "shape": [1' + b"0" * 5000 + b'], "data_offsets": [0, 4]}}'),
        safetensors_bytes({"a": 3}),
        safetensors_bytes({"a": {"dtype": "F32", "shape": "ab", "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [2**32, 2**30], "data_offsets": [0, 0]}}),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F32", "shape": [1] * 100, "data_offsets": [0, 4]}}, b"1234"),
        safetensors_bytes({"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}}, b"1"),
        safetensors_bytes({"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
    ],
)
def test_a_hostile_safetensors_header_is_refused_in_little_memory(tmp_path, content):
    path = tmp_path / "network.safetensors"
    path.write_bytes(content)
    assert len(refusal(path)) < 600


def test_bfloat16_is_refused_by_its_name(tmp_path):
    entry = {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}
    header = {"weight_hh_l0": entry, "weight_ih_l0": entry | {"data_offsets": [8, 16]}}
    path = tmp_path / "network.safetensors"
    path.write_bytes(safetensors_bytes(header, bytes(16)))
    assert "got BF16" in refusal(path)


def test_tensors_that_overlap_or_leave_holes_are_refused(tmp_path):
    tensors = state_dict("rnn", units=2, inputs=2)
    names, offsets = list(tensors), [(0, 32), (0, 32), (32, 48), (64, 80)]
    header = {
        name: {"dtype": "F64", "shape": list(tensors[name].shape), "data_offsets": [*span]}
        for name, span in zip(names, offsets, strict=True)
    }
    path = tmp_path / "network.safetensors"
    path.write_bytes(safetensors_bytes(header, bytes(80)))
    assert "undamaged" in refusal(path)


def test_a_header_of_gigabytes_in_a_sparse_file_is_refused_in_little_memory(tmp_path):
    path = tmp_path / "network.safetensors"
    path.write_bytes(struct.pack("<Q", 2**33))
    os.truncate(path, 2**34)
    assert "the header" in refusal(path)


def npy_bytes(shape, descr="<f8", data=b"", text=None):
    """A .npy member with any header."""
    text = (text or f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, }}").encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def npz(path, members, method=zipfile.ZIP_STORED):
    """A zip file with any members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY",
        b"not an array at all",
        npy_bytes((10**6, 10**6)),
        npy_bytes((2**62, 2**62, 2**62)),
        npy_bytes((-1, -1), data=b"12345678"),
        npy_bytes((2,), data=b"12345678"),
        npy_bytes((1,), data=b"1234567812345678"),
        npy_bytes((1,), descr="|O", data=b"12345678"),
        npy_bytes((1,), descr="|V8", data=b"12345678"),
        npy_bytes((1,), descr="<U2", data=b"12345678"),
        npy_bytes((1,), text="(" * 9000),
        npy_bytes((1,), text="__import__('os').getpid()"),
        npy_bytes((1,), text="{'descr': '<f8'}"),
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{" * 100,
        b"\x93NUMPY\x03\x00" + struct.pack("<I", 10) + b"{" * 100,
        b"\x93NUMPY\x09\x00" + struct.pack("<I", 10) + b"{" * 100,
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_hostile_npz_member_is_refused_in_little_memory(tmp_path, member, method):
    tensors = {f"{name}.npy": npy_bytes(a.shape, data=a.tobytes()) for name, a in state_dict("rnn").items()}
    path = npz(tmp_path / "network.npz", tensors, method)
    assert ef.read_network(path).units == 5
    path = npz(path, tensors | {"head.weight.npy": member}, method)
    assert len(refusal(path)) < 600


def test_a_zip_bomb_of_zeros_is_refused_in_little_memory(tmp_path):
    big = npy_bytes((40 * MIB // 8 // 5, 5), data=bytes(40 * MIB))
    path = npz(tmp_path / "network.npz", {"rnn.weight_hh_l0.npy": big}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < MIB
    assert "must not expand beyond reason" in refusal(path)


def test_an_npz_that_holds_more_than_arrays_or_is_packed_oddly_is_refused(tmp_path):
    path = tmp_path / "network.npz"
    assert "arrays only, got 'code.py'" in refusal(npz(path, {"code.py": b"1"}))
    assert "compression method" in refusal(npz(path, {"a.npy": npy_bytes((0,))}, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", npy_bytes((0,)))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.npy", npy_bytes((0,)))
    assert "twice" in refusal(path)


def test_a_file_cut_anywhere_is_refused(file):
    whole = write(file, state_dict("gru", units=2, inputs=1)).read_bytes()
    for length in range(0, len(whole), 7):
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"must|lacks"):
            ef.read_network(file)


def test_a_file_with_any_byte_changed_is_read_or_refused_but_never_breaks(file):
    # Safetensors has no checksum, so that a changed weight is read as it stands; a zip member's checksum refuses it.
    whole = write(file, state_dict("rnn", units=2, inputs=1)).read_bytes()
    rng = np.random.default_rng(0)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        file.write_bytes(changed)
        try:
            network = ef.read_network(file)
        except ValueError:
            continue
        assert all(np.isfinite(array).all() for array in network.weights.values())


def test_an_npz_compressed_by_numpy_is_read(tmp_path):
    tensors = state_dict("lstm", dtype=np.float32)
    np.savez_compressed(tmp_path / "network.npz", **tensors)
    assert ef.read_network(tmp_path / "network.npz").kind == "lstm"


def test_big_endian_and_column_major_arrays_keep_their_values(tmp_path):
    tensors = state_dict("lstm")
    np.savez(tmp_path / "n.npz", **{name: np.asfortranarray(array.astype(">f8")) for name, array in tensors.items()})
    assert (ef.read_network(tmp_path / "n.npz").weights["W_f"] == tensors["rnn.weight_hh_l0"][5:10]).all()


# The same networks in PyTorch


@pytest.fixture(scope="module")
def torch():
    """PyTorch, or the reason why its tests are skipped."""
    return pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("module", ["RNN", "LSTM", "GRU"])
def test_pytorch_runs_the_network_as_it_is_read(torch, tmp_path, module, bias):
    torch.manual_seed(3)
    layer = getattr(torch.nn, module)(4, 7, batch_first=True, bias=bias).double()
    inputs = torch.randn(3, 20, 4, dtype=torch.float64)
    want = layer(inputs)[0].detach().numpy()
    tensors = {f"rnn.{name}": tensor.numpy() for name, tensor in layer.state_dict().items()}
    save_file(tensors, tmp_path / "n.safetensors")
    for source in (layer.state_dict(), dict(layer.named_parameters()), tmp_path / "n.safetensors"):
        network = ef.read_network(source)
        got = network.cell().run(network.weights, inputs.numpy()).output()
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-13)  # as above


def test_pytorch_runs_a_relu_network_as_it_is_read(torch):
    torch.manual_seed(3)
    layer = torch.nn.RNN(4, 7, batch_first=True, nonlinearity="relu").double()
    inputs = torch.randn(3, 20, 4, dtype=torch.float64)
    network = ef.read_network(layer.state_dict(), nonlinearity="relu")
    got = network.cell().run(network.weights, inputs.numpy()).output()
    np.testing.assert_allclose(got, layer(inputs)[0].detach().numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("module", ["RNNCell", "LSTMCell", "GRUCell"])
def test_the_single_step_modules_of_pytorch_are_read_too(torch, module):
    cell = getattr(torch.nn, module)(4, 7).double()
    x = torch.randn(1, 4, dtype=torch.float64)
    want = cell(x)[0] if module == "LSTMCell" else cell(x)
    network = ef.read_network(cell.state_dict())
    got = network.cell().run(network.weights, x.numpy()[None]).output()[0]
    np.testing.assert_allclose(got, want.detach().numpy().reshape(1, 7), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "options", [{"num_layers": 2}, {"bidirectional": True}, {"proj_size": 3}, {"num_layers": 2, "bidirectional": True}]
)
def test_modules_of_pytorch_that_are_not_read_yet_are_refused(torch, options):
    assert "not read yet" in refusal(torch.nn.LSTM(4, 7, **options).state_dict())


@pytest.mark.parametrize("kind", ROWS)
def test_pytorch_runs_the_trained_networks_as_they_are_read(torch, kind):
    from safetensors.torch import load_file

    file = TRAINED / f"digits_{kind}.safetensors"
    layer = getattr(torch.nn, kind.upper())(1, 64, batch_first=True).double()
    layer.load_state_dict({n[4:]: t.double() for n, t in load_file(file).items() if n.startswith("rnn.")})
    inputs = np.load(TRAINED / "digits_inputs.npy")
    network = ef.read_network(file)
    got = network.cell().run(network.weights, inputs).output()
    want = layer(torch.tensor(inputs, dtype=torch.float64))[0].detach().numpy()
    # 64 units and 64 steps; trained networks amplify rounding by their own gradient, at most some hundredfold here.
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-11)


def test_bytes_written_to_memory_and_to_disk_are_the_same_network(tmp_path):
    stream = io.BytesIO()
    tensors = state_dict("lstm")
    np.savez(stream, **tensors)
    (tmp_path / "n.npz").write_bytes(stream.getvalue())
    network, direct = ef.read_network(tmp_path / "n.npz"), ef.read_network(tensors)
    assert all((network.weights[k] == direct.weights[k]).all() for k in direct.weights)

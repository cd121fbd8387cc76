"""Trained weights: what is read runs as PyTorch's manual says, and what is not known is refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

import errorflow as ef
from errorflow.networks import Head
from tests.networks import ROWS, refusal, state_dict, write

TRAINED = Path(__file__).parents[1] / "figures" / "networks"


def by_the_manual(kind, tensors, xs, relu=False, prefix="rnn."):
    """The outputs (T, directions * d), from the equations in PyTorch's manual, on PyTorch's own tensors."""
    depth = 1 + max(int(name.rpartition("_l")[2][0]) for name in tensors if name.startswith(prefix))
    both = any(name.endswith("_reverse") for name in tensors)
    for layer in range(depth):
        forward = one_layer(kind, tensors, f"_l{layer}", xs, relu, prefix)
        if both:
            backward = one_layer(kind, tensors, f"_l{layer}_reverse", xs[::-1], relu, prefix)[::-1]
        xs = np.hstack([forward, backward]) if both else forward
    return xs


def one_layer(kind, tensors, end, xs, relu, prefix):
    """h at every step of one layer and direction."""
    wi, wh = tensors[f"{prefix}weight_ih{end}"], tensors[f"{prefix}weight_hh{end}"]
    bi, bh = (tensors.get(f"{prefix}bias_{which}{end}", np.zeros(len(wi))) for which in ("ih", "hh"))
    n = len(wh) // ROWS[kind]
    project = tensors.get(f"{prefix}weight_hr{end}", np.eye(n))
    h, c, path = np.zeros(wh.shape[1]), np.zeros(n), []

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
            h = project @ (o * np.tanh(c))
        else:
            r, z = sigma(net(0, x)), sigma(net(1, x))
            n_ = np.tanh(wi[rows(2)] @ x + bi[rows(2)] + r * (wh[rows(2)] @ h + bh[rows(2)]))
            h = (1 - z) * n_ + z * h
        path.append(h)
    return np.array(path)


@pytest.fixture(params=[".safetensors", ".npz"])
def file(request, tmp_path):
    """A place for a file in either format."""
    return tmp_path / f"network{request.param}"


# What is read


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("prefix", ["", "rnn.", "model.encoder.lstm_"])
def test_a_file_read_runs_as_the_equations_of_the_manual_say(file, kind, prefix):
    tensors = state_dict(kind, prefix=prefix)
    network = ef.read_network(write(file, tensors))
    xs = np.random.default_rng(1).normal(size=(12, 3))
    assert (network.kind, network.units, network.inputs, network.prefix) == (kind, 5, 3, prefix)
    # Both sides are float64 and |h| <= 1; sums of 9 terms, 12 steps: 1e-13 leaves a hundredfold margin.
    np.testing.assert_allclose(network.run(xs), by_the_manual(kind, tensors, xs, prefix=prefix), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(network.cell().run(network.weights, xs).output(), network.run(xs))


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
def test_a_stack_runs_as_the_equations_of_the_manual_say_in_both_directions(kind, both, layers):
    tensors = state_dict(kind, layers=layers, both=both)
    network = ef.read_network(tensors)
    xs = np.random.default_rng(1).normal(size=(12, 3))
    np.testing.assert_allclose(network.run(xs), by_the_manual(kind, tensors, xs), rtol=0, atol=1e-13)  # as above


@pytest.mark.parametrize("both", [False, True])
def test_a_projected_stack_runs_as_the_equations_of_the_manual_say(both):
    tensors = state_dict("lstm", layers=2, both=both, projection=2)
    network = ef.read_network(tensors)
    xs = np.random.default_rng(1).normal(size=(12, 3))
    np.testing.assert_allclose(network.run(xs), by_the_manual("lstm", tensors, xs), rtol=0, atol=1e-13)  # as above
    first, last = network.layers[0], network.layers[-1]
    assert (first.kind, first.units, first.projection, first.outputs) == ("lstm_projected", 5, 2, 2)
    assert (first.inputs, last.inputs) == (3, 4 if both else 2)


def test_layers_come_forward_before_reverse_and_each_reads_both_directions_below():
    network = ef.read_network(state_dict("gru", layers=2, both=True))
    assert [(layer.layer, layer.direction) for layer in network.layers] == [
        (0, "forward"), (0, "reverse"), (1, "forward"), (1, "reverse"),
    ]  # fmt: skip
    assert [layer.inputs for layer in network.layers] == [3, 3, 10, 10]
    assert network.directions == 2


def test_the_order_of_layers_does_not_depend_on_the_order_of_names():
    tensors = state_dict("lstm", layers=12, units=2)
    network = ef.read_network(dict(sorted(tensors.items(), key=lambda item: item[0][::-1])))
    assert [layer.layer for layer in network.layers] == list(range(12))
    assert (network.layers[11].weights["W_f"] == tensors["rnn.weight_hh_l11"][2:4]).all()


def test_the_last_step_of_a_reverse_layer_is_time_zero():
    tensors = state_dict("rnn", both=True)
    network = ef.read_network(tensors)
    xs = np.random.default_rng(1).normal(size=(7, 3))
    backward = network.trajectories(xs)[1]
    np.testing.assert_allclose(backward.states["h"][-1, 0], network.run(xs)[0, 5:], rtol=0, atol=0)
    # What the reverse layer holds at the first time depends on the last input, the forward layer does not.
    later = xs.copy()
    later[-1] += 1
    moved = np.abs(network.run(later) - network.run(xs))[0]
    assert (moved[:5] == 0).all()
    assert (moved[5:] > 0).any()


def test_one_sequence_is_run_without_a_batch_axis_and_several_are_run_each_for_itself():
    network = ef.read_network(state_dict("lstm", layers=2, both=True))
    xs = np.random.default_rng(1).normal(size=(4, 6, 3))
    batch = network.run(xs)
    assert batch.shape == (4, 6, 10)
    # The same sums in products of other sizes.
    np.testing.assert_allclose(network.run(xs[2]), batch[2], rtol=0, atol=1e-14)
    assert network.run(np.zeros((0, 3))).shape == (0, 10)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (np.zeros((4, 5)), "(T, 3) or (batch, T, 3), got (4, 5)"),
        (np.zeros(3), "(T, 3) or (batch, T, 3), got (3,)"),
        (np.full((4, 3), np.nan), "must be finite, got nan at index (0, 0)"),
        (np.zeros((0, 4, 3)), "at least one sequence"),
    ],
)
def test_inputs_that_do_not_fit_the_network_are_refused(inputs, words):
    with pytest.raises(ValueError, match="inputs") as caught:
        ef.read_network(state_dict("lstm", both=True)).run(inputs)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["weights", "kind", "units", "inputs"])
def test_what_only_one_layer_has_is_refused_for_a_stack_with_the_way_out(name):
    network = ef.read_network(state_dict("lstm", layers=2))
    with pytest.raises(ValueError, match=r"2 lstm layers of 5 units, 3 inputs.*see its \.layers"):
        getattr(network, name)
    with pytest.raises(ValueError, match=r"see its \.layers"):
        network.cell()


def test_a_network_shows_what_it_is_in_one_line():
    head = {"fc.weight": np.ones((2, 10)), "fc.bias": np.ones(2)}
    network = ef.read_network(state_dict("gru", layers=2, both=True) | head)
    assert repr(network) == (
        "Network('the state dict': 2 bidirectional gru layers of 5 units, 3 inputs, head 'fc.' of 2)"
    )


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


def test_a_prefix_chooses_among_modules_and_ignores_the_rest():
    both = (
        state_dict("lstm", prefix="encoder.") | state_dict("gru", prefix="decoder.") | {"conv.weight": np.ones((9, 3))}
    )
    assert ef.read_network(both, prefix="decoder.").kind == "gru"
    assert "got 'encoder.' or 'decoder.'; choose one with prefix=" in refusal(both)
    assert "prefix must be 'encoder.' or 'decoder.' in the state dict, got 'rnn.'" in refusal(both, prefix="rnn.")


# The read-out


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("projection", [None, 2])
def test_the_read_out_beside_the_network_is_read_with_its_numbers(file, both, projection):
    width = (projection or 5) * (1 + both)
    rng = np.random.default_rng(2)
    linear = {"head.weight": rng.normal(size=(7, width)), "head.bias": rng.normal(size=7)}
    network = ef.read_network(write(file, state_dict("lstm", both=both, projection=projection) | linear))
    assert isinstance(network.head, Head)
    assert network.head.name == "head."
    assert (network.head.weight == linear["head.weight"]).all()
    assert (network.head.bias == linear["head.bias"]).all()


def test_a_read_out_without_bias_has_a_bias_of_zero_and_may_bear_any_name():
    network = ef.read_network(state_dict("gru") | {"model.fc.weight": np.ones((2, 5))})
    assert network.head.name == "model.fc."
    assert (network.head.bias == np.zeros(2)).all()
    assert ef.read_network(state_dict("gru")).head is None


def test_an_embedding_before_the_network_is_no_read_out_even_where_its_shape_would_fit():
    table, linear = {"embedding.weight": np.ones((50, 5))}, {"fc.weight": np.ones((2, 5)), "fc.bias": np.ones(2)}
    network = ef.read_network(table | state_dict("gru", inputs=5) | linear)
    assert network.head.name == "fc."
    assert ef.read_network(table | state_dict("gru", inputs=5)).head is None


@pytest.mark.parametrize(
    "beside",
    [
        {
            "fc1.weight": (7, 5),
            "fc1.bias": (7,),
            "fc2.weight": (2, 7),
        },  # the first reads the outputs, yet is no read-out
        {"actor.weight": (2, 5), "critic.weight": (1, 5)},
        {"norm.weight": (5,), "norm.bias": (5,), "fc.weight": (2, 5)},
        {"fc.weight": (2, 6)},
        {"fc.weight": (2, 5), "fc.bias": (3,)},
        {"fc.weight": (0, 5)},
    ],
)
def test_where_the_read_out_is_in_doubt_there_is_none_and_without_a_prefix_it_is_refused(beside):
    tensors = state_dict("lstm") | {name: np.ones(shape) for name, shape in beside.items()}
    assert ef.read_network(tensors, prefix="rnn.").head is None
    assert "prefix='rnn.' reads the lstm alone" in refusal(tensors)


def test_a_read_out_that_is_not_finite_is_refused():
    linear = {"fc.weight": np.ones((2, 5)), "fc.bias": np.array([0, np.nan])}
    assert "tensor fc.bias must be finite, got nan at index (1,)" in refusal(state_dict("gru") | linear)


# The trained networks


def test_the_trained_networks_are_what_their_readme_says():
    for kind in ROWS:
        network = ef.read_network(TRAINED / f"digits_{kind}.safetensors")
        assert (network.kind, network.units, network.inputs) == (kind, 64, 1)
        assert (network.head.weight.shape, network.head.bias.shape) == ((10, 64), (10,))
    network = ef.read_network(TRAINED / "sunspots_lstm2.safetensors")
    assert [(layer.kind, layer.units, layer.inputs) for layer in network.layers] == [("lstm", 32, 1), ("lstm", 32, 32)]
    assert network.head.weight.shape == (1, 32)


@pytest.mark.parametrize(("kind", "right"), [("lstm", 31), ("gru", 28), ("rnn", 25)])
def test_the_trained_networks_read_most_digits_right(kind, right):
    # The read-out is applied here, so that weights in the wrong order would be seen as wrong digits.
    inputs, labels = np.load(TRAINED / "digits_inputs.npy"), np.load(TRAINED / "digits_labels.npy")
    network = ef.read_network(TRAINED / f"digits_{kind}.safetensors")
    guess = (network.run(inputs)[:, -1] @ network.head.weight.T + network.head.bias).argmax(1)
    assert (guess == labels).sum() >= right


def test_the_two_layers_trained_on_sunspots_foresee_the_next_year_better_than_this_year_does():
    # The windows are a year or more apart, so that the next year of one stands in a later one.
    inputs = np.load(TRAINED / "sunspots_inputs.npy")
    network = ef.read_network(TRAINED / "sunspots_lstm2.safetensors")
    foreseen = network.run(inputs) @ network.head.weight.T + network.head.bias
    error, naive = foreseen[:, 20:-1] - inputs[:, 21:], inputs[:, 20:-1] - inputs[:, 21:]
    assert (error**2).mean() < (naive**2).mean() / 2


def test_reading_leaves_the_caller_s_arrays_alone():
    tensors = state_dict("lstm")
    network = ef.read_network(tensors)
    network.weights["W_i"][:] = 0
    assert tensors["rnn.weight_hh_l0"][:5].all()


def test_bytes_written_to_memory_and_to_disk_are_the_same_network(tmp_path):
    stream = io.BytesIO()
    tensors = state_dict("lstm")
    np.savez(stream, **tensors)
    (tmp_path / "n.npz").write_bytes(stream.getvalue())
    network, direct = ef.read_network(tmp_path / "n.npz"), ef.read_network(tensors)
    assert all((network.weights[k] == direct.weights[k]).all() for k in direct.weights)
    with np.load(tmp_path / "n.npz") as archive:  # a mapping, too
        assert (ef.read_network(archive).weights["W_f"] == direct.weights["W_f"]).all()


# What is refused


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rnn.weight_hh_l0": None}, "lacks rnn.weight_hh_l0; it holds rnn."),
        ({"rnn.weight_ih_l0": None}, "lacks rnn.weight_ih_l0; it holds rnn."),
        ({"rnn.bias_hh_l0": None}, "lacks rnn.bias_hh_l0; it holds"),
        ({"rnn.weight_hh_l0": (20, 4)}, "rnn.weight_hh_l0 of {} must have shape (n, n) in an RNN, (3n, n) in a GRU or"),
        ({"rnn.weight_hh_l0": (16, 4)}, "rnn.weight_ih_l0 of {} must have shape (16, m), since rnn.weight_hh_l0 has"),
        ({"rnn.weight_hh_l0": (10, 5)}, "must have shape (n, n) in an RNN"),
        ({"rnn.weight_hh_l0": (20,)}, "must have shape"),
        ({"rnn.weight_hh_l0": (0, 0)}, "must have shape"),
        ({"rnn.weight_ih_l0": (15, 3)}, "must have shape (20, m)"),
        ({"rnn.weight_ih_l0": (20, 0)}, "must have shape (20, m)"),
        ({"rnn.weight_ih_l0": (20,)}, "must have shape (20, m)"),
        ({"rnn.bias_ih_l0": (5,)}, "must have shape (20,)"),
        ({"rnn.bias_ih_l0": (20, 1)}, "must have shape (20,)"),
        ({"conv.weight": (4, 1, 3)}, "got also conv.weight (4, 1, 3); prefix='rnn.' reads the lstm alone"),
        ({"rnn.weight_hh_l0_g": (20, 1)}, "got also rnn.weight_hh_l0_g (20, 1), whose meaning is not known"),
        ({"rnn.bias": (20,)}, "got also rnn.bias (20,), whose meaning is not known"),
        ({"rnn.weight_hh_l01": (20, 5)}, "got also rnn.weight_hh_l01"),
        ({"rnn.weight_hh_l99999999999": (20, 5)}, "got also rnn.weight_hh_l99999999999"),
        ({"rnn.weight_ih": (20, 3)}, "must hold each tensor once, got rnn.weight_ih"),
        # A second layer
        ({"rnn.weight_ih_l1": (20, 5)}, "lacks rnn.weight_hh_l1, rnn.bias_ih_l1, rnn.bias_hh_l1; it holds"),
        ({"rnn.weight_ih_l2": (20, 5), "rnn.weight_hh_l2": (20, 5)}, "lacks rnn.weight_ih_l1"),
        ({"rnn.weight_hh_l999": (20, 5)}, "lacks rnn.weight_ih_l1, "),
        # The other direction
        ({"rnn.weight_ih_l0_reverse": (20, 3)}, "lacks rnn.weight_hh_l0_reverse"),
        # A projection
        ({"rnn.weight_hr_l0": (2, 5)}, "rnn.weight_hh_l0 of {} must have shape (4n, p) where rnn.weight_hr_l0 has"),
        ({"rnn.weight_hr_l0": (2,)}, "must have shape (4n, p)"),
        ({"rnn.weight_hr_l0": (0, 5), "rnn.weight_hh_l0": (20, 0)}, "must have shape (4n, p)"),
    ],
)
def test_a_module_that_is_not_whole_is_refused_with_the_tensor_named(file, change, words):
    tensors = state_dict("lstm")
    for name, shape in change.items():
        if shape is None:
            del tensors[name]
        else:
            tensors[name] = np.ones(shape)
    assert words.format(file) in refusal(write(file, tensors))


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        (
            "rnn.weight_hh_l1",
            (25, 5),
            "rnn.weight_hh_l1 of the state dict must have shape (20, 5), since rnn.weight_hh_",
        ),
        ("rnn.weight_ih_l1", (20, 5), "rnn.weight_ih_l1 of the state dict must have shape (20, 10), since"),
        ("rnn.weight_ih_l0_reverse", (20, 4), "must have shape (20, 3)"),
        ("rnn.weight_hh_l1_reverse", (15, 5), "must have shape (20, 5)"),
        ("rnn.bias_hh_l1_reverse", (5,), "must have shape (20,)"),
        ("rnn.bias_hh_l1_reverse", None, "lacks rnn.bias_hh_l1_reverse"),
        ("rnn.weight_hh_l1", None, "lacks rnn.weight_hh_l1"),
    ],
)
def test_layers_that_contradict_one_another_are_refused(name, shape, words):
    tensors = state_dict("lstm", layers=2, both=True)
    if shape is None:
        del tensors[name]
    else:
        tensors[name] = np.ones(shape)
    assert words in refusal(tensors)


@pytest.mark.parametrize("name", ["rnn\nx", "rnn\x1b[2J", "r" * 300])
def test_a_name_that_would_spoil_the_terminal_is_not_printed(file, name):
    message = refusal(write(file, state_dict("rnn") | {name: np.ones((2, 5))}))
    assert "must be printable" in message
    assert message.isprintable()
    assert len(message) < 200


def test_names_of_another_framework_are_listed_with_shapes_and_what_is_missing_said(file):
    message = refusal(write(file, {f"dense_{k}": np.ones((3, 2)) for k in range(20)}))
    assert "must hold weight_ih_l0 and weight_hh_l0" in message
    assert "dense_0 (3, 2)" in message
    assert message.endswith(" and 12 more")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_named_with_its_index(file, bad):
    tensors = state_dict("gru")
    tensors["rnn.weight_hh_l0"][[7, 9], [2, 1]] = bad
    assert f"rnn.weight_hh_l0 must be finite, got {bad} at index (7, 2)" in refusal(write(file, tensors))


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.complex64, bool, np.longdouble])
def test_weights_that_are_no_real_floats_are_refused_and_not_rounded(file, dtype):
    tensors = {name: array.astype(dtype) for name, array in state_dict("rnn").items()}
    if (
        np.dtype(dtype).name in ("int8", "int64", "bool") or file.suffix == ".npz"
    ):  # safetensors has neither of the others
        assert "must be float16, bfloat16, float32 or float64" in refusal(write(file, tensors))
    assert "must be float16, bfloat16, float32 or float64" in refusal(tensors)


def test_integers_beside_the_network_do_no_harm(file):
    tensors = state_dict("rnn") | {"norm.num_batches_tracked": np.array(3)}
    assert ef.read_network(write(file, tensors), prefix="rnn.").units == 5
    assert "got also norm.num_batches_tracked ()" in refusal(tensors)


def test_what_is_no_file_and_no_mapping_is_a_type_error():
    for source in (3, None, np.ones(3), [1]):
        assert "must be a file name or a mapping" in refusal(source, TypeError)


def test_values_that_are_no_arrays_are_refused_by_name():
    tensors = state_dict("rnn")
    assert "give this mapping itself: source['model']" in refusal({"model": tensors, "epoch": 3}, TypeError)
    assert "rnn.weight_hh_l0 must be an array" in refusal(
        tensors | {"rnn.weight_hh_l0": [[1.0], [1.0, 2.0]]}, TypeError
    )
    assert "names of tensors must be strings, got 3" in refusal({3: np.ones(3)}, TypeError)
    masked = np.ma.masked_array(tensors["rnn.weight_hh_l0"], mask=np.eye(5))
    assert "without mask" in refusal(tensors | {"rnn.weight_hh_l0": masked}, TypeError)
    lists = {name: array.tolist() for name, array in tensors.items()}
    assert (ef.read_network(lists).weights["W"] == tensors["rnn.weight_hh_l0"]).all()


def test_a_file_that_does_not_exist_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file"):
        ef.read_network(tmp_path / "none.npz")
    (tmp_path / "folder.npz").mkdir()
    assert "must be a file" in refusal(tmp_path / "folder.npz")


# Keras


def keras_weights(kind, bias=True, units=5, inputs=3, prefix="lstm/lstm_cell/"):
    """Random arrays by the names and in the shapes of Keras."""
    rng, columns = np.random.default_rng(4), ROWS[kind.removesuffix("_reset_before")] * units
    shapes = {"kernel": (inputs, columns), "recurrent_kernel": (units, columns)}
    if bias:
        shapes["bias"] = (2, columns) if kind == "gru" else (columns,)
    return {f"{prefix}{name}": rng.normal(0, 0.5, shape) for name, shape in shapes.items()}


def by_keras(kind, arrays, xs, prefix="lstm/lstm_cell/"):
    """The outputs (T, n) from the equations of Keras, rows times matrices; columns i f c o, and z r h."""
    kernel, recurrent = arrays[f"{prefix}kernel"], arrays[f"{prefix}recurrent_kernel"]
    bias = arrays.get(f"{prefix}bias", np.zeros((2, kernel.shape[1]) if kind == "gru" else kernel.shape[1]))
    outer, inner = bias if kind == "gru" else (bias, 0 * bias)
    h, c, path = np.zeros(len(recurrent)), np.zeros(len(recurrent)), []

    def sigma(a):
        return 1 / (1 + np.exp(-a))

    for x in xs:
        fed, back = x @ kernel + outer, h @ recurrent + inner
        if kind == "rnn":
            h = np.tanh(fed + back)
        elif kind == "lstm":
            i, f, candidate, o = np.split(fed + back, 4)
            c = sigma(f) * c + sigma(i) * np.tanh(candidate)
            h = sigma(o) * np.tanh(c)
        else:
            z, r, _ = (sigma(a) for a in np.split(fed + back, 3))
            last = np.split(recurrent, 3, axis=1)[2]
            inside = r * np.split(back, 3)[2] if kind == "gru" else (r * h) @ last
            h = z * h + (1 - z) * np.tanh(np.split(fed, 3)[2] + inside)
        path.append(h)
    return np.array(path)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "gru_reset_before"])
def test_a_layer_of_keras_runs_as_its_equations_say(file, kind, bias):
    arrays = keras_weights(kind, bias)
    layout = f"keras_{'reset_before' if kind == 'gru_reset_before' else 'reset_after'}" if "gru" in kind else "keras"
    network = ef.read_network(write(file, arrays), layout=None if bias else layout)
    assert (network.kind, network.units, network.inputs, network.prefix) == (kind, 5, 3, "lstm/lstm_cell/")
    xs = np.random.default_rng(1).normal(size=(12, 3))
    np.testing.assert_allclose(network.run(xs), by_keras(kind, arrays, xs), rtol=0, atol=1e-13)  # as above


def test_a_gru_of_keras_that_does_not_tell_where_it_resets_is_asked_for():
    arrays = keras_weights("gru", bias=False)
    assert "choose layout='keras_reset_after'" in refusal(arrays)
    assert "choose layout='keras_reset_after'" in refusal(arrays, layout="keras")
    told = refusal(keras_weights("gru"), layout="keras_reset_before")
    assert "layout must be 'keras' for the state dict, whose bias has shape (2, 15) and tells the reset" in told
    assert "layout must be 'keras'" in refusal(keras_weights("lstm"), layout="keras_reset_before")


def test_a_dense_layer_of_keras_is_the_read_out_and_an_embedding_is_none():
    rng = np.random.default_rng(5)
    dense = {"dense/kernel": rng.normal(size=(5, 2)), "dense/bias": rng.normal(size=2)}
    network = ef.read_network({"emb/embeddings": np.ones((9, 3))} | keras_weights("lstm") | dense)
    assert network.head.name == "dense/"
    assert (network.head.weight == dense["dense/kernel"].T).all()
    assert (network.head.bias == dense["dense/bias"]).all()


BOTH = {way: f"net/both/{way}_lstm/lstm_cell/" for way in ("forward", "backward")}
MERGED = {
    "concat": lambda a, b: np.hstack([a, b]),
    "sum": np.add,
    "ave": lambda a, b: (a + b) / 2,
    "mul": np.multiply,
}


def keras_bidirectional(xs=None, merge="concat", units=5, inputs=3):
    """The arrays of a Bidirectional by the names of Keras 3, and its outputs for xs (T, inputs)."""
    arrays = {
        k: v for p in BOTH.values() for k, v in keras_weights("lstm", prefix=p, units=units, inputs=inputs).items()
    }
    arrays = {k: v + (0.1 if "backward" in k else 0.0) for k, v in arrays.items()}  # so that the halves differ
    if xs is None:
        return arrays
    backward = by_keras("lstm", arrays, xs[::-1], prefix=BOTH["backward"])[::-1]
    return arrays, MERGED[merge](by_keras("lstm", arrays, xs, prefix=BOTH["forward"]), backward)


def test_both_halves_of_a_bidirectional_layer_of_keras_are_one_layer_and_each_can_be_had_alone(file):
    xs = np.random.default_rng(1).normal(size=(12, 3))
    arrays, want = keras_bidirectional(xs)
    network = ef.read_network(write(file, arrays))
    assert [(each.layer, each.direction) for each in network.layers] == [(0, "forward"), (0, "reverse")]
    assert network.prefix == "net/both/"
    np.testing.assert_allclose(network.run(xs), want, rtol=0, atol=1e-13)  # as above
    half = ef.read_network(arrays, prefix=BOTH["backward"])
    assert half.layers[0].direction == "reverse"
    np.testing.assert_allclose(half.run(xs), want[:, 5:], rtol=0, atol=1e-13)


@pytest.mark.parametrize("merge", MERGED)
def test_layers_of_keras_are_joined_over_every_way_of_merging_two_directions(merge):
    xs = np.random.default_rng(1).normal(size=(12, 3))
    arrays, between = keras_bidirectional(xs, merge)
    upper = keras_weights("gru", prefix="net/gru/gru_cell/", units=4, inputs=between.shape[1])
    network = ef.read_network(arrays | upper, prefix=("net/both/", "net/gru/"), merge=merge)
    want = by_keras("gru", upper, between, prefix="net/gru/gru_cell/")
    np.testing.assert_allclose(network.run(xs), want, rtol=0, atol=1e-13)  # as above
    assert [(each.layer, each.kind) for each in network.layers] == [(0, "lstm"), (0, "lstm"), (1, "gru")]
    assert "bidirectional lstm layer of 5 units, then 1 gru layer of 4 units, 3 inputs" in repr(network)


def test_how_directions_are_merged_is_asked_for_where_the_widths_say_that_they_are():
    upper = keras_weights("gru", prefix="net/gru/gru_cell/", units=4, inputs=5)
    arrays = keras_bidirectional() | upper
    message = refusal(arrays, prefix=("net/both/", "net/gru/"))
    assert "'net/gru/gru_cell/', which reads 5 inputs, after 'net/both/', which gives 10" in message
    assert "choose merge='sum', merge='ave' or merge='mul'" in message
    assert "choose merge='sum'" in refusal(keras_bidirectional() | {"net/dense/kernel": np.ones((5, 2))})
    network = ef.read_network(keras_bidirectional() | {"net/dense/kernel": np.ones((5, 2))}, merge="ave")
    assert network.head.weight.shape == (2, 5)
    assert ef.read_network(keras_bidirectional() | {"net/dense/kernel": np.ones((10, 2))}).merge == "concat"
    assert "merge must be one of concat, sum, ave, mul" in refusal(keras_bidirectional(), merge="max")
    assert "since it runs one way" in refusal(keras_weights("lstm"), merge="sum")
    assert "PyTorch sets directions side by side" in refusal(state_dict("lstm", both=True), merge="sum")


def test_the_two_directions_of_a_layer_of_keras_must_read_the_same():
    arrays = keras_weights("lstm", prefix=BOTH["forward"]) | keras_weights("lstm", prefix=BOTH["backward"], inputs=4)
    assert "two directions of 'net/both/' of the state dict must read the same inputs, got 3 and 4" in refusal(arrays)


def separate():
    """Three modules of one file that read one another, and a read-out."""
    tensors = state_dict("lstm", prefix="encoder.rnn.", layers=2, seed=1)
    tensors |= {k.replace("_l0", ""): v for k, v in state_dict("gru", 4, 5, prefix="layers.0.", seed=2).items()}
    tensors |= state_dict("rnn", 6, 4, prefix="layers.1.", seed=3, both=True)
    return tensors | {"fc.weight": np.ones((2, 12)), "fc.bias": np.zeros(2)}


def test_separate_modules_are_read_as_one_stack_the_lower_first(file):
    tensors = separate()
    prefixes = ("encoder.rnn.", "layers.0.", "layers.1.")
    network = ef.read_network(write(file, tensors), prefix=prefixes)
    xs = np.random.default_rng(1).normal(size=(12, 3))
    signal = xs
    for kind, prefix in zip(("lstm", "gru", "rnn"), prefixes, strict=True):
        own = {k if "_l" in k else f"{k}_l0": v for k, v in tensors.items() if k.startswith(prefix)}
        signal = by_the_manual(kind, own, signal, prefix=prefix)
    np.testing.assert_allclose(network.run(xs), signal, rtol=0, atol=1e-13)  # as above
    assert [layer.layer for layer in network.layers] == [0, 1, 2, 3, 3]
    assert network.head.name == "fc."
    assert network.prefix == prefixes
    assert network.directions == 2


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        (None, "as in prefix=('encoder.rnn.', 'layers.0.', 'layers.1.')"),
        (("layers.0.", "encoder.rnn."), "got 'encoder.rnn.', which reads 3 inputs, after 'layers.0.', which gives 4"),
        (("encoder.", "encoder."), "prefix must name each module once, got 'encoder.', 'encoder.'"),
        (("encoder.", "decoder."), "prefix must be 'encoder.rnn.' or 'layers.0.' or 'layers.1.'"),
        ("layers.", "got 'layers.0.' or 'layers.1.'; choose one with prefix="),
    ],
)
def test_modules_that_do_not_read_one_another_are_refused_in_one_line(prefix, words):
    assert words in refusal(separate(), prefix=prefix)


def test_the_order_that_is_proposed_is_one_in_which_modules_read_one_another():
    below, above = state_dict("gru", 4, 3, prefix="b."), state_dict("gru", 2, 4, prefix="a.")
    assert "as in prefix=('b.', 'a.')" in refusal(above | below)
    many = {k: v for n in (10, 2, 9, 1, 0) for k, v in state_dict("rnn", 3, 3, prefix=f"cells.{n}.", seed=n).items()}
    assert "as in prefix=('cells.0.', 'cells.1.', 'cells.2.', 'cells.9.', 'cells.10.')" in refusal(many)
    apart = state_dict("gru", 4, 3, prefix="a.") | state_dict("gru", 4, 3, prefix="b.")
    assert refusal(apart).endswith("choose one with prefix=, or those of a stack, lowest first")
    # each could read the last of the others, too: then the order of the file is the one
    ring = {name: state_dict("rnn", n, m, prefix=f"{name}.") for name, n, m in (("c", 4, 3), ("b", 5, 4), ("a", 3, 5))}
    assert "as in prefix=('c.', 'b.', 'a.')" in refusal(ring["c"] | ring["b"] | ring["a"])


def test_no_prefix_at_all_is_a_type_error():
    assert "prefix must be a string or several, got ()" in refusal(separate(), TypeError, prefix=())


def test_a_read_out_among_others_is_chosen_by_its_name():
    tensors = separate() | {"other.weight": np.zeros((7, 12))}
    prefixes = ("encoder.", "layers.0.", "layers.1.")
    assert ef.read_network(tensors, prefix=prefixes).head is None
    for name in ("other", "other."):
        assert ef.read_network(tensors, prefix=prefixes, head=name).head.weight.shape == (7, 12)
    assert "'fc.', 'other.', got 'head'" in refusal(tensors, prefix=prefixes, head="head")
    assert "head must read the 5 outputs of the network, got fc.weight (2, 12)" in refusal(
        tensors, prefix="encoder.", head="fc"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lstm/lstm_cell/kernel": None}, "lacks lstm/lstm_cell/kernel; it holds lstm/lstm_cell/"),
        ({"lstm/lstm_cell/recurrent_kernel": None}, "must hold weight_ih_l0 and weight_hh_l0 of a torch.nn.RNN"),
        ({"lstm/lstm_cell/recurrent_kernel": (5, 10)}, "must have shape (n, n) in a SimpleRNN"),
        ({"lstm/lstm_cell/recurrent_kernel": (20, 5)}, "must have shape (n, n) in a SimpleRNN"),
        ({"lstm/lstm_cell/recurrent_kernel": (0, 0)}, "must have shape (n, n) in a SimpleRNN"),
        ({"lstm/lstm_cell/kernel": (20, 3)}, "must have shape (m, 20)"),
        ({"lstm/lstm_cell/kernel": (0, 20)}, "must have shape (m, 20)"),
        ({"lstm/lstm_cell/bias": (2, 20)}, "must have shape (20,)"),
        ({"lstm/lstm_cell/kernel:0": (3, 20)}, "must hold each array once"),
        ({"norm/gamma": (5,)}, "got also norm/gamma (5,); prefix='lstm/lstm_cell/' reads the lstm alone"),
    ],
)
def test_a_layer_of_keras_that_is_not_whole_is_refused_with_the_array_named(change, words):
    arrays = keras_weights("lstm")
    for name, shape in change.items():
        if shape is None:
            del arrays[name]
        else:
            arrays[name] = np.ones(shape)
    assert words in refusal(arrays)


def test_where_two_frameworks_fit_the_layout_is_asked_for():
    mixed = state_dict("gru", prefix="") | keras_weights("lstm", prefix="", bias=False)
    message = refusal(mixed)
    assert "got '' (layout 'torch') or '' (layout 'keras'); choose one with layout=" in message
    assert ef.read_network(mixed, prefix="", layout="torch").kind == "gru"
    assert ef.read_network(mixed, prefix="", layout="keras").kind == "lstm"
    assert "layout must be one of torch, keras, keras_reset_after, keras_reset_before" in refusal(mixed, layout="onnx")
    assert "must hold kernel and recurrent_kernel of a Keras" in refusal(state_dict("lstm"), layout="keras")


def test_a_file_of_keras_is_not_opened_and_the_way_out_is_said(tmp_path):
    assert "numpy.savez('m.npz', **{w.path: w.numpy() for w in model.weights})" in refusal(tmp_path / "m.keras")

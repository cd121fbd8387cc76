"""The cells beside the classical ones: equations, flow, norms, gradients and costs against oracles written by hand.

Those of `tests.pairs.CELLS` go through the general tests; the cells here have sizes, ranges or states of their own.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow.builtin import BUILTIN
from errorflow.calculus.edges import edges
from errorflow.cli import run
from errorflow.learning import ALGORITHMS, undefined
from errorflow.numeric.linear import jacobians
from errorflow.plots import draw_cell
from tests import oracles
from tests.pairs import MORE, more

# Sums of at most a few hundred products of a few numbers of order one, in float64.
TIGHT = {"rtol": 1e-11, "atol": 1e-12}
every_cell = pytest.mark.parametrize("name", MORE)


def steps_by_hand(c, read=oracles.open_read):
    """Joint Jacobians of all steps by complex step, (T, N, N)."""
    pairs = zip(c.path[:-1], c.inputs, strict=True)
    return np.array([oracles.step_jacobian(c.step, c.weights, s, x, c.widths, read) for s, x in pairs])


def evaluated(c, blocks):
    """A joint matrix of words at the first step."""
    vectors = {s: a[0, 0] for s, a in c.run().between(0, 1).items()}
    joint = np.zeros((sum(c.widths), sum(c.widths)))

    def entry(e, n):
        lengths = [len(vectors[s]) for s in e.free_symbols]
        return oracles.entry_value(e, vectors.__getitem__, lengths[0] if lengths else n)

    for new, rows in c.blocks:
        for old, columns in c.blocks:
            n = rows.stop - rows.start  # the length of a diagonal in which there is no vector
            for word in blocks[new, old]:
                value = oracles.word_value(word, n, lambda e, n=n: entry(e, n), c.weights.__getitem__)
                joint[rows, columns] += value.astype(float)
    return joint


def test_every_built_in_cell_has_an_oracle():
    from tests.pairs import CELLS

    assert set(BUILTIN) <= {*CELLS, *MORE} <= set(oracles.STEPS)


@every_cell
def test_a_run_is_the_run_of_the_equations_by_hand(name):
    c = more(name)
    states = np.concatenate([a[:, 0] for a in c.run().states.values()], axis=1)
    np.testing.assert_allclose(states, c.path, **TIGHT)


@every_cell
@pytest.mark.parametrize("truncated", [False, True])
def test_words_and_numbers_of_one_step_are_its_derivative(name, truncated):
    c = more(name, seed=1)
    by_hand = steps_by_hand(c, oracles.cutting(oracles.NUMPY) if truncated else oracles.open_read)
    np.testing.assert_allclose(jacobians(c.run(), truncated).reshape(by_hand.shape), by_hand, **TIGHT)
    np.testing.assert_allclose(evaluated(c, c.cell.jacobian(truncated=truncated).blocks), by_hand[0], **TIGHT)


@every_cell
def test_norms_at_every_lag_are_those_of_the_derivative_through_all_steps(name):
    c = more(name, T=9, seed=2)
    got = c.cell.profile(c.weights, c.inputs, c.state)
    for q in range(10):
        whole = oracles.flow(c.step, c.weights, c.path, c.inputs, q, c.widths)
        assert got.log2_norm[q] == pytest.approx(np.log2(np.linalg.norm(whole, 2)), abs=1e-11)
        for new, rows in c.blocks:
            for old, columns in c.blocks:
                with np.errstate(divide="ignore"):
                    norm = np.log2(np.linalg.norm(whole[rows, columns], 2))
                assert got.log2_norm_blocks[new, old][q] == pytest.approx(norm, abs=1e-9)
    np.testing.assert_allclose(sum(got.shares.values()), 1, atol=1e-11)
    closed = name in ("mingru", "lru")
    assert (set(got.shares) == {"carry"}) == closed
    carried = oracles.flow(lambda *a: c.step(*a[:4], oracles.cutting(oracles.NUMPY)), c.weights, c.path, c.inputs, 9,
                           c.widths)  # fmt: skip
    share = (carried * whole).sum() / (whole**2).sum()
    assert got.shares["carry"][9] == pytest.approx(share, abs=1e-11)


def outputs(m, c, weights, read, start, inputs):
    """The output at every step by the oracle."""
    place = [s.name for s in c.cell.definition.states].index(c.cell.definition.output.name)
    blocks, found = start, []
    for x in inputs:
        blocks = c.step(m, weights, blocks, x, read)
        found.append(blocks[place])
    return found


def by_torch(c, errors, labels):
    """The gradient by autograd with `detach` at the reads that are cut."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    m = oracles.torch_arithmetic()
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in c.weights.items()}
    start = tuple(torch.tensor(s) for s in c.state.values())
    found = outputs(m, c, weights, oracles.cutting(m, labels), start, torch.tensor(c.inputs))
    (torch.stack(found) * torch.tensor(errors)).sum().backward()
    kinds = {p.name: p.kind for p in c.cell.definition.parameters}
    return {
        k: np.zeros(np.shape(c.weights[k])) if w.grad is None else w.grad.numpy()
        for k, w in weights.items()
        if kinds[k] != "fixed"
    }


def some_errors(c, seed=0):
    """Random d loss / d output."""
    width = dict(zip((s.name for s in c.cell.definition.states), c.widths, strict=True))[c.cell.definition.output.name]
    return np.random.default_rng(seed).normal(size=(len(c.inputs), width))


def close(got, want):
    """Equal up to 12 digits of the largest entry of each weight."""
    assert got.keys() == want.keys()
    for name in want:
        np.testing.assert_allclose(got[name], want[name], rtol=0, atol=1e-12 * (np.abs(want[name]).max() + 1e-30))


@every_cell
def test_bptt_and_rtrl_give_the_complex_step_derivative_of_the_loss(name):
    c = more(name, T=5, seed=3)
    errors = some_errors(c)
    back, forward = (c.cell.gradient(c.weights, c.inputs, errors, state=c.state, algorithm=a) for a in ("bptt", "rtrl"))
    close(forward.weights, back.weights)
    for weight in back.weights:
        value = np.asarray(c.weights[weight])

        def loss(flat, weight=weight, value=value):
            moved = c.weights | {weight: flat.reshape(value.shape)}
            found = outputs(oracles.NUMPY, c, moved, oracles.open_read, tuple(c.state.values()), c.inputs)
            return np.array([(errors * np.array(found)).sum()])

        by_hand = oracles.complex_step(loss, value.ravel()).reshape(value.shape)
        close({weight: back.weights[weight]}, {weight: by_hand})


@every_cell
def test_gradients_full_and_truncated_are_those_of_autograd_with_detach(name):
    c = more(name, seed=4)
    errors = some_errors(c)
    for truncated, labels in ((False, []), (True, None)):
        want = by_torch(c, errors, labels)
        for algorithm in ("bptt", "rtrl"):
            got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, algorithm=algorithm, truncated=truncated)
            close(got.weights, want)


@every_cell
def test_costs_are_what_runs_count(name):
    # From T = 2 on: an edge that neither the first nor the last step walks is walked T - 2 times.
    for cells, T in ((1, 2), (2, 5)):
        c = more(name, T=T, cells=cells)
        label = {"p": 3, "b": 2, "k": 3, "l": 2}
        others = {k: v for k, v in label.items() if k in c.cell.definition.sizes.values()}
        for biases in (False, True):
            for cost in c.cell.cost(
                units=2 * cells, inputs=2, steps=T, biases=biases, algorithms=("bptt", "rtrl"), **others
            ):
                run = c.cell.gradient(c.weights, c.inputs, some_errors(c), state=c.state, algorithm=cost.name,
                                      biases=biases, count=True)  # fmt: skip
                assert (run.macs, run.elementwise) == (cost.total(cost.macs), cost.total(cost.elementwise))


@every_cell
def test_formulas_print_without_machine_noise(name):
    cell = MORE[name]()
    for latex in (cell.jacobian().latex(), cell.flow().latex(), cell.flow(truncated=True).latex(), cell._repr_latex_()):
        assert latex.count("{") == latex.count("}")
        assert not re.search(r"_slope|squash_|Symbol|_in_|\*\*|None|@", latex)
    assert not re.search(r"_slope|Symbol|_in_|None|@", cell.jacobian().text())


@pytest.mark.parametrize("name", ["lstm1997_full", "lstm_projected", "slstm", "lru", "leaky_rnn"])
def test_a_picture_shows_every_edge(name, tmp_path):
    cell = MORE[name]()
    picture = draw_cell(cell, tmp_path / "cell.svg").read_text()
    for edge in edges(cell.definition):
        assert re.search(f'id="[a-z]+ {edge.source.name} {edge.target.name}', picture), edge


@every_cell
def test_the_numpy_source_of_the_jacobian_is_the_derivative(name):
    c = more(name, T=1, seed=5)
    scope = {s.name: a[0, 0] for s, a in c.run().between(0, 1).items()} | c.weights | {"np": np}
    exec(c.cell.jacobian().numpy(), scope)
    joint = np.block([[scope[f"J_{new}_{old}"] for old, _ in c.blocks] for new, _ in c.blocks])
    np.testing.assert_allclose(joint, steps_by_hand(c)[0], **TIGHT)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("lstm_projected", [[1, 3], [1, 4]]),
        ("mingru", [[1]]),
        ("lru", [[1, 1], [1, 1]]),
        ("minimal_rnn", [[2]]),
        ("orthogonal_rnn", [[1]]),
        ("leaky_rnn", [[3]]),
        ("janet", [[4]]),
        ("slstm", [[1, 0, 3], [0, 1, 2], [1, 1, 6]]),
        ("lstm1997_full", [[1, 2, 2, 2, 2], [1, 3, 3, 3, 3], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1]]),
    ],
)
def test_there_are_as_many_words_as_paths(name, counts):
    assert MORE[name]().jacobian().counts() == counts


# The hidden layer of 1997


def test_the_jacobian_with_gates_feeding_gates_is_the_factored_one():
    """J = [[I, A], [Dm, Dm A + B], [0, Ji], [0, Jo], [0, Ju]] in the state (c, (h, i, o, u))."""
    c = more("lstm1997_full", seed=6)
    W, E = c.weights, c.weights["E"]
    old, new = c.path[0], oracles.split(c.path[1], c.widths)
    G = {k: np.hstack([W[f"W_{k}{source}"] for source in "hiou"]) for k in "iogu"}
    net_g = G["g"] @ old[c.widths[0] :] + W["U_g"] @ c.inputs[0] + W["b_g"]
    g, (s, _, y_in, y_out, u) = 2 * np.tanh(net_g / 2), new
    Ji, Jo, Ju = (np.diag(y * (1 - y)) @ G[k] for y, k in ((y_in, "i"), (y_out, "o"), (u, "u")))
    A = np.diag(g) @ E @ Ji + np.diag((E @ y_in) * (1 - g**2 / 4)) @ G["g"]
    Dm, B = np.diag((E @ y_out) * (1 - np.tanh(s / 2) ** 2) / 2), np.diag(np.tanh(s / 2)) @ E @ Jo
    nothing = np.zeros((sum(c.widths[2:]), c.widths[0]))
    J = np.block([[np.eye(c.widths[0]), A], [Dm, Dm @ A + B], [nothing, np.vstack([Ji, Jo, Ju])]])
    np.testing.assert_allclose(jacobians(c.run()).reshape(-1, *J.shape)[0], J, **TIGHT)


def test_the_truncated_gradient_is_appendix_A_1_of_1997():
    """Traces (25), (27) carried forward, errors (19) to (23) of one step, changes (22), (24), (26), (28)."""
    c = more("lstm1997_full_outputs", T=7, seed=7)
    W, E = c.weights, c.weights["E"]
    widths = [*c.widths[1:5], 2, 1]  # y_c, y_in, y_out, hidden, x, bias
    target = np.random.default_rng(8).uniform(size=(7, 2))
    s, *units = oracles.split(c.path[0], c.widths)[:5]
    trace_in = trace_c = np.zeros((len(s), sum(widths)))
    total = dict.fromkeys("iogu", 0.0)
    readout, found = 0.0, []
    for x, wanted in zip(c.inputs, target, strict=True):
        source = np.concatenate([*units, x, [1.0]])
        rows = {k: np.hstack([*(W[f"W_{k}{v}"] for v in "hiou"), W[f"U_{k}"], W[f"b_{k}"][:, None]]) for k in "iogu"}
        y_in, y_out, hidden = (1 / (1 + np.exp(-rows[k] @ source)) for k in "iou")
        g = 2 * np.tanh(rows["g"] @ source / 2)
        trace_in = trace_in + np.outer(g * (E @ (y_in * (1 - y_in))), source)  # (25)
        trace_c = trace_c + np.outer((1 - g**2 / 4) * (E @ y_in), source)  # (27)
        s = s + (E @ y_in) * g
        squashed = np.tanh(s / 2)
        y_c = (E @ y_out) * squashed
        y = 1 / (1 + np.exp(-(W["W_yh"] @ y_c + W["W_yu"] @ hidden + W["b_y"])))
        found.append(y)
        e_k = y * (1 - y) * (y - wanted)  # (19), with the sign of a gradient
        e_hidden = hidden * (1 - hidden) * (W["W_yu"].T @ e_k)  # (20)
        e_out = y_out * (1 - y_out) * (E.T @ (squashed * (W["W_yh"].T @ e_k)))  # (21)
        e_s = (E @ y_out) * (1 - squashed**2) / 2 * (W["W_yh"].T @ e_k)  # (23)
        readout = readout + np.outer(e_k, [*y_c, *hidden, 1.0])
        total["u"] = total["u"] + np.outer(e_hidden, source)  # (22)
        total["o"] = total["o"] + np.outer(e_out, source)
        total["g"] = total["g"] + e_s[:, None] * trace_c  # (26)
        total["i"] = total["i"] + E.T @ (e_s[:, None] * trace_in)  # (24), (28): a block sums over its cells
        units = [y_c, y_in, y_out, hidden]
    want = {}
    for k, gradient in total.items():
        parts = np.split(gradient, np.cumsum(widths)[:-1], axis=1)
        want |= {f"W_{k}{v}": part for v, part in zip("hiou", parts[:4], strict=True)}
        want |= {f"U_{k}": parts[4], f"b_{k}": parts[5][:, 0]}
    want |= {"W_yh": readout[:, :4], "W_yu": readout[:, 4:7], "b_y": readout[:, 7]}
    errors = np.array(found) - target
    for algorithm in ("bptt", "rtrl"):
        got = c.cell.gradient(c.weights, c.inputs, errors, state=c.state, algorithm=algorithm, truncated=True)
        close(dict(sorted(got.weights.items())), dict(sorted(want.items())))
    full = c.cell.gradient(c.weights, c.inputs, errors, state=c.state)
    assert np.abs(full.weights["W_ih"] - want["W_ih"]).max() > 1e-3 * np.abs(want["W_ih"]).max()


def test_the_truncated_flow_through_the_full_layer_of_1997_is_the_identity_at_every_lag():
    for q in (1, 2, 5):
        flow = ef.lstm1997_full().flow(q, truncated=True).blocks
        assert flow["c", "c"] == ef.lstm1997().flow(q, truncated=True).blocks["c", "c"]
        assert {pair for pair, words in flow.words.items() if words} == {("c", "c"), ("h", "c")}


def test_cells_of_one_block_share_its_gates_and_no_other():
    c = more("lstm1997_full", seed=9)
    trajectory = c.run()
    values = {s.name: a[:, 0] for s, a in trajectory.values.items()}
    np.testing.assert_array_equal(values["i_c"], trajectory.states["i"][1:, 0].repeat(2, axis=1))
    assert (values["i_c"][:, 0] != values["i_c"][:, 2]).all()


# Reductions to one another


def alike(one, weights, other, weights_of_other, state=None, steps=6):
    """Whether two cells have one output and one flow from h to h."""
    x = np.random.default_rng(1).normal(size=(steps, 2))
    a, b = one.run(weights, x, state), other.run(weights_of_other, x, state)
    np.testing.assert_allclose(a.output(), b.output(), rtol=1e-13, atol=1e-15)
    p, q = one.profile(weights, x, state), other.profile(weights_of_other, x, state)
    np.testing.assert_allclose(p.log2_norm_blocks["h", "h"], q.log2_norm_blocks["h", "h"], atol=1e-11)


def drawn(name, n=4, **sizes):
    return ef.cell(name).random_weights(np.random.default_rng(2), n=n, m=2, **sizes)


def test_a_peephole_of_weight_zero_is_none():
    weights = drawn("lstm")
    alike(ef.lstm(), weights, ef.lstm_peephole(), weights | {f"p_{k}": np.zeros(4) for k in "ifo"})


def test_a_projection_by_the_identity_is_none():
    weights = drawn("lstm")
    alike(ef.lstm(), weights, ef.lstm_projected(), weights | {"W_r": np.eye(4)})


def test_one_cell_a_block_and_cell_outputs_alone_as_sources_is_the_memory_cell_of_1997():
    weights, full = drawn("lstm1997"), drawn("lstm1997_full", b=4, k=1)
    full = {k: np.zeros_like(v) for k, v in full.items()} | {"E": np.eye(4)}
    for k in "iog":
        full |= {f"W_{k}h": weights[f"W_{k}"], f"U_{k}": weights[f"U_{k}"], f"b_{k}": weights[f"b_{k}"]}
    alike(ef.lstm1997(), weights, ef.lstm1997_full(), full)


def test_a_leaky_network_of_rate_one_is_fully_recurrent_and_of_rate_zero_carries_all():
    weights = drawn("rnn")
    alike(ef.rnn(), weights, ef.leaky_rnn(), weights | {"a": np.ones(4)})
    kept = ef.leaky_rnn().profile(weights | {"a": np.zeros(4)}, np.ones((5, 2)))
    np.testing.assert_array_equal(kept.log2_norm, 0)


def test_janet_with_beta_zero_is_the_gru_without_reset():
    weights = drawn("janet")
    gru = {f"{a}_{to}": weights[f"{a}_{k}"] for a in "WUb" for k, to in (("f", "z"), ("g", "n"))}
    gru |= {"b_hn": np.zeros(4), "W_r": np.zeros((4, 4)), "U_r": np.zeros((4, 2)), "b_r": np.full(4, 800.0)}
    alike(ef.janet(beta=0), weights, ef.gru(), gru)


def test_a_projected_lstm_is_that_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    c = more("lstm_projected", seed=11)
    theirs = torch.nn.LSTM(2, 4, proj_size=3, dtype=torch.float64, batch_first=True)
    W = c.weights
    rows = {"weight_hh_l0": "W", "weight_ih_l0": "U", "bias_ih_l0": "b"}
    with torch.no_grad():
        for name, letter in rows.items():
            getattr(theirs, name).copy_(torch.tensor(np.concatenate([W[f"{letter}_{k}"] for k in "ifgo"])))
        theirs.bias_hh_l0.zero_()
        theirs.weight_hr_l0.copy_(torch.tensor(W["W_r"]))
        found, _ = theirs(
            torch.tensor(c.inputs)[None],
            (torch.tensor(c.state["h"])[None, None], torch.tensor(c.state["c"])[None, None]),
        )
    np.testing.assert_allclose(c.run().output(), found[0].numpy(), rtol=1e-13)


# Laws


def test_the_flow_of_an_lru_is_the_power_of_its_largest_modulus_at_every_lag():
    # A diagonal of complex numbers is normal: no transient at all.
    rng = np.random.default_rng(3)
    modulus, angle = rng.uniform(0.5, 0.99, 5), rng.uniform(0, np.pi, 5)
    weights = {"lambda_re": modulus * np.cos(angle), "lambda_im": modulus * np.sin(angle)}
    weights |= {"B_re": np.ones((5, 1)), "B_im": np.ones((5, 1))}
    profile = ef.lru().profile(weights, np.zeros((300, 1)))
    np.testing.assert_allclose(profile.log2_norm, np.arange(301) * np.log2(modulus.max()), atol=1e-11)


def test_error_through_an_orthogonal_network_never_grows_and_through_a_linear_one_keeps_its_norm():
    c = more("orthogonal_rnn", T=40, seed=4)
    norms = c.cell.profile(c.weights, c.inputs, c.state).log2_norm
    assert (np.diff(norms) <= 1e-12).all()
    linear = ef.orthogonal_rnn("identity").profile(c.weights, c.inputs, c.state)
    np.testing.assert_allclose(linear.log2_norm, 0, atol=1e-12)
    stretched = c.weights | {"Q": 1.2 * c.weights["Q"]}
    assert ef.orthogonal_rnn("identity").profile(stretched, c.inputs).log2_norm[-1] > 10  # 1.2^40


def test_an_slstm_without_recurrent_weights_takes_a_weighted_mean_of_its_candidates():
    """d (c_T / n_T) / d z_k is i_k prod f / n_T: these weights are positive and sum to one."""
    c = more("slstm", T=8, seed=5)
    weights = c.weights | {f"W_{k}": np.zeros((4, 4)) for k in "ifoz"}
    trajectory = c.cell.run(weights, c.inputs, {"c": np.zeros(4), "n": np.zeros(4), "h": np.zeros(4)})
    i, f = (next(a for s, a in trajectory.values.items() if s.name == k)[:, 0] for k in "if")
    later = np.array([np.prod(f[k + 1 :], axis=0) for k in range(8)])
    shares = i * later / trajectory.states["n"][-1, 0]
    assert (shares > 0).all()
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-14)


def test_the_stabiliser_of_the_slstm_changes_neither_its_output_nor_the_error_into_it():
    c = more("slstm_exp", T=12, seed=6)

    def stabilised(s, x):
        cell, n, h, m = s
        net = {k: c.weights[f"W_{k}"] @ h + c.weights[f"U_{k}"] @ x + c.weights[f"b_{k}"] for k in "ifoz"}
        top = np.where((net["f"] + m).real >= net["i"].real, net["f"] + m, net["i"])
        i, f = np.exp(net["i"] - top), np.exp(net["f"] + m - top)
        cell, n = f * cell + i * np.tanh(net["z"]), f * n + i
        return cell, n, cell / n / (1 + np.exp(-net["o"])), top

    def last(h):
        s = (c.state["c"], c.state["n"], h, np.zeros(4))
        for x in c.inputs:
            s = stabilised(s, x)
        return s[2]

    np.testing.assert_allclose(last(c.state["h"]), c.run().output()[-1], rtol=1e-12)
    flow = oracles.flow(c.step, c.weights, c.path, c.inputs, 12, c.widths)[8:, 8:]
    np.testing.assert_allclose(oracles.complex_step(last, c.state["h"]), flow, rtol=1e-9, atol=1e-12)


def test_an_exponential_gate_that_overflows_is_told_and_not_hidden():
    weights = {k: np.zeros_like(v) for k, v in more("slstm").weights.items()} | {"b_i": np.full(4, 710.0)}
    with pytest.raises(ArithmeticError, match="state c of cell 'slstm' left the range of float64 at step 1"):
        ef.slstm().run(weights | {"b_z": np.ones(4)}, np.zeros((2, 2)))


def test_arguments_of_cells_are_what_they_say():
    assert ef.leaky_rnn("relu").jacobian().text() != ef.leaky_rnn().jacobian().text()
    assert "exp(" in str(ef.slstm(forget=sympy.exp).definition.node(sympy.Symbol("f", real=True)).expression)
    assert ef.lstm1997_full(output_units=True).definition.output.name == "y"
    assert ef.lstm1997_full().definition.output.name == "h"
    assert ef.cell("janet").jacobian().text() != ef.janet(beta=0).jacobian().text()
    with pytest.raises(KeyError, match=r"no activation called 'tan'"):
        ef.orthogonal_rnn("tan")


@pytest.mark.parametrize("stage", [run._derive, run._count])
def test_the_main_job_takes_every_built_in_cell(stage):
    outcome = stage()
    defined = sum(len(ALGORITHMS) - len(undefined(make().definition)) for make in BUILTIN.values())
    assert outcome.ok
    assert outcome.done.startswith(f"{defined if stage is run._count else len(BUILTIN)} ")

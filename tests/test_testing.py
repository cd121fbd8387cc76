"""The assertions for other people's tests: each passes on right code and fails, with the reason, on wrong code."""

import doctest
import importlib
import math
import pkgutil
import re
import subprocess
import sys

import numpy as np
import pytest

import errorflow as ef
from errorflow import testing
from errorflow.testing import (
    assert_bptt_equals_rtrl,
    assert_gate_order,
    assert_identity_carry,
    assert_jacobian_matches,
    assert_norm_bound_by_lag,
    live,
)
from tests import oracles

LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def sigma(a):
    return 1 / (1 + np.exp(-a))


def drawn(name, n=4, m=3, seed=0):
    """A cell with weights, a state and an input that are generic."""
    rng = np.random.default_rng(seed)
    cell = ef.cell(name)
    weights = {k: rng.normal(size=[{"n": n, "m": m}[s] for s in shape]) for k, shape in cell.shapes().items()}
    state = {s.name: rng.normal(size=n) for s in cell.definition.states}
    return cell, weights, state, rng.normal(size=m)


def lstm_step(W, order="ifog", slope=1.0, transposed=False, forget=True):
    """A user's own LSTM; each argument breaks it in one way."""
    at = dict(zip("ifog", order, strict=True))

    def net(k, h, x):
        k = at[k]
        recurrent = W[f"W_{k}"].T if transposed else W[f"W_{k}"]
        return recurrent @ h + W[f"U_{k}"] @ x + W[f"b_{k}"]

    def step(s, x):
        i, f, o = (sigma(slope * net(k, s["h"], x)) for k in "ifo")
        c = (f if forget else 1.0) * s["c"] + i * np.tanh(net("g", s["h"], x))
        return {"c": c, "h": o * np.tanh(c)}

    return step


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(testing.__path__, "errorflow.testing.")])
def test_the_examples_in_the_docstrings_are_right(module):
    assert not doctest.testmod(importlib.import_module(module), optionflags=LOOSE).failed
    assert not doctest.testmod(testing, optionflags=LOOSE).failed


def test_the_module_is_imported_on_demand_alone():
    code = "import sys, errorflow as ef; ef.lstm(); print(any(n.startswith('errorflow.testing') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    code = "import sys, errorflow.testing; print({'torch', 'jax', 'pytest'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


# The Jacobian ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rnn", "lstm", "lstm1997", "gru", "gru_reset_before"])
@pytest.mark.parametrize("method", ["auto", "complex", "central"])
def test_a_right_step_has_the_jacobian_of_its_cell(name, method):
    for seed in range(3):
        cell, weights, state, x = drawn(name, seed=seed)
        blocks = [s.name for s in cell.definition.states]

        def step(s, x, blocks=blocks, weights=weights):
            new = getattr(oracles, name)(oracles.NUMPY, weights, [s[b] for b in blocks], x)
            return dict(zip(blocks, new, strict=True))

        assert_jacobian_matches(step, name, weights, state, x, method=method)


WRONG_LSTMS = {
    "i and f are exchanged": ({"order": "fiog"}, "the weights of f and i exchanged"),
    "o and g are exchanged": ({"order": "ifgo"}, "the weights of g and o exchanged"),
    "W is transposed": ({"transposed": True}, "W_i, W_f, W_o, W_g transposed"),
    "the gates have another slope": ({"slope": 1.01}, "compare the slopes"),
    "there is no forget gate": ({"forget": False}, "compare the slopes"),
}


@pytest.mark.parametrize("fault", WRONG_LSTMS)
def test_a_wrong_lstm_is_refused_with_what_is_wrong(fault):
    options, cause = WRONG_LSTMS[fault]
    _, weights, state, x = drawn("lstm")
    for method in ("auto", "central"):
        with pytest.raises(AssertionError, match=r"was measured as .* and must be .*, to within") as failure:
            assert_jacobian_matches(lstm_step(weights, **options), "lstm", weights, state, x, method=method)
        assert cause in str(failure.value)


def test_the_tolerance_of_a_jacobian_is_a_hundred_roundings_and_not_more():
    _, weights, state, x = drawn("lstm")
    with pytest.raises(AssertionError) as failure:
        assert_jacobian_matches(lstm_step(weights, slope=1 + 1e-9), "lstm", weights, state, x)
    assert float(re.search(r"to within (\S+) ", str(failure.value))[1]) < 1e-11


def test_a_function_that_takes_real_parts_is_differentiated_by_differences():
    _, weights, state, x = drawn("rnn")

    def step(s, x):
        h = np.real(s["h"])  # the complex step sees nothing of this
        return {"h": np.tanh(weights["W"] @ h + weights["U"] @ x + weights["b"])}

    assert_jacobian_matches(step, "rnn", weights, state, x)
    with pytest.raises(AssertionError, match="complex step"):
        assert_jacobian_matches(step, "rnn", weights, state, x, method="complex")


def test_a_jacobian_that_was_computed_elsewhere_is_compared_as_it_is():
    cell, weights, state, x = drawn("gru")
    J = cell.step_jacobians(weights, x[None], state)[0]
    assert_jacobian_matches(J, "gru", weights, state, x)
    with pytest.raises(AssertionError, match="transposed Jacobian"):
        assert_jacobian_matches(J.T, "gru", weights, state, x)
    with pytest.raises(AssertionError, match=r"every entry is 0\.5 times"):
        assert_jacobian_matches(J / 2, "gru", weights, state, x)
    with pytest.raises(AssertionError, match="shape"):
        assert_jacobian_matches(J[:2], "gru", weights, state, x)
    with pytest.raises(AssertionError, match="measured as nan"):
        assert_jacobian_matches(J * np.nan, "gru", weights, state, x)


def test_a_users_own_cell_is_compared_with_its_own_definition():
    h, x, z = ef.names("h x z")
    cell = ef.Cell("own", inputs=[x], state={h: z * h + (1 - z) * ef.silu(ef.net("n", h, x))},
                   where={z: ef.logistic(ef.net("z", x))})  # fmt: skip
    rng = np.random.default_rng(1)
    W = cell.random_weights(rng, n=4, m=3)

    def step(h, x, slope=1.0):
        z, a = sigma(W["U_z"] @ x + W["b_z"]), W["W_n"] @ h + W["U_n"] @ x + W["b_n"]
        return z * h + (1 - z) * a * sigma(slope * a)

    state, x = rng.normal(size=4), rng.normal(size=3)
    assert_jacobian_matches(step, cell, W, state, x)
    with pytest.raises(AssertionError, match=r"every row is a multiple|compare the slopes"):
        assert_jacobian_matches(lambda h, x: step(h, x, 1.1), cell, W, state, x)


def _torch_modules(torch):
    torch.manual_seed(3)
    return [torch.nn.LSTM(3, 4), torch.nn.GRU(3, 4), torch.nn.RNN(3, 4), torch.nn.RNN(3, 4, nonlinearity="relu"),
            torch.nn.LSTMCell(3, 4), torch.nn.GRUCell(3, 4), torch.nn.GRU(3, 4).double()]  # fmt: skip


@pytest.mark.parametrize("k", range(7))
def test_a_live_module_of_torch_has_the_jacobian_of_its_cell_by_autograd_and_by_differences(k):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    module = _torch_modules(torch)[k]
    given = live(module)
    state = {name: torch.rand_like(block) - 0.5 for name, block in given.state.items()}
    for method in ("auto", "central"):
        assert_jacobian_matches(given.step, given.cell, given.weights, state, torch.rand(3), method=method)
    weights = {n: -w if n.startswith("W") else w for n, w in given.weights.items()}
    for method in ("auto", "central"):
        with pytest.raises(AssertionError, match="was measured as"):
            assert_jacobian_matches(given.step, given.cell, weights, state, torch.rand(3), method=method)


def test_a_state_that_is_detached_on_its_way_is_found_by_autograd():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    given = live(torch.nn.LSTM(3, 4))
    state = {name: torch.rand_like(block) for name, block in given.state.items()}

    def step(s, x):
        return given.step({"c": s["c"], "h": s["h"].detach()}, x)

    assert_jacobian_matches(step, given.cell, given.weights, state, torch.rand(3), truncated=True)
    with pytest.raises(AssertionError, match="fits the truncated derivative: the state is detached"):
        assert_jacobian_matches(step, given.cell, given.weights, state, torch.rand(3))
    with pytest.raises(AssertionError, match="fits the full derivative: nothing is detached"):
        assert_jacobian_matches(given.step, given.cell, given.weights, state, torch.rand(3), truncated=True)


def test_what_is_no_recurrent_module_is_a_type_error():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.RNN, LSTM or GRU"):
        live(torch.nn.Linear(2, 2))
    with pytest.raises(ValueError, match="one layer"):
        live(torch.nn.LSTM(2, 2, num_layers=2))


# The order of gates ---------------------------------------------------------------------------------------------------


def _packed(weights, order, columns=False):
    W, U, b = (np.concatenate([weights[f"{p}_{k}"] for k in order]) for p in "WUb")
    return (W.T, U.T, b) if columns else (W, U, b)


@pytest.mark.parametrize("order", ["ifgo", "ifog", "fiog", "gofi"])
@pytest.mark.parametrize("columns", [False, True])
def test_the_order_in_which_a_step_takes_its_gates_is_found(order, columns):
    _, weights, state, x = drawn("lstm")
    step, packed = lstm_step(weights), _packed(weights, order, columns)
    assert_gate_order(step, order, *packed, state, x)
    wrong = order[1] + order[0] + order[2:]
    with pytest.raises(AssertionError, match=f"are packed as {order} in blocks of .* and must be {wrong}: "):
        assert_gate_order(step, wrong, *packed, state, x)


def test_a_step_that_fits_no_order_is_refused_with_the_nearest():
    _, weights, state, x = drawn("lstm")
    with pytest.raises(AssertionError, match=r"no order of the gates gives the step of 'lstm', ifog was expected"):
        assert_gate_order(lstm_step(weights, slope=1.1), "ifog", *_packed(weights, "ifog"), state, x)


def test_a_state_at_which_orders_agree_is_refused():
    _, weights, state, x = drawn("lstm")
    alike = {n: weights[n[:2] + "i"] if n[2:] in ("f", "o") else w for n, w in weights.items()}
    with pytest.raises(ValueError, match="must tell the orders apart"):
        assert_gate_order(lstm_step(alike), "ifog", *_packed(alike, "ifog"), state, x)
    with pytest.raises(ValueError, match="must have the gates i, f, o, g"):
        assert_gate_order(lstm_step(weights), "ifo", *_packed(weights, "ifog"), state, x)


@pytest.mark.parametrize(("kind", "right", "wrong"), [("LSTM", "ifgo", "ifog"), ("GRU", "rzn", "zrn")])
def test_the_order_of_a_live_module_of_torch_is_found(kind, right, wrong):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.manual_seed(0)
    module = getattr(torch.nn, kind)(3, 4)
    given = live(module)
    state = {name: torch.rand_like(block) - 0.5 for name, block in given.state.items()}
    packed = (module.weight_hh_l0, module.weight_ih_l0, module.bias_ih_l0, state, torch.rand(3))
    assert_gate_order(given.step, right, *packed, cell=given.cell, recurrent_bias=module.bias_hh_l0)
    with pytest.raises(AssertionError, match=f"are packed as {right}"):
        assert_gate_order(given.step, wrong, *packed, cell=given.cell, recurrent_bias=module.bias_hh_l0)


# Norms by lag, and the carry ------------------------------------------------------------------------------------------


def test_the_norms_of_a_run_keep_their_bounds_and_break_those_of_another_lag_or_slope():
    rng = np.random.default_rng(2)
    W = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    J = np.repeat(0.5 * W[None], 300, axis=0)  # of norm exactly 2^-q at lag q, beyond what a product in float64 holds
    lags = np.arange(301.0)
    assert_norm_bound_by_lag(J, log2_upper=-lags, log2_lower=-lags)
    with pytest.raises(AssertionError, match=r"at lag 0 .*the bound of the lag before holds throughout"):
        assert_norm_bound_by_lag(J, log2_upper=-lags - 1)
    with pytest.raises(AssertionError, match=r"a factor of up to 2\^1\.0000 at each step"):
        assert_norm_bound_by_lag(J, log2_upper=-2 * lags)
    with pytest.raises(AssertionError, match=r"below its bound"):
        assert_norm_bound_by_lag(J, log2_lower=-0.99 * lags)


def test_norms_by_lag_neither_underflow_nor_allow_more_than_rounding():
    J = np.repeat(np.full((1, 2, 2), 2.0**-20), 400, axis=0)  # 2^-7600 at the end
    lags = np.arange(401.0)
    exact = np.where(lags > 0, -19 * lags, 0.0)
    assert_norm_bound_by_lag(J, log2_upper=exact, log2_lower=exact)
    with pytest.raises(AssertionError, match="above its bound"):
        assert_norm_bound_by_lag(J, log2_upper=exact - 1e-9)


def test_a_step_function_is_run_and_measured_against_the_bound_of_its_weights():
    from errorflow.bounds import log2_rnn_upper

    _, weights, state, _ = drawn("rnn")
    inputs = np.random.default_rng(5).normal(size=(12, 3))

    def step(s, x):
        return {"h": np.tanh(weights["W"] @ s["h"] + weights["U"] @ x)}

    assert_norm_bound_by_lag(step, state, inputs, log2_upper=lambda q: log2_rnn_upper(weights["W"], 1, q))
    with pytest.raises(AssertionError, match="at lag 1"):
        assert_norm_bound_by_lag(step, state, inputs, log2_upper=lambda q: log2_rnn_upper(weights["W"], 0.01, q))


def test_a_zero_flow_has_every_upper_bound_and_no_lower_one():
    J = np.zeros((3, 2, 2))
    assert_norm_bound_by_lag(J, log2_upper=[0, -np.inf, -np.inf, -np.inf])
    with pytest.raises(AssertionError, match="below its bound"):
        assert_norm_bound_by_lag(J, log2_lower=[0, -5, -10, -15])


def test_the_truncated_jacobians_of_1997_carry_the_identity_and_those_with_a_gate_or_a_leak_do_not():
    cell, weights, state, _ = drawn("lstm1997")
    inputs = np.random.default_rng(7).normal(size=(60, 3))
    J = cell.step_jacobians(weights, inputs, state, truncated=True)
    assert_identity_carry(J, state)
    with pytest.raises(AssertionError, match=r"at lag 2, .*units reach one another: the error leaves the carry"):
        assert_identity_carry(cell.step_jacobians(weights, inputs, state), state)
    gate, W, start, _ = drawn("lstm")
    with pytest.raises(AssertionError, match=r"at lag 1, .*the carry is multiplied by a gate"):
        assert_identity_carry(gate.step_jacobians(W, inputs, start, truncated=True), start)
    with pytest.raises(AssertionError, match=r"multiplied by 0\.99 at each step"):
        assert_identity_carry(0.99 * J, state)
    with pytest.raises(AssertionError, match="nothing comes back"):
        assert_identity_carry(0 * J, state)
    with pytest.raises(KeyError, match="block must be one of c, h"):
        assert_identity_carry(J, state, block="z")


def test_a_detach_that_is_forgotten_breaks_the_carousel_of_a_module_of_torch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.manual_seed(1)
    gates = torch.nn.Linear(4 + 3, 12)

    def step(s, x, cut=True):
        seen = torch.cat([s["h"].detach() if cut else s["h"], x])
        i, o, g = gates(seen).chunk(3)
        c = s["c"] + torch.sigmoid(i) * torch.tanh(g)
        return {"c": c, "h": torch.sigmoid(o) * torch.tanh(c)}

    state = {"c": torch.zeros(4), "h": torch.zeros(4)}
    inputs = torch.randn(30, 3)
    assert_identity_carry(step, state, inputs)
    with pytest.raises(AssertionError, match="which no detach stops"):
        assert_identity_carry(lambda s, x: step(s, x, cut=False), state, inputs)


# BPTT and RTRL --------------------------------------------------------------------------------------------------------

T = 5


def _trained():
    cell, weights, state, _ = drawn("lstm", n=2, m=2)
    rng = np.random.default_rng(11)
    inputs, errors = rng.normal(size=(T, 2)), rng.normal(size=(T, 2))
    gradient = cell.gradient(weights, inputs, errors, state=state)
    return weights, state, inputs, errors, gradient.weights


def lstm_of(W, s, x):
    return lstm_step(W)(s, x)


def test_a_right_gradient_is_that_of_rtrl_over_the_users_own_step():
    weights, state, inputs, errors, gradient = _trained()
    assert_bptt_equals_rtrl(gradient, lstm_of, weights, state, inputs, errors)


FAULTS = {
    "it is the transposed gradient": lambda g, again: g | {"W_f": g["W_f"].T},
    "times the other: a factor": lambda g, again: {n: 3.5 * a for n, a in g.items()},
    "its opposite: a sign": lambda g, again: {n: -a for n, a in g.items()},
    "a mean over steps": lambda g, again: {n: a / T for n, a in g.items()},
    "without the loss of the last step: lags are counted off by one": lambda g, again: again(last=0),
    "without the loss of the first step: lags are counted off by one": lambda g, again: again(first=0),
    "lag 0: the state is detached between steps": lambda g, again: again(lag=0),
    "compare lag by lag": lambda g, again: {n: a + 1e-6 * np.cos(np.arange(a.size)).reshape(a.shape)
                                            for n, a in g.items()},
}  # fmt: skip


@pytest.mark.parametrize("cause", FAULTS)
def test_a_wrong_gradient_is_refused_with_what_is_wrong(cause):
    weights, state, inputs, errors, gradient = _trained()

    def again(first=1, last=1, lag=None):
        other = errors.copy()
        other[0], other[-1] = first * other[0], last * other[-1]
        found = ef.lstm().gradient(weights, inputs, other, state=state, by_lag=True)
        return found.weights if lag is None else {n: a[lag] for n, a in found.by_lag.items()}

    with pytest.raises(AssertionError, match=r"by BPTT and .* by RTRL, which must agree to within") as failure:
        assert_bptt_equals_rtrl(
            FAULTS[cause](gradient, again), lstm_of, weights, state, inputs, errors, method="complex"
        )
    assert cause in str(failure.value)


def test_a_gradient_of_torch_is_compared_with_rtrl_and_a_forgotten_graph_is_found():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    torch.manual_seed(2)
    weights = {"W": torch.randn(4, 4).double() / 2, "U": torch.randn(4, 3).double()}
    inputs, errors = torch.randn(T, 3).double(), torch.randn(T, 4).double()

    def step(W, h, x):
        return torch.tanh(W["W"] @ h + W["U"] @ x)

    def bptt(cut):
        W = {n: w.clone().requires_grad_() for n, w in weights.items()}
        h, loss = torch.zeros(4).double(), 0.0
        for x, e in zip(inputs, errors, strict=True):
            h = step(W, h.detach() if cut else h, x)
            loss = loss + e @ h
        loss.backward()
        return {n: w.grad for n, w in W.items()}

    start = torch.zeros(4).double()
    assert_bptt_equals_rtrl(bptt(False), step, weights, start, inputs, errors)
    with pytest.raises(AssertionError, match="the state is detached between steps"):
        assert_bptt_equals_rtrl(bptt(True), step, weights, start, inputs, errors)


def test_two_gradients_of_ones_own_are_compared_with_the_rounding_of_their_steps():
    weights, state, inputs, errors, gradient = _trained()
    other = ef.lstm().gradient(weights, inputs, errors, state=state, algorithm="rtrl").weights
    assert_bptt_equals_rtrl(gradient, other, steps=T)
    with pytest.raises(AssertionError, match="by BPTT and"):
        assert_bptt_equals_rtrl(gradient, {n: a * (1 + 1e-9) for n, a in other.items()}, steps=T)
    with pytest.raises(TypeError, match="steps must be given"):
        assert_bptt_equals_rtrl(gradient, other)
    with pytest.raises(KeyError, match="gradients must be of the weights"):
        assert_bptt_equals_rtrl({"Q": np.zeros(2)}, other, steps=T)


# What the tolerances are ----------------------------------------------------------------------------------------------


def test_the_error_that_differences_claim_for_themselves_is_never_exceeded():
    from errorflow.testing.derivative import derivative

    rng = np.random.default_rng(4)
    for scale in (1e-3, 1.0, 5.0):
        A = scale * rng.normal(size=(3, 3))
        h = rng.normal(size=3)

        def f(s, A=A):
            return np.tanh(A @ s) * s

        exact = derivative(f, h, "complex").matrix
        found = derivative(f, h, "central")
        assert np.abs(found.matrix - exact).max() <= found.error
        assert found.error < 1e-3 * max(1.0, scale**3)  # h^2 times the third derivative, h = 2^(-53/3)


def test_gamma_is_the_model_of_rounding():
    from errorflow.testing.rounding import gamma, unit

    assert gamma(10, 2.0**-53) == pytest.approx(10 * 2.0**-53, rel=1e-12)  # the next term is 100 u^2
    assert math.isinf(gamma(2.0**53, 2.0**-53))
    assert unit([np.zeros(1, np.float32), np.zeros(1)]) == 2.0**-24


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_step_that_is_not_finite_passes_no_assertion(bad):
    _, weights, state, x = drawn("lstm")
    inputs = np.stack([x, x])
    with np.errstate(invalid="ignore"):
        step = lambda s, x: {name: value * bad for name, value in s.items()}  # noqa: E731
        with pytest.raises(AssertionError, match="not finite"):
            assert_jacobian_matches(step, "lstm", weights, state, x)
        with pytest.raises(AssertionError, match="step 0, counted from 0, is not finite"):
            assert_identity_carry(step, state, inputs)
        with pytest.raises(AssertionError, match="step 0, counted from 0, is not finite"):
            assert_norm_bound_by_lag(step, state, inputs, log2_upper=np.full(3, 1000.0))
        with pytest.raises(AssertionError, match="must be finite"):
            assert_bptt_equals_rtrl({"W": np.full((2, 2), bad)}, {"W": np.full((2, 2), bad)}, steps=2)
        with pytest.raises(AssertionError, match="must be finite"):
            assert_bptt_equals_rtrl({"W": np.zeros((2, 2))}, {"W": np.full((2, 2), bad)}, steps=2)


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        (np.full((3, 2), np.nan), "errors must be finite"),
        (np.zeros((2, 2)), "errors must have a row for each of the 3 steps"),
        (np.zeros((3, 4)), r"errors must have shape \(T, 2\)"),
    ],
)
def test_errors_that_tell_nothing_are_refused_before_a_gradient_is_compared(errors, says):
    weights = {"W": np.eye(2)}
    with pytest.raises(ValueError, match=says):
        assert_bptt_equals_rtrl(
            weights, lambda w, h, x: np.tanh(w["W"] @ h + x), weights, np.ones(2), np.ones((3, 2)), errors
        )


@pytest.mark.parametrize(("shift", "says"), [(1, "one step after its own"), (-1, "one step before its own")])
def test_errors_that_are_laid_beside_a_neighbouring_step_are_named(shift, says):
    rng = np.random.default_rng(7)
    W, h, inputs, errors = rng.normal(size=(2, 2)), rng.normal(size=2), rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    shifted = np.zeros_like(errors)
    shifted[max(shift, 0) : 4 + min(shift, 0)] = errors[max(-shift, 0) : 4 - max(shift, 0)]
    gradient, influence = np.zeros((2, 2)), np.zeros((2, 2, 2))
    for x, error in zip(inputs, shifted, strict=True):
        new = np.tanh(W @ h + x)
        influence = np.einsum("a,ab,bij->aij", 1 - new**2, W, influence) + np.einsum(
            "ai,j->aij", np.diag(1 - new**2), h
        )
        gradient, h = gradient + np.einsum("a,aij->ij", error, influence), new
    start = np.random.default_rng(7).normal(size=6)[4:]
    with pytest.raises(AssertionError, match=says):
        assert_bptt_equals_rtrl(
            {"W": gradient}, lambda w, h, x: np.tanh(w["W"] @ h + x), {"W": W}, start, inputs, errors
        )


def test_three_gates_in_a_ring_are_named():
    _, weights, state, x = drawn("lstm")
    with pytest.raises(AssertionError, match=r"in the place of .* in the place of .* in the place of"):
        assert_jacobian_matches(lstm_step(weights, order="foig"), "lstm", weights, state, x)


def test_a_state_given_in_the_order_of_torch_is_named():
    _, weights, state, x = drawn("lstm")
    named = lstm_step(weights)

    def step(pair, x):
        new = named({"h": pair[0], "c": pair[1]}, x)
        return new["h"], new["c"]

    with pytest.raises(AssertionError, match=r"given as \(h, c\), and the definition has \(c, h\)"):
        assert_jacobian_matches(step, "lstm", weights, (state["h"], state["c"]), x)

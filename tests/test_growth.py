"""Growth of error over scales of weights and inputs, and the pictures of what the newer figures draw."""

import numpy as np
import pytest

import errorflow as ef
from errorflow.claims import judge
from errorflow.diagnosis import GrowthMap, diagnose, growth_map
from errorflow.numeric.spectrum import singular_values
from errorflow.plots import gate_ranges, plot_gates, plot_ledger, plot_spectrum
from errorflow.plots.ledger import columns_for, entries_of

UNITS, STEPS = 5, 24


def network(rng, inputs=2):
    weights = ef.rnn().random_weights(rng, n=UNITS, m=inputs)
    return ef.rnn().definition, weights, rng.normal(size=(3, STEPS, inputs))


def test_a_linear_multiple_of_a_rotation_grows_by_its_scale_at_every_input():
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
    weights = {"W": 0.5 * turn, "U": np.ones((UNITS, 2)), "b": np.zeros(UNITS)}
    found = growth_map(
        ef.rnn("identity").definition, weights, rng.normal(size=(STEPS, 2)), rng, recurrent=[1, 4], driving=[0, 1, -7]
    )
    np.testing.assert_allclose(found.rate, [[-1] * 3, [1] * 3], atol=1e-12)
    np.testing.assert_allclose(found.border(), 2.5, atol=1e-12)


def test_the_rate_is_that_of_the_product_of_jacobians():
    rng = np.random.default_rng(1)
    definition, weights, inputs = network(rng)
    found = growth_map(definition, weights, inputs, np.random.default_rng(5), recurrent=[1.7], driving=[0.3], settle=6)
    direction = np.random.default_rng(5).normal(size=UNITS)
    rates = []
    for sequence in inputs:
        h, slopes = np.zeros(UNITS), []
        for x in 0.3 * sequence:
            h = np.tanh(1.7 * weights["W"] @ h + weights["U"] @ x + weights["b"])
            slopes.append(1 - h**2)
        error, lengths = direction, []
        for slope in slopes[::-1]:
            lengths.append(np.linalg.norm(error))
            error = 1.7 * weights["W"].T @ (slope * error)
        rates.append(np.log2(lengths[18] / lengths[6]) / 12)
    np.testing.assert_allclose(found.rate, [[np.mean(rates)]], rtol=1e-10)
    assert found.lags == (6, 18)


def test_matrices_that_meet_inputs_alone_are_not_scaled_unless_asked_for():
    rng = np.random.default_rng(2)
    cell = ef.lstm()
    weights = cell.random_weights(rng, n=UNITS, m=2)
    inputs = rng.normal(size=(STEPS, 2))
    by_hand = {k: 3 * v if k.startswith("W_") else v for k, v in weights.items()}

    def rate(given, factor, which=None):
        seeded = np.random.default_rng(0)
        return growth_map(cell.definition, given, inputs, seeded, recurrent=[factor], which=which).rate[0, 0]

    assert rate(weights, 3) == pytest.approx(rate(by_hand, 1), rel=1e-12)
    assert rate(weights, 3, ["U_f"]) != pytest.approx(rate(weights, 3), rel=1e-3)


def test_a_cell_without_inputs_has_one_rate_for_all_drives():
    (h,) = ef.names("h")
    halving = ef.Cell("halving", inputs=[], state={h: ef.net("", ef.diagonal("a", h), bias=False)})
    found = growth_map(
        halving.definition, {"a": [0.5, 0.25]}, 12, np.random.default_rng(0), recurrent=[1.0, 0.0], driving=[1.0, 2.0],
        state={"h": [1.0, 1.0]}, settle=0,
    )  # fmt: skip
    assert found.rate[0, 0] == found.rate[0, 1]
    assert -1.2 < found.rate[0, 0] <= -1.0
    assert np.isneginf(found.rate[1]).all()
    ascending = GrowthMap(found.recurrent[::-1], found.driving, found.rate[::-1], found.lags)
    assert np.isnan(ascending.border()).all()


WRONG = {
    "settle": ({"settle": 12}, ValueError, "settle must be an integer from 0 to less than half of T = 24, got 12"),
    "matrix": ({"which": ["V"]}, KeyError, "no weight called 'V'; there are U, W, b"),
    "row": ({"recurrent": [[1.0]]}, ValueError, "recurrent must be one row of factors"),
    "finite": ({"driving": [np.nan]}, ValueError, "driving"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_are_named(name):
    given, kind, said = WRONG[name]
    definition, weights, inputs = network(np.random.default_rng(0))
    with pytest.raises(kind, match=said):
        growth_map(definition, weights, inputs, np.random.default_rng(0), **{"recurrent": [1.0], **given})


def test_a_border_needs_scales_that_ascend():
    with pytest.raises(ValueError, match="ascend"):
        GrowthMap(np.array([2.0, 1.0]), np.ones(1), np.ones((2, 1)), (0, 1)).border()


def pictures():
    """name -> what writes the picture of something small."""
    rng = np.random.default_rng(3)
    definition, weights, inputs = network(rng)
    lstm = ef.lstm()
    run = lstm.run(lstm.random_weights(rng, n=UNITS, m=2), inputs)
    values = singular_values(run)
    judged = judge(["review.rtrl_cost", "folklore.radius_one", "folklore.peepholes"])
    bound = diagnose(_single_layer(rng), inputs).layers[0].bound
    grown = growth_map(definition, weights, inputs, rng, recurrent=[0.5, 1.0, 4.0], driving=[0.0, 1.0])
    return {
        "growth": grown.plot, "bound": bound.plot, "gates": lambda path: plot_gates(run, "f", path),
        "spectrum": lambda path: plot_spectrum(values, [1, 8, 24], path),
        "ledger": lambda path: plot_ledger(judged, path),
    }  # fmt: skip


def _single_layer(rng):
    shapes = {"weight_ih_l0": (4 * UNITS, 2), "weight_hh_l0": (4 * UNITS, UNITS)}
    shapes |= {"bias_ih_l0": (4 * UNITS,), "bias_hh_l0": (4 * UNITS,)}
    return ef.read_network({name: 0.3 * rng.normal(size=shape) for name, shape in shapes.items()})


def test_pictures_are_written_twice_in_the_same_bytes(tmp_path):
    for name, write in pictures().items():
        one, two = (write(tmp_path / f"{name}{k}.svg").read_bytes() for k in range(2))
        assert one == two, name
        assert b"<desc>" in one, name
        assert write(None)._repr_png_().startswith(b"\x89PNG"), name
        with pytest.raises(ValueError, match="must end in"):
            write(tmp_path / f"{name}.gif")


def test_a_gate_that_a_run_does_not_hold_is_refused_with_those_that_it_holds():
    _, weights, inputs = network(np.random.default_rng(0))
    with pytest.raises(KeyError, match="no vector called 'f' in this run; there are"):
        plot_gates(ef.rnn().run(weights, inputs), "f")


def test_ranges_of_gates_are_percentiles_in_order_of_the_medians():
    values = np.random.default_rng(0).random((40, 3, 7)) * np.arange(7, 0, -1)
    found = gate_ranges(values)
    assert found.shape == (3, 7)
    np.testing.assert_allclose(found[1], np.sort(np.median(values.reshape(-1, 7), axis=0)))
    np.testing.assert_allclose(found[0][::-1], np.percentile(values.reshape(-1, 7), 10, axis=0), rtol=0.5)


def test_lags_of_a_spectrum_must_exist():
    values = np.zeros((2, 4, 3))
    for lags in ([], [4], [-1], [0, 1, 2, 3, 0, 1]):
        with pytest.raises(ValueError, match="lags must be one to 5 lags from 0 to 3"):
            plot_spectrum(values, lags)


def test_a_ledger_needs_a_claim_and_keeps_themes_together():
    with pytest.raises(ValueError, match="at least one"):
        plot_ledger([])
    entries = entries_of(judge(["folklore.peepholes", "review.rtrl_cost", "folklore.chrono_initialisation"]))
    assert [e.theme for e in entries] == ["Gates", "Gates", "One review of the LSTM paper"]
    assert [e.name for e in entries][-1] == "RTRL cost"
    assert columns_for(6.75) > columns_for(3.25) >= 1

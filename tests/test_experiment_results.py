"""The committed results of the learning experiments are those of the budgets that they state."""

import json
import re
from dataclasses import asdict

import numpy as np
import pytest

from figures.experiments import run_long_lags, run_trained_lags
from figures.experiments.records import HERE, read
from figures.experiments.settings import ALGORITHMS, SEEDS, SETTINGS
from figures.experiments.side_by_side import BOUND, Budget, learn
from figures.experiments.tasks import TASKS


@pytest.mark.slow
def test_committed_long_lags_are_what_their_budgets_give():
    for run in read("long_lags")["runs"]:
        if run["network"] != "logistic" and run["delay"] <= 10:
            again = learn(Budget(**{k: run[k] for k in Budget.__dataclass_fields__}))
            # rounding differs between processors and grows over thousands of updates
            assert sum(r is not None for r in again) == pytest.approx(sum(r is not None for r in run["reached"]), abs=2)


def test_long_lags_hold_every_budget_that_was_searched():
    found = read("long_lags")
    expected = {
        (network, algorithm, optimiser, rate, delay)
        for network, (algorithm, optimisers) in run_long_lags.SEARCH.items()
        for optimiser, rates in optimisers.items()
        for rate in rates
        for delay in run_long_lags.DELAYS
    }
    held = [(r["network"], r["algorithm"], r["optimiser"], r["rate"], r["delay"]) for r in found["runs"]]
    assert len(held) == len(set(held))
    assert set(held) == expected
    assert str(BOUND) in found["criterion"]
    for run in found["runs"]:
        assert set(run) == {*Budget.__dataclass_fields__, "reached", "cpu_s", "wall_s"}
        budget = (run["trials"], run["presentations"], run["seed"])
        assert budget == (run_long_lags.TRIALS, run_long_lags.PRESENTATIONS, run_long_lags.SEED)
        assert len(run["reached"]) == run["trials"]
        assert all(r is None or (0 <= r <= run["presentations"] and r % 2 == 0) for r in run["reached"])
        assert 0 < run["cpu_s"] <= run["wall_s"] + 0.2


def test_the_longest_lag_has_the_budget_of_the_others():
    [run] = read("long_lags_1000")["runs"]
    [near] = [
        r
        for r in read("long_lags")["runs"]
        if (r["network"], r["optimiser"], r["delay"]) == ("memory_cell", "adam", 100)
    ]
    assert run_long_lags.LONG == {"memory_cell": ("lstm1997", {"adam": (0.01,)})}
    changed = {key for key in Budget.__dataclass_fields__ if run[key] != near[key]}
    assert changed == {"delay"}
    assert run["delay"] == 1000
    assert len(run["reached"]) == run["trials"]
    assert all(r is None or (0 <= r <= run["presentations"] and r % 2 == 0) for r in run["reached"])


@pytest.mark.parametrize("task", TASKS)
def test_learning_curves_hold_every_run_of_their_budget(task):
    found = read(f"curves_{task}")
    setting = SETTINGS[task]
    kept = {k: v for k, v in asdict(setting).items() if k not in ("algorithm", "options")}
    assert found["budget"] == json.loads(json.dumps(kept))
    assert found["criterion"]["bound"] == TASKS[task].bound
    held = sorted((r["algorithm"], r["seed"]) for r in found["runs"])
    assert held == sorted((a, s) for a in ALGORITHMS for s in SEEDS)
    last = setting.presentations // (setting.every * setting.batch)
    for run in found["runs"]:
        assert run["options"] == ALGORITHMS[run["algorithm"]]
        assert run["presentations"] == [k * setting.every * setting.batch for k in range(last + 1)]
        assert len(run["error"]) == len(run["correct"]) == last + 1
        assert all(0 <= share <= 1 and (share * 256) % 1 == 0 for share in run["correct"])
        assert all(0 <= error <= 1 for error in run["error"])
        assert run["reached"] is None or 0 < run["reached"] <= setting.presentations + setting.batch
        assert run["cpu_s"] > 0


def test_contributions_at_trained_weights_are_those_of_their_networks():
    found = {run["network"]: run for run in read("trained_lags")["runs"]}
    assert set(found) == set(run_trained_lags.NETWORKS)
    for run in found.values():
        assert set(run["algorithms"]) == set(run_trained_lags.ALGORITHMS)
        exact = run["algorithms"]["bptt"]
        assert (exact["distance"], exact["cosine_of_whole"]) == (0.0, 1.0)
        assert len(exact["norm"]) == len(run["truncated"]) == 64
        assert run["truncated"][-1] == 0.0


@pytest.mark.slow
def test_contributions_of_the_tanh_network_come_out_as_committed():
    [committed] = [run for run in read("trained_lags")["runs"] if run["network"] == "rnn"]
    again = run_trained_lags.measured("rnn")
    for name, row in again["algorithms"].items():
        for key, value in row.items():
            # what is far below the whole gradient is rounding
            assert value == pytest.approx(committed["algorithms"][name][key], rel=1e-6, abs=1e-9), (name, key)
    assert again["truncated"] == pytest.approx(committed["truncated"], rel=1e-6, abs=1e-12)


def test_what_is_compared_is_relative_to_the_whole():
    exact = np.array([[3.0, 0.0], [0.0, 4.0]])
    part = np.array([[3.0, 0.0], [0.0, 0.0]])
    found = run_trained_lags.compared(part, exact)
    assert found["norm"].tolist() == [0.6, 0.0]
    assert found["cosine"].tolist() == [1.0, 0.0]
    assert found["distance"] == pytest.approx(0.8)
    assert found["cosine_of_whole"] == pytest.approx(0.6)


def test_results_tell_their_versions_and_no_path():
    for path in HERE.glob("*.json"):
        text = path.read_text()
        assert {"python", "numpy", "errorflow"} == set(json.loads(text)["versions"])
        assert not re.search(r"NaN|Infinity|/home|/work|/tmp", text)

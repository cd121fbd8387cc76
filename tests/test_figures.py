"""Figures: they render, they say what their data say, twice in the same bytes, and a reader can read them."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from errorflow.plots.files import styled
from figures import FIGURES, digits, figure, names
from figures.render import FORMATS, GALLERY, WIDTHS, caption, drawn, laid_out, render
from figures.table import TOLERANCE, Table
from tests.figure_audit import alike, faults, shown_texts

ROOT = Path(__file__).parent.parent
_TABLES: dict[str, Table] = {}
_FOLDERS: dict[str, Path] = {}


def table(name):
    """The data of a figure, computed once for all tests."""
    if name not in _TABLES:
        _TABLES[name] = figure(name).data()
    return _TABLES[name]


@pytest.fixture
def rendered(name, tmp_path_factory):
    """The folder with the files of a figure, written once for all tests."""
    if name not in _FOLDERS:
        found = table(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(figure(name), "data", lambda: found)
            _FOLDERS[name] = tmp_path_factory.mktemp(name)
            render(name, _FOLDERS[name])
    return _FOLDERS[name]


every = pytest.mark.parametrize("name", names())


@every
def test_the_data_bear_out_what_the_figure_claims(name):
    figure(name).check(table(name))


# One curve of each claim, and what is done to it: the claim must then fail.
CORRUPTIONS = {
    "slopes": [("a", "logistic", lambda y: y * 1.01), ("a", "crossing", None), ("b", "tanh", lambda y: y + 1e-6)],
    "local_error": [
        ("a", "y=0.5 b=0", lambda y: y * 1.01),
        ("b", "y=0.5 b=-2", lambda y: y[::-1]),
        ("a", "peaks", lambda y: y * 1.001),
        ("a", "y=1 b=0 peak", lambda y: y * 0.999),
    ],
    "vanishing_exploding": [
        ("a", "s=0.5", lambda y: y + 1e-6 * np.arange(len(y))),
        ("a", "s=1.1 lower", lambda y: y + 40.0),
        ("a", "s=2 upper", lambda y: y + 1e-6),
        ("b", "tanh", lambda y: y + 1e-6),
        ("b", "linear", lambda y: np.where(np.isfinite(y), y, -1000.0)),
    ],
    "carousel": [
        ("a", "truncated largest", lambda y: y * (1 + 1e-15)),
        ("a", "full smallest", lambda y: y * 0.3),
        ("a", "full largest", lambda y: y * 5),
        ("a", "lower bound", lambda y: 0 * y),
        ("b", "b=5", lambda y: y[::-1]),
        ("b", "tanh network", lambda y: y * 1.2),
        ("b", "tanh network", lambda y: y * 0.5),
    ],
    "learning": [
        ("a", "rtrl", lambda y: y * (1 + 1e-9)),
        ("b", "rtrl", lambda y: y - 1),
        ("b", "bptt", lambda y: y + 1),
        ("c", "bptt", lambda y: y + 64),
        ("c", "rtrl", lambda y: y + 1),
        ("c", "bptt without inputs", lambda y: y * 0.99),
    ],
    "costs": [
        ("a", "rtrl counted", lambda y: y + 1),
        ("a", "bptt", lambda y: y + 1),
        ("a", "snap1", lambda y: 2 * y),
        ("b", "uoro counted", lambda y: y - 1),
        ("b", "lstm1997", lambda y: y + np.arange(len(y))),
        ("b", "rtrl break-even", lambda y: y + 96),
    ],
    "gradient_quality": [
        ("a", "gers2000", lambda y: y - 1e-9),
        ("a", "snap1", lambda y: 1 + 0 * y),
        ("b", "snap1", lambda y: 9 * y),
        ("b", "exact", lambda y: y * 1.001),
        ("c", "uoro", lambda y: y + 0.9),
        ("c", "uoro by variance", lambda y: y / 3),
        ("c", "gers2000", lambda y: 0 * y),
    ],
    "learning_curves": [
        ("b", "bptt", lambda y: y + 1),
        ("c", "tbptt most", lambda y: y + 0.9),
        ("b", "lstm1997 most", lambda y: 0 * y),
        ("d", "tbptt", lambda y: y + 1e-9),
        ("d", "snap1", lambda y: y[::-1]),
        ("d", "lstm1997", lambda y: y * (np.arange(len(y)) == 0)),
    ],
    "long_lags": [
        ("a", "memory_cell adam", lambda y: y - 1 / 18),
        ("a", "tanh adam", lambda y: y * 0 + 1),
        ("b", "memory_cell", lambda y: y + 10_000),
        ("c", "tanh largest", lambda y: y + 1e-9),
        ("c", "logistic bound", lambda y: 2 * y),
        ("c", "memory_cell", lambda y: y * 0.9 ** np.arange(len(y))),
    ],
    "digits": [
        ("a", "lstm", lambda y: y + 8),
        ("b", "hook on the outputs", lambda y: y + 1e-300),
        ("b", "product of blocks", lambda y: 0 * y),
        ("c", "carry", lambda y: 0 * y + 1),
        ("c", "g", lambda y: y - 0.5),
        ("d", "hn", lambda y: y - 0.5),
        ("d", "largest error of the sum of shares", lambda y: y + 1e-6),
        ("e", "both as one", lambda y: y - 2),
        ("e", "layer 0", lambda y: 2 * y),
        ("e", "least excess over a layer", lambda y: y - 1),
        ("f", "largest excess over the worst case", lambda y: y + 1),
        ("f", "error of the loss 90 %", lambda y: y - 9),
    ],
    "gradient_lags": [
        ("a", "snap1", lambda y: 1.01 * y),
        ("b", "gers2000", lambda y: y[0] + 0 * y),
        ("b", "bptt", lambda y: y * 0.8 ** np.arange(len(y))),
        ("c", "cosine snap1", lambda y: 2 * y),
        ("c", "cosine bptt", lambda y: 0.99 * y),
        ("d", "rnn", lambda y: y**4),
        ("d", "lstm", lambda y: y + 0.1),
    ],
    "singular_values": [
        ("a", "k=1", lambda y: y - 7),
        ("b", "k=4", lambda y: y + 9),
        ("b", "k=64", lambda y: 0 * np.nan_to_num(y)),
        ("a", "least excess of the norm over it", lambda y: y - 1e-6),
        ("a", "error of the mean where all values are known", lambda y: y + 1e-3),
        ("d", "rnn", lambda y: y + 0.1),
        ("d", "lstm", lambda y: 0.6 * y),
    ],
    "heat": [
        ("a", "lag 1", lambda y: y + 2),
        ("a", "lag 64", lambda y: y + 1),
        ("b", "lag 7", lambda y: y - 4),
        ("b", "lag 0", lambda y: y + 1e-9),
        ("a", "lag 12", np.nan_to_num),
        ("a", "bound by lag", lambda y: 1.01 * y),
    ],
    "laws": [
        ("a", "unit root", lambda y: y * 1.01),
        ("a", "attention", lambda y: y * 1.001),
        ("a", "neural ODE", lambda y: y * 1.1),
        ("a", "AR", lambda y: y[::-1]),
        ("a", "forget gate", lambda y: y**1.01),
        ("a", "TCN", lambda y: y + 1),
        ("b", "arma", lambda y: y[::-1]),
        ("b", "lstm", lambda y: y * 0 + 1),
    ],
    "radius": [
        ("a", "k=4", lambda y: y + 1),
        ("a", "k=4", lambda y: y * 0.5),
        ("a", "k=0", lambda y: y - 1e-3),
        ("a", "lower", lambda y: y - 0.1),
        ("b", "networks", lambda y: y - 3),
        ("c", "networks", lambda y: y + 1e-3),
        ("c", "networks", None),
    ],
    "phases": [
        ("a", "b=0", lambda y: y + 3),
        ("a", "b=1", lambda y: np.maximum(y, 0)),
        ("a", "slope -1 measured", lambda y: -y),
        ("b", "s=0", lambda y: y + 1),
        ("b", "bound", lambda y: y - 1.2),
        ("b", "border", None),
        ("c", "bound", lambda y: y - 2),
        ("c", "lstm", lambda y: y - 0.2),
        ("c", "rnn", lambda y: -np.abs(y)),
    ],
    "starting": [
        ("a", "orthogonal", lambda y: y - 1),
        ("a", "Gaussian", lambda y: y[::-1]),
        ("b", "identity", lambda y: y + 3),
        ("c", "orthogonal", lambda y: 2 * y),
        ("c", "Gaussian", np.nan_to_num),
        ("c", "LSTM 1", lambda y: y + 20),
        ("c", "LSTM 5", lambda y: y - 12),
    ],
    "lstm_bounds": [
        ("a", "norm", lambda y: y + 3),
        ("a", "upper", lambda y: 0.8 * y),
        ("a", "lower", lambda y: np.where(np.isfinite(y), y, -900.0)),
        ("b", "norm", lambda y: y + 9),
        ("b", "smallest", lambda y: 2 * y),
        ("c", "upper", lambda y: y[::-1]),
        ("c", "lower", lambda y: y[::-1]),
    ],
    "forget_gates": [
        ("a", "law", lambda y: y * 1.001),
        ("a", "digits", lambda y: y + 10),
        ("a", "upper", lambda y: 9 * y),
        ("b", "median", lambda y: y[::-1]),
        ("b", "90 %", lambda y: y - 0.2),
        ("c", "best unit", lambda y: 0.5 * y),
        ("c", "all paths", lambda y: y - 2),
    ],
    "ledger": [
        ("a", "verdict", lambda y: y - 1),
        ("a", "verdict", lambda y: y[::-1]),
        ("b", "wrong", lambda y: y + 1),
        ("b", "right", lambda y: y[::-1]),
        ("c", "for", lambda y: y * 0 - 60),
    ],
}


def test_every_figure_has_corruptions():
    assert set(CORRUPTIONS) == set(names())


@pytest.mark.parametrize(
    ("name", "panel", "curve", "change"),
    [(n, p, c, f) for n, changes in CORRUPTIONS.items() for p, c, f in changes],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_corrupted_data_contradict_the_figure(name, panel, curve, change):
    good = table(name)
    if change is None:
        x, y = good[panel, curve]
        bad = Table({**good.curves, (panel, curve): (x * 1.05, y)}, good.parameters, good.axes)
    else:
        bad = good.with_y(panel, curve, change(good.y(panel, curve)))
    with pytest.raises(AssertionError, match="contradict"):
        figure(name).check(bad)


@every
def test_drawing_twice_gives_the_same_bytes(rendered, name):
    second = drawn(figure(name), table(name), FORMATS)
    for kind in FORMATS:
        assert (rendered / f"{name}.{kind}").read_bytes() == second[kind], kind


@every
def test_five_files_are_written_and_none_is_empty(rendered, name):
    for suffix in (*FORMATS, "csv", "json"):
        assert (rendered / f"{name}.{suffix}").stat().st_size > 500


@every
def test_the_pdf_embeds_outlines_that_printers_accept(rendered, name):
    pdf = (rendered / f"{name}.pdf").read_bytes()
    assert b"/Type3" not in pdf
    assert b"/CIDFontType2" in pdf
    assert b"CreationDate" not in pdf


@every
def test_the_csv_holds_the_curves_that_are_drawn(rendered, name):
    text = (rendered / f"{name}.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["panel", "curve", "x", "y"]
    for (panel, curve), (x, y) in table(name).curves.items():
        mine = [(float(r["x"]), float(r["y"])) for r in rows if (r["panel"], r["curve"]) == (panel, curve)]
        # nine significant digits are written
        np.testing.assert_allclose(np.array(mine), np.stack([x, y], axis=1), rtol=5e-9)


@every
def test_the_json_tells_how_the_figure_was_made(rendered, name):
    told = json.loads((rendered / f"{name}.json").read_text())
    assert told["sha256_of_csv"] == hashlib.sha256((rendered / f"{name}.csv").read_bytes()).hexdigest()
    assert told["alt"] == figure(name).ALT
    assert told["caption"] == caption(figure(name))
    assert {"python", "errorflow", "numpy", "matplotlib"} <= set(told["versions"])
    assert told["tolerance_across_machines"] == TOLERANCE
    assert told["parameters"]
    assert not re.search(r"NaN|Infinity", (rendered / f"{name}.json").read_text())


@every
def test_a_reader_who_cannot_see_the_picture_is_told_what_it_shows(rendered, name):
    svg = (rendered / f"{name}.svg").read_text()
    assert "<desc>" in svg
    assert 'role="img"' in svg
    assert 120 < len(figure(name).ALT) < 420
    words = figure(name).ALT
    assert words.encode() in (rendered / f"{name}.png").read_bytes()
    assert _in_pdf(words) in (rendered / f"{name}.pdf").read_bytes().replace(b"\\\n", b"")


def _in_pdf(words):
    """As a PDF writes a string: brackets are escaped."""
    return re.sub(r"([()\\])", r"\\\1", words).encode("latin-1")


@every
def test_a_figure_can_be_read_and_its_axes_and_series_are_told_apart(name):
    with styled():
        fig = laid_out(figure(name), table(name))
        assert faults(fig) == []
        panels = [ax for ax in fig.axes if ax.axison]
        assert all(ax.get_ylabel() for ax in panels if not _shares_its_axis(ax))
        assert all(ax.get_xlabel() for ax in panels)
        assert not any(alike(ax) for ax in panels)
        # contrast with white of at least 3.9: of letters, which are thinner than lines
        assert all(1.05 / (_luminance(t.get_color()) + 0.05) > 3.9 for t in shown_texts(fig))


def _luminance(color):
    """Of the standard for legible web pages."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def _shares_its_axis(ax):
    """A small multiple to the right of another, without numbers, and a scale of colours: neither has ordinates."""
    return not any(t.get_text() for t in ax.get_yticklabels())


@every
def test_a_figure_has_the_width_of_a_column_or_of_a_page(name):
    assert figure(name).WIDTH in (3.25, 6.75)


@every
def test_theorems_that_a_figure_shows_exist(name):
    from errorflow import theorems

    assert set(figure(name).SHOWS) <= {t.name for t in theorems()}


@every
def test_data_are_computed_without_matplotlib(name):
    source = Path(figure(name).__file__).read_text()
    before_drawing = source.split("def draw(")[0]
    assert "import matplotlib" not in before_drawing


def test_listing_figures_imports_no_matplotlib():
    code = "import sys, figures; assert 'matplotlib' not in sys.modules; print(figures.names())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert str(names()) in done.stdout


@every
def test_the_gallery_holds_a_small_picture(name):
    from PIL import Image

    path = GALLERY / f"{name}.png"
    assert path.stat().st_size <= 60_000
    with Image.open(path) as picture:
        assert picture.size[0] == 900


def test_an_unknown_figure_is_refused_with_the_names_that_exist():
    with pytest.raises(KeyError, match="slopes"):
        figure("slope")


WRONG = {
    "nonsense": "NAME must be one of slopes",
    "slopes nonsense --list": "NAME must be one of",
    "--format gif": "--format must name some of pdf, svg, png, got 'gif'",
    "--format pdf,,png": "--format must name",
    "--format": "expected one argument",
    "--out pyproject.toml slopes": "--out must be a folder, got pyproject.toml",
    "--out pyproject.toml/below slopes --format png": "--out must be a folder",
    "--colour red": "unrecognized arguments: --colour",
}


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_arguments_end_in_one_line_and_status_two(arguments, capsys, monkeypatch):
    from figures.__main__ import main

    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as stop:
        sys.exit(main(arguments.split()))
    assert stop.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert WRONG[arguments] in told.err


def test_a_contradicted_figure_ends_in_status_one_and_writes_nothing(tmp_path, capsys, monkeypatch):
    from figures.__main__ import main

    bad = table("slopes").with_y("b", "tanh", table("slopes").y("b", "tanh") + 1e-6)
    monkeypatch.setattr(figure("slopes"), "data", lambda: bad)
    assert main(["slopes", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().err
    assert "contradict" in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_data_alone_are_written_without_a_picture(tmp_path, monkeypatch):
    from figures.__main__ import main

    found = table("slopes")
    monkeypatch.setattr(figure("slopes"), "data", lambda: found)
    assert main(["slopes", "--data", "--out", str(tmp_path)]) == 0
    assert {p.name for p in tmp_path.iterdir()} == {"slopes.csv", "slopes.json"}


def test_the_list_names_every_figure_in_words_and_as_json(capsys):
    from figures.__main__ import main

    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == names()
    assert main(["--list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["widths"] == WIDTHS
    listed = told["figures"]
    assert [f["name"] for f in listed] == names()
    assert all(f["caption"] and f["alt"] and f["theorems"] for f in listed)


def test_the_command_reports_what_it_wrote(tmp_path, capsys):
    from figures.__main__ import main

    assert main(["slopes", "--json", "--format", "svg", "--out", str(tmp_path)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {Path(p).name for p in report["figures"][0]["files"]} == {"slopes.svg", "slopes.csv", "slopes.json"}


def test_a_figure_is_drawn_for_the_column_of_a_venue_or_so_many_inches(tmp_path, monkeypatch):
    from figures.__main__ import main

    found = table("slopes")
    monkeypatch.setattr(figure("slopes"), "data", lambda: found)
    for width, points in (("icml-single", 234), ("4.2", 302.4)):
        assert main(["slopes", "--format", "pdf", "--width", width, "--out", str(tmp_path)]) == 0
        box = re.search(rb"/MediaBox \[ *0 0 ([\d.]+) ", (tmp_path / "slopes.pdf").read_bytes())
        assert float(box[1]) == pytest.approx(points)
        assert json.loads((tmp_path / "slopes.json").read_text())["width_inches"] == pytest.approx(points / 72)


def _torch_cell(torch, kind):
    """The stored weights in a torch cell of one step, float64, and the state it starts from."""
    from safetensors.numpy import load_file

    stored = load_file(digits.FOLDER / f"digits_{kind}.safetensors")
    made = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](1, 64).double()
    suffix = "_l0"
    weights = {k.removeprefix("rnn."): v for k, v in stored.items() if k.startswith("rnn.")}
    made.load_state_dict({k.removesuffix(suffix): torch.tensor(v).double() for k, v in weights.items()})
    return made


def _jacobians(torch, kind, sequence):
    """d state_T / d state_(T-q), q = 0..T, by autograd through the unrolled cell; c before h in the LSTM."""
    cell = _torch_cell(torch, kind)
    width = 128 if kind == "lstm" else 64
    states = [torch.zeros(1, width, dtype=torch.float64, requires_grad=True)]
    for x in torch.tensor(sequence).double():
        if kind == "lstm":
            h, c = cell(x[None], (states[-1][:, 64:], states[-1][:, :64]))
            states.append(torch.cat([c, h], dim=1))
        else:
            states.append(cell(x[None], states[-1]))
    unit = torch.eye(width, dtype=torch.float64)[:, None]
    back = torch.autograd.grad(states[-1], states[:-1], unit, is_grads_batched=True)
    return [unit[:, 0].numpy(), *(g[:, 0].numpy() for g in reversed(back))]


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_the_norms_of_the_trained_networks_are_those_of_autograd_at_every_lag(kind):
    torch = pytest.importorskip("torch", reason="autograd is the oracle")
    import errorflow as ef

    network = ef.read_network(digits.FOLDER / f"digits_{kind}.safetensors")
    sequence = np.load(digits.FOLDER / "digits_inputs.npy")[3]
    profile = network.cell().profile(network.weights, sequence, departures=False)
    flows = _jacobians(torch, kind, sequence)
    norms = np.log2([np.linalg.norm(flow, 2) for flow in flows])
    # 64 products of matrices whose norms are below 50: rounding stays far below 1e-9
    np.testing.assert_allclose(profile.log2_norm, norms, rtol=0, atol=1e-9)
    if kind == "lstm":
        outputs = np.log2([np.linalg.norm(flow[64:, 64:], 2) for flow in flows])
        np.testing.assert_allclose(profile.log2_norm_blocks["h", "h"], outputs, rtol=0, atol=1e-9)


def test_the_median_and_the_spread_are_those_of_the_profiles():
    import errorflow as ef

    network = ef.read_network(digits.FOLDER / "digits_rnn.safetensors")
    inputs = np.load(digits.FOLDER / "digits_inputs.npy")
    norms = network.cell().profile(network.weights, inputs, departures=False).log2_norm
    assert norms.shape == (32, 65)
    for which, percentile in ((" 10 %", 10), ("", 50), (" 90 %", 90)):
        drawn = table("digits").y("a", "rnn" + which)
        np.testing.assert_allclose(drawn, np.percentile(norms, percentile, axis=0), rtol=0, atol=1e-12)


def test_a_hook_on_the_output_of_the_fused_lstm_reads_zero_before_the_last_step():
    """The grey curve of panel b is these zeros; the flow that they hide is not zero."""
    torch = pytest.importorskip("torch", reason="the hook is PyTorch's")
    from safetensors.numpy import load_file

    stored = load_file(digits.FOLDER / "digits_lstm.safetensors")
    fused = torch.nn.LSTM(1, 64, batch_first=True)
    fused.load_state_dict({k.removeprefix("rnn."): torch.tensor(v) for k, v in stored.items() if k.startswith("rnn.")})
    outputs, _ = fused(torch.tensor(np.load(digits.FOLDER / "digits_inputs.npy")[:2]))
    outputs.retain_grad()
    outputs[:, -1].square().sum().backward()
    by_lag = outputs.grad.flip(1).norm(dim=2).numpy()
    drawn = table("digits").y("b", "hook on the outputs")[:64]
    np.testing.assert_array_equal(by_lag[:, 1:], np.broadcast_to(drawn[1:], (2, 63)))
    assert (by_lag[:, 0] > 0).all()
    assert (table("digits").y("b", "h to h") > -3).all()


def _elsewhere(out, names, *options, **accidents):
    """The bytes of all files of these figures, written by another process in another environment."""
    call = [sys.executable, "-m", "figures", *names, *options, "--out", str(out)]
    subprocess.run(call, cwd=ROOT, env={**os.environ, **accidents}, check=True)
    return {p.name: p.read_bytes() for p in out.iterdir()}


HERE = {"PYTHONHASHSEED": "1", "TZ": "UTC", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
THERE = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}


def test_files_do_not_depend_on_hash_seed_time_zone_or_threads(tmp_path):
    one, other = (_elsewhere(tmp_path / k, ["vanishing_exploding"], **env) for k, env in (("a", HERE), ("b", THERE)))
    assert len(one) == 5
    assert one == other


@pytest.mark.slow
def test_no_file_depends_on_hash_seed_time_zone_or_threads(tmp_path):
    one = _elsewhere(tmp_path / "a", names(), **HERE)
    assert len(one) == 5 * len(FIGURES)
    assert one == _elsewhere(tmp_path / "b", names(), **THERE)


@pytest.mark.slow
def test_data_of_another_processor_agree_to_the_tolerance_that_is_stated(tmp_path):
    """Other instructions round otherwise: the BLAS is told of an old processor, NumPy of one without wide registers."""
    here = _elsewhere(tmp_path / "a", names(), "--data", **HERE)
    old = {"OPENBLAS_CORETYPE": "Sandybridge", "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX"}
    there = _elsewhere(tmp_path / "b", names(), "--data", **{**HERE, **old})
    for name in names():
        one, other = (list(csv.DictReader(io.StringIO(f[f"{name}.csv"].decode()))) for f in (here, there))
        assert [(r["panel"], r["curve"]) for r in one] == [(r["panel"], r["curve"]) for r in other]
        x, y = (np.array([[float(r["x"]), float(r["y"])] for r in rows]) for rows in (one, other))
        np.testing.assert_allclose(x, y, rtol=TOLERANCE["relative"], atol=TOLERANCE["absolute"], err_msg=name)

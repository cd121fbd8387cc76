"""Figures: they render, they say what their data say, twice in the same bytes, and a reader can read them."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from errorflow.plots.style import RC
from figures import FIGURES, digits, figure, names
from figures.render import FORMATS, GALLERY, caption, drawn, render
from figures.table import Table

ROOT = Path(__file__).parent.parent
_TABLES: dict[str, Table] = {}


def table(name):
    """The data of a figure, computed once for all tests."""
    if name not in _TABLES:
        _TABLES[name] = figure(name).data()
    return _TABLES[name]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """All figures, written once."""
    out = tmp_path_factory.mktemp("figures")
    for module in FIGURES:
        table(module.NAME)
    with pytest.MonkeyPatch.context() as patch:
        for module in FIGURES:
            patch.setattr(module, "data", lambda name=module.NAME: _TABLES[name])
            render(module.NAME, out)
    return out


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
    ],
    "learning": [
        ("a", "rtrl", lambda y: y * (1 + 1e-9)),
        ("b", "rtrl", lambda y: y - 1),
        ("b", "bptt", lambda y: y + 1),
        ("c", "bptt", lambda y: y + 64),
        ("c", "rtrl", lambda y: y + 1),
    ],
    "digits": [
        ("a", "lstm", lambda y: y + 8),
        ("b", "hook on the outputs", lambda y: y + 1e-300),
        ("b", "product of blocks", lambda y: 0 * y),
        ("c", "carry", lambda y: 0 * y + 1),
        ("d", "largest error of the sum of shares", lambda y: y + 1e-6),
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
def test_drawing_twice_gives_the_same_bytes(name):
    module = figure(name)
    first, second = (drawn(module, table(name), FORMATS) for _ in range(2))
    for kind in FORMATS:
        assert hashlib.sha256(first[kind]).digest() == hashlib.sha256(second[kind]).digest(), kind


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
    assert told["parameters"]
    assert not re.search(r"NaN|Infinity", (rendered / f"{name}.json").read_text())


@every
def test_a_reader_who_cannot_see_the_picture_is_told_what_it_shows(rendered, name):
    svg = (rendered / f"{name}.svg").read_text()
    assert "<desc>" in svg
    assert 'role="img"' in svg
    assert 120 < len(figure(name).ALT) < 420


@every
def test_every_axis_is_labelled_and_no_letter_is_small(name):
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    module = figure(name)
    with mpl.rc_context(RC):
        fig = Figure(figsize=(module.WIDTH, module.HEIGHT))
        FigureCanvasAgg(fig).draw()
        module.draw(fig, table(name))
        fig.canvas.draw()
        assert all(ax.get_ylabel() for ax in fig.axes if not _shares_its_axis(fig, ax, "y"))
        shared = any("lag" in t.get_text() for t in fig.texts)
        assert shared or all(ax.get_xlabel() for ax in fig.axes)
        drawn_texts = [t for t in fig.findobj(Text) if t.get_text().strip() and t.get_visible()]
        assert min(t.get_fontsize() for t in drawn_texts) >= 8
        # nothing is cut off at the border of the picture
        width, height = fig.canvas.get_width_height()
        for text in drawn_texts:
            box = text.get_window_extent()
            inside = box.x0 > -0.5 and box.x1 < width + 0.5 and box.y0 > -0.5 and box.y1 < height + 0.5
            assert inside or not _shown(fig, text), f"{text.get_text()!r} is cut off"


def _shown(fig, text):
    """Tick labels outside the limits of their axis exist and are not drawn."""
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if text in (tick.label1 for tick in axis.get_major_ticks()):
                low, high = sorted(axis.get_view_interval())
                place = text.get_position()[0 if axis is ax.xaxis else 1]
                return low <= place <= high
    return True


def _shares_its_axis(fig, ax, which):
    """A small multiple to the right of another, without tick labels, reads its neighbour's axis."""
    return not any(t.get_text() for t in getattr(ax, f"get_{which}ticklabels")()) or bool(ax.get_title())


@every
def test_a_figure_has_the_width_of_a_column_or_of_a_page(name):
    assert figure(name).WIDTH in (3.25, 6.75)


@every
def test_series_are_told_apart_by_more_than_colour(name):
    import matplotlib as mpl
    from matplotlib.figure import Figure

    module = figure(name)
    with mpl.rc_context(RC):
        fig = Figure(figsize=(module.WIDTH, module.HEIGHT))
        module.draw(fig, table(name))
        for ax in fig.axes:
            labelled = {t.get_text() for t in ax.texts}
            looks = [(str(line.get_linestyle()), line.get_marker()) for line in ax.lines]
            assert len(looks) < 2 or len(set(looks)) > 1 or len(labelled) > 1


# Theorems that the paper names and whose proof is still to come; one that has come must leave this list.
PENDING = {
    "lstm1997.carousel",
    "lstm.factorisation",
    "forget_gate.half_life",
    "rtrl.equals_bptt",
    "bptt.cost",
    "rtrl.cost",
    "learning.memory_break_even",
}


@every
def test_theorems_that_a_figure_shows_exist(name):
    from errorflow import theorems

    known = {t.name for t in theorems()}
    assert set(figure(name).SHOWS) <= known | PENDING
    assert not known & PENDING


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


@pytest.mark.parametrize("arguments", [["nonsense"], ["--format", "gif"], ["--out", "README.md", "slopes"]])
def test_wrong_arguments_end_in_one_line_and_status_two(arguments, capsys, monkeypatch):
    from figures.__main__ import main

    monkeypatch.chdir(ROOT)
    if "README.md" in arguments and not Path("README.md").exists():
        arguments[arguments.index("README.md")] = "pyproject.toml"
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_command_reports_what_it_wrote(tmp_path, capsys):
    from figures.__main__ import main

    assert main(["slopes", "--json", "--format", "svg", "--out", str(tmp_path)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {Path(p).name for p in report["figures"][0]["files"]} == {"slopes.svg", "slopes.csv", "slopes.json"}


def test_a_hook_on_the_output_of_the_fused_lstm_reads_zero_before_the_last_step():
    torch = pytest.importorskip("torch")
    from safetensors.numpy import load_file

    stored = load_file(digits.FOLDER / "digits_lstm.safetensors")
    fused = torch.nn.LSTM(1, 64, batch_first=True)
    fused.load_state_dict({k.removeprefix("rnn."): torch.tensor(v) for k, v in stored.items() if k.startswith("rnn.")})
    outputs, _ = fused(torch.tensor(np.load(digits.FOLDER / "digits_inputs.npy")[:2]))
    outputs.retain_grad()
    outputs[:, -1].square().sum().backward()
    assert torch.count_nonzero(outputs.grad[:, :-1]) == 0
    assert torch.count_nonzero(outputs.grad[:, -1]) > 0

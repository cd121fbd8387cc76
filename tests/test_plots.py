"""Pictures of cells and profiles: what is drawn is what is defined, nothing hides anything, and bytes repeat."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from sympy import tanh

import errorflow as ef
from errorflow.definition import New
from errorflow.plots import cell_figure, draw_cell, draw_norms, plot_profile
from errorflow.plots.diagram import diagram
from errorflow.plots.layers import crossings, layered
from errorflow.plots.profile import median_share, percentiles
from tests.pairs import CELLS

BUILTIN = ("rnn", "lstm1997", "lstm", "gru", "gru_reset_before")
_FIGURES = {}


def many_gates() -> ef.Cell:
    """A cell of 18 vectors: three states, two inputs, gates that feed gates, a fraction, unnamed expressions."""
    c, h, s, x, v, i, f, o, g, u, k, a = ef.names("c h s x v i f o g u k a")
    where = {
        i: ef.logistic(ef.net("i", h, x, ef.diagonal("p_i", c))),
        f: ef.logistic(ef.net("f", h, x, v)),
        o: ef.logistic(ef.net("o", h, s, ef.dense("V_o", ef.new(c)))),
        g: tanh(ef.net("g", h * f, x)),
        k: ef.logistic(ef.net("k", i * f, v)),
        u: ef.relu(ef.net("u", a, g)),
        a: (1 + i**2) / (2 + k),
    }
    state = {c: f * c + i * g + k * s, h: o * tanh(ef.new(c)) + u, s: s * (1 - k) + k * ef.new(h)}
    return ef.Cell("many_gates", inputs=[x, v], state=state, where=where)


def two_matrices() -> ef.Cell:
    """Two edges between the same two vectors, and no input."""
    (h,) = ef.names("h")
    return ef.Cell("two", inputs=[], state={h: tanh(ef.net("", ef.dense("A", h), ef.dense("B", h)))})


def halving() -> ef.Cell:
    """The smallest cell: one edge, no affine map."""
    (h,) = ef.names("h")
    return ef.Cell("halving", inputs=[], state={h: h / 2})


ALL = {**CELLS, "many_gates": many_gates, "two": two_matrices, "halving": halving}
every = pytest.mark.parametrize("name", ALL)


def figure(name):
    """The drawn picture of a cell, once for all tests, with its renderer warm."""
    if name not in _FIGURES:
        fig = cell_figure(ALL[name]())
        fig.canvas.draw()
        _FIGURES[name] = fig
    return _FIGURES[name]


def drawn_edges(fig):
    """(kind, source, target) of every arrow in the picture, read off the picture."""
    found = [artist.get_gid() or "" for artist in fig.axes[0].patches]
    return sorted(tuple(gid.split()) for gid in found if gid.split()[:1] in (["carry"], ["cut"], ["plain"]))


def defined_edges(definition):
    """(source, target) of every edge, from the definition alone: who stands in whose right-hand side."""
    pairs = []
    for node in definition.nodes:
        if node.expression is None:
            pairs += [(term.source.name, node.symbol.name) for term in node.terms]
        else:
            pairs += [(s.name, node.symbol.name) for s in node.expression.free_symbols]
    return sorted(pairs)


@every
def test_the_edges_in_the_picture_are_the_edges_of_the_definition(name):
    shown = [(source, target) for _, source, target in drawn_edges(figure(name))]
    assert sorted(shown) == defined_edges(ALL[name]().definition)


@every
def test_every_vector_has_one_box(name):
    definition = ALL[name]().definition
    boxes = sorted(a.get_gid()[4:] for a in figure(name).axes[0].patches if (a.get_gid() or "").startswith("box "))
    vectors = [*definition.states, *definition.inputs, *(n.symbol for n in definition.nodes)]
    assert boxes == sorted(s.name for s in vectors)


@every
def test_every_arrow_has_its_label(name):
    fig = figure(name)
    labels = sorted(t.get_gid()[6:] for t in fig.axes[0].texts if (t.get_gid() or "").startswith("label "))
    assert labels == sorted(f"{source} {target}" for _, source, target in drawn_edges(fig))
    assert all(t.get_text() for t in fig.axes[0].texts)


# By hand, from the equations: the edges that an old state takes to a new one without passing a full matrix.
CARRIES = {
    "rnn": [],
    "rnn_pre": [],
    "lstm1997": ["c c_new", "c_new h_new"],
    "lstm": ["c c_new", "c_new h_new"],
    "gru": ["h h_new"],
    "gru_reset_before": ["h h_new"],
    "lstm_peephole": [
        "c c_new", "c net_f", "c net_i", "c_new h_new", "c_new net_o", "f c_new", "i c_new", "net_f f", "net_i i",
        "net_o o", "o h_new",
    ],
}  # fmt: skip
CUTS = {
    "rnn": ["h net"],
    "rnn_pre": ["_in__0 net"],
    "lstm1997": ["h net_g", "h net_i", "h net_o"],
    "lstm": ["h net_f", "h net_g", "h net_i", "h net_o"],
    "gru": ["h net_hn", "h net_r", "h net_z"],
    "gru_reset_before": ["_in_n_0 net_n", "h net_r", "h net_z"],
    "lstm_peephole": ["h net_f", "h net_g", "h net_i", "h net_o"],
}


@pytest.mark.parametrize("name", CARRIES)
def test_the_carry_is_bold_and_what_truncation_cuts_is_dashed(name):
    lines = {a.get_gid(): a for a in figure(name).axes[0].patches if a.get_gid()}
    bold = [gid.split(" ", 1)[1] for gid, a in lines.items() if a.get_linewidth() > 2 and not gid.startswith("box")]
    dashed = [gid.split(" ", 1)[1] for gid, a in lines.items() if a.get_linestyle() not in ("-", "solid")]
    assert sorted(edge for edge in bold if " " in edge) == CARRIES[name]
    assert sorted(edge for edge in dashed if " " in edge) == CUTS[name]


@pytest.mark.parametrize("name", CARRIES)
def test_dropping_the_dashed_edges_is_the_truncated_jacobian(name):
    """Counted on the picture: paths from old to new state without dashed edge are the words of the truncated blocks."""
    cell = ALL[name]()
    kept = [(s, t) for kind, s, t in drawn_edges(figure(name)) if kind != "cut"]

    def paths(source, target):
        return sum(1 if t == target else paths(t, target) for s, t in kept if s == source)

    blocks = cell.jacobian(truncated=True).blocks
    for new in cell.definition.states:
        for old in cell.definition.states:
            assert paths(old.name, New(new).name) == len(blocks[new.name, old.name])


@every
def test_old_states_stand_on_the_left_and_arrows_run_to_the_right(name):
    boxes = {a.get_gid()[4:]: a for a in figure(name).axes[0].patches if (a.get_gid() or "").startswith("box ")}
    for _, source, target in drawn_edges(figure(name)):
        assert boxes[source].get_x() + boxes[source].get_width() < boxes[target].get_x()
    left = min(b.get_x() + b.get_width() / 2 for b in boxes.values())
    for state in ALL[name]().definition.states:
        assert boxes[state.name].get_x() + boxes[state.name].get_width() / 2 == pytest.approx(left, abs=1e-6)


@every
def test_new_states_look_unlike_all_others(name):
    boxes = [a for a in figure(name).axes[0].patches if (a.get_gid() or "").startswith("box ")]
    new = [b for b in boxes if b.get_gid().endswith("_new")]
    looks = {(b.get_facecolor(), b.get_linewidth()) for b in new}
    assert len(looks) == 1
    assert not looks & {(b.get_facecolor(), b.get_linewidth()) for b in boxes if b not in new}


@every
def test_no_label_hides_another_or_a_box(name):
    fig = figure(name)
    texts = [t for t in fig.axes[0].texts if t.get_text()]
    extents = [(t.get_text(), t.get_window_extent()) for t in texts]
    for (one, a), (other, b) in combinations(extents, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        # half a point each way: bounding boxes of text reach beyond the ink
        assert min(across, along) < 0.5, f"{one} over {other}"
    boxes = [a for a in fig.axes[0].patches if (a.get_gid() or "").startswith("box ")]
    for label in (t for t in texts if (t.get_gid() or "").startswith("label ")):
        a = label.get_window_extent()
        for box in boxes:
            b = box.get_window_extent()
            assert min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)) < 0.5


@every
def test_every_label_stands_on_its_own_arrow(name):
    fig = figure(name)
    ax = fig.axes[0]
    arrows = {}
    for patch in ax.patches:
        kind, _, ends = (patch.get_gid() or "").partition(" ")
        if kind in ("carry", "cut", "plain"):
            points = patch.get_path().interpolated(40).vertices if len(patch.get_path()) == 2 else _curve(patch)
            arrows.setdefault(ends, []).append(points)
    for text in ax.texts:
        if (text.get_gid() or "").startswith("label "):
            near = [np.hypot(*(p - text.get_position()).T).min() for p in arrows[text.get_gid()[6:]]]
            assert min(near) < 3  # points: within the height of its letters


@pytest.mark.parametrize("name", CELLS)
def test_no_label_stands_on_the_arrow_of_another(name):
    ax = figure(name).axes[0]
    curves = {(k, p.get_gid().partition(" ")[2]): _curve(p) for k, p in enumerate(ax.patches)
              if (p.get_gid() or "").partition(" ")[0] in ("carry", "cut", "plain")}  # fmt: skip
    inverse = ax.transData.inverted()
    for text in (t for t in ax.texts if (t.get_gid() or "").startswith("label ") and t.get_text()):
        extent = text.get_window_extent()
        (x0, y0), (x1, y1) = inverse.transform([(extent.x0, extent.y0), (extent.x1, extent.y1)])
        for (_, ends), points in curves.items():
            if ends != text.get_gid()[6:]:
                inside = (points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0 + 1) & (points[:, 1] < y1 - 1)
                assert not inside.any(), f"{text.get_text()} on {ends}"


def _curve(patch):
    """Points along a path of cubic pieces."""
    t = np.linspace(0, 1, 200)[:, None]
    v = patch.get_path().vertices
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return np.concatenate([sum(w * v[i + j] for j, w in enumerate(weights)) for i in range(0, len(v) - 1, 3)])


@every
def test_nothing_is_cut_off_at_the_border_and_no_letter_is_small(name):
    fig = figure(name)
    width, height = fig.canvas.get_width_height()
    for text in fig.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 > 0
        assert box.y0 > 0
        assert box.x1 < width
        assert box.y1 < height
        assert text.get_fontsize() >= 8


@every
def test_all_formulas_are_set_as_mathematics(name):
    fig = figure(name)
    legend = {
        "old state",
        "input",
        "affine map",
        "elementwise",
        "new state",
        "carry",
        "cut by truncation",
        "other edge",
    }
    plain = [t.get_text() for t in fig.axes[0].texts if not re.fullmatch(r"\$.+\$", t.get_text())]
    assert set(plain) - legend <= {t for t in plain if t.startswith("on each arrow")}


def test_labels_are_the_local_derivatives():
    lstm = {(t.get_gid() or "")[6:]: t.get_text() for t in figure("lstm").axes[0].texts}
    assert lstm["c c_new"] == "$f_{t}$"
    assert lstm["f c_new"] == "$c_{t-1}$"
    assert lstm["net_f f"] == r"$f_{t} \odot (1 - f_{t})$"
    assert lstm["h net_f"] == "$W_{f}$"
    old = {(t.get_gid() or "")[6:]: t.get_text() for t in figure("lstm1997").axes[0].texts}
    assert old["c c_new"] == "$1$"


def test_the_legend_explains_what_occurs_and_only_that():
    said = {t.get_text() for t in figure("rnn").axes[0].texts}
    assert "cut by truncation" in said
    assert "carry" not in said
    assert "elementwise" not in said
    assert {"carry", "elementwise"} <= {t.get_text() for t in figure("lstm").axes[0].texts}


def test_latex_that_matplotlib_cannot_set_is_written_plainly(monkeypatch):
    from errorflow.calculus.latex import Notation

    monkeypatch.setattr(Notation, "matrix", lambda self, name: r"\nonsense{W}" if self.tex else name)
    fig = cell_figure(ef.rnn())
    assert "W" in {t.get_text() for t in fig.axes[0].texts}


def test_crossings_are_counted_with_their_weights():
    rows = [[0, 1], [2, 3]]
    assert crossings(rows, [(0, 3, 1), (1, 2, 4)]) == 4
    assert crossings(rows, [(0, 2, 1), (1, 3, 4)]) == 0
    assert crossings(rows, [(0, 3, 1), (0, 2, 1)]) == 0


def test_the_order_within_layers_has_the_fewest_crossings_of_all_orders():
    """Against every order there is, for graphs small enough."""
    from itertools import permutations, product

    rng = np.random.default_rng(4)
    for _ in range(12):
        arrows = [(int(a), int(b), 1) for a, b in product(range(4), range(4, 8)) if rng.random() < 0.5]
        arrows += [(0, 4, 1), (1, 5, 1), (2, 6, 1), (3, 7, 1)]
        graph = layered(8, sorted(set(arrows)))
        links = sorted(set(arrows))
        least = min(crossings([p, q], links) for p in permutations(range(4)) for q in permutations(range(4, 8)))
        assert crossings(graph.layers, links) <= least + 1  # barycentre and swaps are a heuristic


def test_layers_follow_the_longest_path():
    graph = layered(4, [(0, 1, 1), (1, 2, 1), (0, 2, 1), (0, 3, 1)], last=[3])
    assert [graph.rank[v] for v in range(4)] == [0, 1, 2, 2]
    assert [len(chain) for chain in graph.chains] == [2, 2, 3, 3]


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png", "PNG"])
def test_the_suffix_decides_the_format(tmp_path, suffix):
    path = draw_cell(ef.rnn(), tmp_path / f"rnn.{suffix}")
    start = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}[suffix.lower()]
    assert path == tmp_path / f"rnn.{suffix}"
    assert path.read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_definition_is_drawn_like_its_cell_and_a_string_is_a_path(tmp_path):
    one = draw_cell(ef.rnn(), str(tmp_path / "a.svg"))
    other = draw_cell(ef.rnn().definition, tmp_path / "b.svg")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["cell.gif", "cell", "cell.tex", ".pdf"])
def test_another_suffix_is_refused_with_those_that_work(tmp_path, name):
    with pytest.raises(ValueError, match=r"path must end in \.pdf, \.svg or \.png, got"):
        draw_cell(ef.rnn(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_cell_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"cell must be an errorflow\.Cell, got str"):
        draw_cell("lstm", tmp_path / "lstm.pdf")


def test_a_folder_that_does_not_exist_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.rnn\.pdf'$"):
        draw_cell(ef.rnn(), tmp_path / "nowhere" / "rnn.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = draw_cell(ef.rnn(), tmp_path / "rnn.png")
    before = path.read_bytes()

    def full(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        draw_cell(ef.lstm(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["rnn.png"]


def test_a_reader_who_cannot_see_the_picture_is_told_its_edges(tmp_path):
    svg = draw_cell(ef.lstm(), tmp_path / "lstm.svg").read_text()
    described = re.search(r"<desc>(.*?)</desc>", svg, re.S)[1]
    assert "c[t] reads f[t], g[t], i[t], c[t-1]" in described or "c[t] reads c[t-1], f[t], g[t], i[t]" in described
    assert "Truncation cuts 4 of 18 edges" in described


def test_bytes_do_not_depend_on_hash_seed_time_zone_or_settings(tmp_path):
    code = (
        "import sys, errorflow as ef; from errorflow.plots import draw_cell\n"
        "import matplotlib; matplotlib.rcParams['font.size'] = float(sys.argv[2])\n"
        "for k in ('pdf', 'svg', 'png'): draw_cell(ef.gru_reset_before(), sys.argv[1] + '.' + k)"
    )
    digests = []
    for run, (seed, zone, size) in enumerate((("1", "UTC", "10"), ("77", "Asia/Tokyo", "20"))):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / f"{run}"), size], env=env, check=True)
        files = [(tmp_path / f"{run}.{kind}").read_bytes() for kind in ("pdf", "svg", "png")]
        digests.append([hashlib.sha256(content).hexdigest() for content in files])
    assert digests[0] == digests[1]


def test_importing_plots_imports_no_matplotlib():
    code = "import sys, errorflow.plots; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw_cell(ef.rnn(), tmp_path / "rnn.png")
    assert dict(mpl.rcParams) == before


def some_profile(cell=None, batch=5, steps=12, **options):
    """The profile of random weights over a few sequences."""
    rng = np.random.default_rng(3)
    cell = cell or ef.lstm()
    inputs = rng.normal(size=(batch, steps, 2)) if batch else rng.normal(size=(steps, 2))
    return cell.profile(cell.random_weights(rng, n=4, m=2), inputs, **options)


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png"])
def test_a_profile_is_drawn_twice_in_the_same_bytes(tmp_path, suffix):
    profile = some_profile()
    one = plot_profile(profile, tmp_path / f"one.{suffix}", "an LSTM")
    other = plot_profile(profile, tmp_path / f"two.{suffix}", "an LSTM")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("options", "panels"),
    [
        ({}, 3),
        ({"departures": False}, 2),
        ({"cell": ef.rnn()}, 2),
        ({"cell": ef.rnn(), "departures": False}, 1),
        ({"batch": 0}, 3),
        ({"steps": 1}, 3),
    ],
)
def test_a_profile_has_a_panel_for_each_thing_it_holds(tmp_path, options, panels):
    svg = plot_profile(some_profile(**options), tmp_path / "profile.svg").read_text()
    assert len(re.findall(r'<g id="axes_\d+">', svg)) == panels


def test_the_drawn_curve_is_the_median_over_sequences():
    from errorflow.plots.files import new_figure, styled

    profile = some_profile(batch=5)
    with styled():
        ax = new_figure(3, 3).subplots()
        draw_norms(ax, profile.lags, {"": profile.log2_norm})
        drawn = ax.lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, np.sort(profile.log2_norm, axis=0)[2])  # the third of five


def test_percentiles_take_an_exact_zero_for_what_it_is():
    values = np.array([[0.0, -np.inf, -np.inf], [1.0, -np.inf, 2.0], [2.0, -np.inf, 3.0]])
    low, middle, high = percentiles(values)
    np.testing.assert_array_equal(middle, [1.0, -np.inf, 2.0])
    assert np.isneginf(low[2])
    assert high[2] == pytest.approx(2.8)  # 0.9 of the way from rank 0 to rank 2, between 2 and 3


def test_shares_of_a_flow_that_is_zero_are_not_drawn():
    middle = median_share(np.array([[1.0, np.nan, np.nan], [0.5, np.nan, 0.2]]))
    np.testing.assert_array_equal(middle, [0.75, np.nan, 0.2])


def test_a_flow_that_ends_in_zeros_says_from_which_lag(tmp_path):
    cell = ef.rnn("identity", form="pre")
    weights = {"W": np.array([[8.0, 8.0], [-8.0, -8.0]]), "U": np.eye(2), "b": np.zeros(2)}
    profile = cell.profile(weights, np.zeros((6, 2)))
    from errorflow.plots.files import new_figure, styled

    with styled():
        ax = new_figure(3, 3).subplots()
        draw_norms(ax, profile.lags, {"": profile.log2_norm})
    assert any("0 in float64 from $q = 2$" in t.get_text() for t in ax.texts)
    plot_profile(profile, tmp_path / "nilpotent.pdf")


def test_labels_at_the_ends_of_curves_do_not_overlap():
    from errorflow.plots.files import new_figure, styled

    lags = np.arange(9.0)
    with styled():
        fig = new_figure(4, 3)
        ax = fig.subplots()
        draw_norms(ax, lags, {name: -lags + 0.01 * k for k, name in enumerate("abcdef")})
        fig.canvas.draw()
        extents = sorted((t.get_window_extent() for t in ax.texts if t.get_text() in "abcdef"), key=lambda b: b.y0)
    assert len(extents) == 6
    assert all(below.y1 <= above.y0 + 2 for below, above in pairwise(extents))


def test_another_suffix_for_a_profile_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"path must end in \.pdf"):
        plot_profile(some_profile(), tmp_path / "profile.jpg")
    assert list(tmp_path.iterdir()) == []


def test_the_description_of_a_diagram_names_every_reader():
    said = diagram(ef.gru().definition).description()
    assert said.startswith("Graph of the cell gru:")
    assert said.count(" reads ") == len(ef.gru().definition.nodes)

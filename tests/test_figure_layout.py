"""Figures at the widths of venues: letters can be read, nothing is cut off or lies over another, fonts are whole."""

import sys

import numpy as np
import pytest

from errorflow.plots import style
from errorflow.plots.files import new_figure, picture, styled
from figures import figure, names
from figures.layout import Page, TooNarrow
from figures.naming import Name, place, texts
from figures.render import FORMATS, WIDTHS, drawn, laid_out
from figures.table import Table
from tests.figure_audit import alike, faults

X = np.linspace(0, 1, 101)


def empty(width=3.25):
    return Page(new_figure(width, 1.0))


def boxes(page, words):
    """The boxes of the texts that read so, in pixels."""
    renderer = page.fig.canvas.get_renderer()
    return [t.get_window_extent(renderer).extents for ax in page.fig.axes for t in ax.texts if t.get_text() == words]


@pytest.mark.parametrize("name", ["slopes", "learning_curves", "long_lags"])
def test_a_figure_is_read_in_one_narrow_column(name):
    module = figure(name)
    with styled(3.25):
        fig = laid_out(module, module.data(), 3.25)
        assert fig.get_figwidth() == 3.25
        assert faults(fig) == []
        assert not any(alike(ax) for ax in fig.axes)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_figure_is_read_at_every_width(name):
    module = figure(name)
    table = module.data()
    for venue, width in WIDTHS.items():
        with styled(width):
            fig = laid_out(module, table, width)
            assert (venue, fig.get_figwidth(), faults(fig)) == (venue, width, [])
            assert not any(alike(ax) for ax in fig.axes)
            pdf = picture(fig, "pdf", name, module.ALT)
        assert b"/Type3" not in pdf
        assert b"/CIDFontType2" in pdf
        assert f"/MediaBox [ 0 0 {72 * width:g} ".encode() in pdf


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_narrow_figure_is_drawn_in_the_same_bytes(name):
    module = figure(name)
    table = module.data()
    first, second = (drawn(module, table, FORMATS, width=3.5) for _ in range(2))
    assert first == second


def test_the_audit_sees_what_is_cut_off_small_over_another_or_alike():
    with styled():
        page = empty()
        (ax,) = page.panels(1, 1.0)
        ax.plot(X, X, color=style.RED)
        ax.plot(X, X**2, color=style.BLUE)
        page.settle()
        assert faults(page.fig) == []
        assert len(alike(ax)) == 1
        page.fig.text(0.9, 0.5, "far too long for it")
        page.fig.text(0.5, 0.5, "tiny", fontsize=5)
        ax.text(0.5, 0.5, "one")
        ax.text(0.5, 0.5, "other")
        found = " ".join(faults(page.fig))
        assert "leaves the figure" in found
        assert "'tiny' has 5 points" in found
        assert "'one' and 'other' overlap" in found


def test_panels_stand_side_by_side_where_there_is_room_and_else_one_above_the_other():
    for width, columns in ((6.75, 3), (5.5, 2), (3.25, 1)):
        with styled(width):
            page = empty(width)
            axes = page.panels(3, 1.0, least=2.2)
            for ax in axes:
                ax.set(xlabel="x", ylabel="a long name of an ordinate")
            page.settle()
            lefts = {round(ax.get_position().x0, 6) for ax in axes}
            assert len(lefts) == columns
            height = page.fig.get_figheight()
            assert all(ax.get_position().height * height == pytest.approx(1.0) for ax in axes)


def test_borders_of_rows_line_up_whatever_their_labels():
    with styled():
        page = empty(6.75)
        a, b, c, d = page.panels(4, 1.0, least=3)
        a.set_ylabel("one\ntwo\nthree")
        d.set_yticks([0], ["a very long tick"])
        page.settle()
    assert a.get_position().x0 == c.get_position().x0
    assert b.get_position().x0 == d.get_position().x0
    assert b.get_position().x1 == d.get_position().x1


def test_panels_that_share_their_abscissae_keep_them_at_the_foot_alone():
    for width, alone in ((3.25, True), (6.75, False)):
        with styled(width):
            page = empty(width)
            axes = page.panels(2, 1.0, least=2.2)
            for ax in axes:
                ax.set_xlabel("lag")
            page.share_x(axes)
            page.settle()
            assert [ax.get_xlabel() for ax in axes] == (["", "lag"] if alone else ["lag", "lag"])


def test_a_long_heading_is_broken_outside_its_formulas():
    with styled(3.25):
        page = empty()
        (ax,) = page.panels(1, 1.0)
        page.heading(ax, "a", "a heading of many words that goes on and on about $a + b + c = d$ and still on")
        page.settle()
        _, words = ax.texts
        lines = words.get_text().split("\n")
        assert len(lines) > 1
        assert all(line.count("$") % 2 == 0 for line in lines)
        assert faults(page.fig) == []


@pytest.mark.parametrize("width", [2.9, 1.0])
def test_a_page_too_narrow_for_letters_is_refused(width):
    with pytest.raises(TooNarrow, match="width must be at least 3 inches"):
        empty(width)


def test_panels_too_narrow_to_show_anything_are_refused():
    with styled(3.25):
        page = empty()
        for ax in page.rows([[1] * 9], [1.0]):
            ax.set_ylabel("y")
        with pytest.raises(TooNarrow, match="half an inch"):
            page.settle()


def test_a_name_hides_no_curve_and_stands_by_its_own():
    with styled(3.25):
        page = empty()
        (ax,) = page.panels(1, 1.5)
        curves = {"low": 0.2 + 0.1 * X, "middle": 0.5 + 0 * X, "steep": np.minimum(40 * X, 5)}
        for color, (name, y) in zip((style.RED, style.BLUE, style.VIOLET), curves.items(), strict=True):
            ax.plot(X, y, color=color)
            page.name(ax, X, y, name, color)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        page.settle()
        inside = {}
        for name in curves:
            ((x0, y0, x1, y1),) = boxes(page, name)
            for other, y in curves.items():
                px, py = ax.transData.transform(
                    np.stack([np.linspace(0, 1, 4001), np.interp(np.linspace(0, 1, 4001), X, y)], axis=1)
                ).T
                hidden = (px > x0) & (px < x1) & (py > y0) & (py < y1)
                away = np.hypot(
                    np.maximum(np.maximum(x0 - px, px - x1), 0), np.maximum(np.maximum(y0 - py, py - y1), 0)
                )
                inside[name, other] = hidden.any(), away.min()
        assert not any(hidden for hidden, _ in inside.values())
        for name in curves:
            assert min(curves, key=lambda other: inside[name, other][1]) == name


def test_names_at_the_ends_of_curves_keep_their_order_and_do_not_overlap():
    with styled(3.25):
        page = empty()
        (ax,) = page.panels(1, 1.2)
        heights = {"one": 0.5, "two": 0.52, "three": 0.51, "four": 0.05, "five": 0.0}
        for name, y in heights.items():
            ax.plot(X, 0 * X + y, color=style.RED)
            page.name(ax, X, 0 * X + y, name, style.RED, side="end")
        ax.set(xlim=(0, 1), ylim=(0, 1))
        page.settle()
        assert faults(page.fig) == []
        centres = {name: (boxes(page, name)[0][1] + boxes(page, name)[0][3]) / 2 for name in heights}
        assert sorted(centres, key=centres.get) == sorted(heights, key=heights.get)
        assert all(boxes(page, name)[0][0] > ax.bbox.x1 for name in heights)


def test_a_note_moves_to_where_nothing_is_drawn():
    with styled(3.25):
        page = empty()
        (ax,) = page.panels(1, 1.2)
        ax.plot(X, 0.9 + 0.08 * np.sin(60 * X), color=style.RED)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        page.note(ax, "a note", (0.5, 0.9))
        page.settle()
        (box,) = boxes(page, "a note")
        assert box[3] < ax.transData.transform((0, 0.82))[1]


def test_a_key_is_set_in_lines_that_fit():
    with styled(3.25):
        page = empty()
        page.panels(1, 1.0)
        page.key({f"name number {k}": {"color": style.RED, "ls": style.DASHED} for k in range(7)})
        page.settle()
        assert faults(page.fig) == []
        lines = {round(t.get_position()[1], 6) for t in page.fig.texts}
        assert len(lines) > 2
        assert len(page.fig.texts) == 7


def test_a_curve_that_is_not_seen_is_named_all_the_same():
    with styled(3.25):
        fig = new_figure(3.25, 2.0)
        ax = fig.add_axes((0.2, 0.2, 0.7, 0.7))
        ax.set(xlim=(0, 1), ylim=(0, 1))
        nowhere = np.full(3, np.nan)
        place(fig, [Name(ax, X[:3], nowhere, "nan", style.RED), Name(ax, X, 5 + X, "above", style.RED)])
        assert np.isfinite(texts(fig, fig.canvas.get_renderer())).all()


def test_what_is_drawn_and_told_has_the_digits_that_are_written():
    x, curve = np.array([1 / 3, np.nan]), np.array([1e-300 / 3, -np.inf])
    table = Table({("a", "b"): (x, curve)}, {"deep": [{"p": 2 / 3}], "n": 12345678901, "yes": True}, {"a": ("x", "y")})
    near = table.rounded()
    np.testing.assert_array_equal(near.x("a", "b"), [0.333333333, np.nan])
    np.testing.assert_array_equal(near.y("a", "b"), [3.33333333e-301, -np.inf])
    assert near.parameters == {"deep": [{"p": 0.666666667}], "n": 12345678901, "yes": True}
    assert near.csv() == table.csv()


WIDE = {
    "slopes --width nature": "--width must be one of neurips (5.5), icml-single (3.25)",
    "slopes --width 2": "or from 3 to 12 inches, got '2'",
    "slopes --width nan": "got 'nan'",
    "slopes --width -1": "--width must be one of",
    "slopes --width 1e9": "to 12 inches",
    "slopes --list --width 0": "got '0'",
}


@pytest.mark.parametrize("arguments", WIDE)
def test_a_width_that_cannot_be_read_ends_in_one_line_and_status_two(arguments, capsys):
    from figures.__main__ import main

    with pytest.raises(SystemExit) as stop:
        sys.exit(main(arguments.split()))
    assert stop.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert WIDE[arguments] in told.err


def test_a_panel_without_room_is_an_error_of_one_line_and_leaves_no_file(tmp_path, capsys, monkeypatch):
    from figures.__main__ import main

    def draw(fig, table):
        Page(fig).rows([[1] * 40], [1.0])
        raise TooNarrow("width must leave half an inch for each panel, got 3.25 inches")

    monkeypatch.setattr(figure("slopes"), "draw", draw)
    assert main(["slopes", "--width", "icml-single", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "python -m figures: slopes: width must leave half an inch for each panel, got 3.25 inches\n"
    )
    assert not (tmp_path / "out").exists()


def test_the_figure_of_the_readme_can_be_drawn_at_every_width():
    from types import ModuleType

    from figures.render import GALLERY

    text = (GALLERY.parent / "README.md").read_text(encoding="utf-8")
    module = ModuleType("decay", text.split('```python\n"""')[1].split('"""')[0])
    exec(text.split("```python\n")[1].split("```")[0], module.__dict__)
    table = module.data()
    module.check(table)
    for width in WIDTHS.values():
        with styled(width):
            assert faults(laid_out(module, table, width)) == []
    assert all(f"`{name}` | {inches}" in text for name, inches in WIDTHS.items())


def test_the_example_of_a_page_runs():
    import doctest

    from figures import layout

    done = doctest.testmod(layout)
    assert done.attempted > 4
    assert done.failed == 0

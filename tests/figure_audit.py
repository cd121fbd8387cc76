"""What is wrong with the look of a drawn figure, told by a machine: letters cut off, small, or over one another."""

from itertools import combinations

from matplotlib.text import Text

SMALLEST = 6.0  # points, as printed
TALLEST = 8.6  # inches: what a page of the narrowest venue leaves beside a caption
CUT, OVER = 0.3, 0.8  # points: boxes of letters reach a little beyond their ink


def faults(fig):
    """Sentences, none if nothing is wrong. The figure is drawn first, with the settings that hold now."""
    fig.canvas.draw()
    renderer, point = fig.canvas.get_renderer(), fig.dpi / 72
    texts = shown_texts(fig)
    boxes = [(t, t.get_window_extent(renderer)) for t in texts]
    found = [f"{t.get_text()!r} has {t.get_fontsize():g} points" for t in texts if t.get_fontsize() < SMALLEST]
    for text, box in boxes:
        beyond = max(-box.x0, -box.y0, box.x1 - fig.bbox.width, box.y1 - fig.bbox.height) / point
        if beyond > CUT:
            found.append(f"{text.get_text()!r} leaves the figure by {beyond:.1f} points")
    for (one, a), (other, b) in combinations(boxes, 2):
        shared = min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)) / point
        if shared > OVER:
            found.append(f"{one.get_text()!r} and {other.get_text()!r} overlap by {shared:.1f} points")
    if fig.get_figheight() > TALLEST:
        found.append(f"{fig.get_figheight():g} inches are too tall")
    return found


def shown_texts(fig):
    """All letters that are seen: not the empty ones, nor those of ticks beyond the limits."""
    hidden = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-9 * (high - low)
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not (ax.axison and low - room <= tick.get_loc() <= high + room):
                    hidden |= {tick.label1, tick.label2}
            if not ax.axison:
                hidden |= {axis.label, axis.offsetText}
    return [t for t in fig.findobj(Text) if t.get_text().strip() and t.get_visible() and t not in hidden]


def series(ax):
    """The lines of a panel that stand for something: not the thin grey ones that only guide the eye."""
    return [line for line in ax.lines if line.get_linewidth() >= 0.75 or line.get_linestyle() in ("None", "")]


def alike(ax):
    """Pairs of lines of other colours that nothing but colour tells apart: same stroke, same marker, no name each."""
    from matplotlib.colors import to_hex

    from errorflow.plots import style

    written = {to_hex(t.get_color()) for t in ax.texts}

    def color(line):
        return to_hex(line.get_color() if line.get_linestyle() not in ("None", "") else line.get_markeredgecolor())

    def look(line):
        face = to_hex(line.get_markerfacecolor()) == "#ffffff" if line.get_marker() not in ("None", "") else None
        mark = line.get_marker(), line.get_fillstyle(), face, line.get_markersize()
        return str(line._unscaled_dash_pattern), line.get_linewidth(), *mark

    def named(line):
        return {color(line), style.readable(color(line))} & written

    pairs = combinations(series(ax), 2)
    return [(a, b) for a, b in pairs if color(a) != color(b) and look(a) == look(b) and not (named(a) and named(b))]

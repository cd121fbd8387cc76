"""Drawing: the graph of a cell, the error flow of a network. Matplotlib is imported when something is drawn.

What is drawn is taken as it comes: this room stands below those that measure, so that what they find can draw itself.
"""

from errorflow.plots.cell import cell_figure, draw_cell
from errorflow.plots.diagnosis import draw_heat, plot_checkpoints, plot_diagnosis, plot_heat
from errorflow.plots.profile import draw_norms, draw_shares, plot_profile

__all__ = [
    "cell_figure",
    "draw_cell",
    "draw_heat",
    "draw_norms",
    "draw_shares",
    "plot_checkpoints",
    "plot_diagnosis",
    "plot_heat",
    "plot_profile",
]

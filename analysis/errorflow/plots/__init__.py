"""Drawing: the graph of a cell, the error flow of a network. Matplotlib is imported when something is drawn.

What is drawn is taken as it comes: this room stands below those that measure, so that what they find can draw itself.
"""

from errorflow.plots.bounds import draw_bound, plot_bound
from errorflow.plots.cell import cell_figure, draw_cell
from errorflow.plots.diagnosis import draw_heat, plot_checkpoints, plot_diagnosis, plot_heat
from errorflow.plots.gates import draw_gates, gate_ranges, plot_gates
from errorflow.plots.growth import draw_growth, plot_growth
from errorflow.plots.ledger import draw_ledger, plot_ledger
from errorflow.plots.profile import draw_norms, draw_shares, plot_profile
from errorflow.plots.spectrum import draw_spectrum, plot_spectrum

__all__ = [
    "cell_figure",
    "draw_bound",
    "draw_cell",
    "draw_gates",
    "draw_growth",
    "draw_heat",
    "draw_ledger",
    "draw_norms",
    "draw_shares",
    "draw_spectrum",
    "gate_ranges",
    "plot_bound",
    "plot_checkpoints",
    "plot_diagnosis",
    "plot_gates",
    "plot_growth",
    "plot_heat",
    "plot_ledger",
    "plot_profile",
    "plot_spectrum",
]

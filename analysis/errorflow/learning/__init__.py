"""Learning algorithms for any cell: one gradient, contributions by lag, and exact counts of what each of them takes."""

from errorflow.learning.algorithm import Algorithm, Result, Settings
from errorflow.learning.cost import Cost
from errorflow.learning.gradient import Gradient, gradient
from errorflow.learning.quality import Quality, gradient_quality
from errorflow.learning.readout import Head, readout_loss
from errorflow.learning.table import ALGORITHMS, costs, undefined

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "Cost",
    "Gradient",
    "Head",
    "Quality",
    "Result",
    "Settings",
    "costs",
    "gradient",
    "gradient_quality",
    "readout_loss",
    "undefined",
]

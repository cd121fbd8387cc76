"""BPTT and RTRL of any cell: one gradient, contributions by lag, and exact counts of what it takes."""

from errorflow.learning.cost import Cost, costs
from errorflow.learning.gradient import Gradient, gradient

__all__ = ["Cost", "Gradient", "costs", "gradient"]

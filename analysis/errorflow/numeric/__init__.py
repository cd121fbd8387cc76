"""Numbers from a cell definition: the forward pass, one-step Jacobians, and products of them over many steps."""

from errorflow.numeric.forward import Trajectory, run
from errorflow.numeric.profile import Profile, profile

__all__ = ["Profile", "Trajectory", "profile", "run"]

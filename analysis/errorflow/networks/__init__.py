"""Weights of trained networks, read without unpickling and without trusting what a file declares about itself."""

from errorflow.networks.network import Network
from errorflow.networks.read import read_network

__all__ = ["Network", "read_network"]

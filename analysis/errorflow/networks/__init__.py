"""Weights of trained networks, read without unpickling and without trusting what a file declares about itself."""

from errorflow.networks.layer import Layer
from errorflow.networks.network import Head, Network
from errorflow.networks.read import read_head, read_network

__all__ = ["Head", "Layer", "Network", "read_head", "read_network"]

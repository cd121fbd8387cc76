"""Sequence models beside the recurrent cells: how the influence of their input falls with the lag.

Every model has a page (`model`, `MODELS`): definition, influence d y_T / d x_(T-q) as derived, its law, the length of
the path, exact cost. Where coefficients are given, an object evaluates all this in numbers.

>>> from errorflow import models
>>> process = models.ARIMA(phi=(0.6,), d=1)
>>> process.influence(3)
array([1.   , 1.6  , 1.96 , 2.176])
>>> process.law().text()
'constant, 2.5'
"""

from .alignment import SoftDTW
from .arima import ARIMA
from .attention import Attention, LinearAttention, softmax_jacobian, weight_floor
from .convolution import TCN, Block, Convolution, levels_for
from .fitted import from_statsmodels
from .hmm import HMM
from .learners import Forest, KernelMachine, Tree, from_sklearn
from .measured import measured_influence
from .ode import NeuralODE, euler_error_bound, log_norm
from .record import Law, Model
from .recurrent import cell_influence
from .registry import MODELS, model
from .transformer import Norm, Transformer, TransformerLayer, from_torch_transformer, read_transformer
from .windows import WindowMap, amplitude_influence, dlinear, lag_features, ltsf_linear, nlinear, spectrum

__all__ = [
    "ARIMA",
    "HMM",
    "MODELS",
    "TCN",
    "Attention",
    "Block",
    "Convolution",
    "Forest",
    "KernelMachine",
    "Law",
    "LinearAttention",
    "Model",
    "NeuralODE",
    "Norm",
    "SoftDTW",
    "Transformer",
    "TransformerLayer",
    "Tree",
    "WindowMap",
    "amplitude_influence",
    "cell_influence",
    "dlinear",
    "euler_error_bound",
    "from_sklearn",
    "from_statsmodels",
    "from_torch_transformer",
    "lag_features",
    "levels_for",
    "log_norm",
    "ltsf_linear",
    "measured_influence",
    "model",
    "nlinear",
    "read_transformer",
    "softmax_jacobian",
    "spectrum",
    "weight_floor",
]

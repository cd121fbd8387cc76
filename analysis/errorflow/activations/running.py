"""Values and slopes in NumPy, written so that they keep their digits to the ends of the exponent range.

Every function takes an array of any shape, entry by entry, and raises no warning for any finite argument. A slope that
rises to one peak and falls again is right to 4 units in the last place wherever it is normal; one that has a zero of
its own, such as that of `gelu`, has there an absolute error below 4 units of rounding of 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
_FAR = 40.0  # exp(-x^2 / 2) and all its like are 0 in float64 from here on, and x^3 is still small


def bell(x: Array) -> Array:
    """e / (1 + e)^2 with e = exp(-|x|), which is sigma'(x) without cancellation.

    The square is multiplied out because 1 + e, rounded and then squared, would bring its error in twice.
    """
    decay = np.exp(-np.abs(x))
    return decay / (1.0 + decay * (2.0 + decay))


def logistic(x: Array) -> Array:
    # Beyond the range of exp the quotient is 0, which is what is left of a value below 1e-308.
    with np.errstate(over="ignore"):
        decay = np.exp(-x)
    if np.ndim(decay) == 0:
        return 1.0 / (1.0 + decay)
    decay += 1.0
    return np.divide(1.0, decay, out=decay)


def tanh_slope(x: Array) -> Array:
    return 4.0 * bell(2.0 * np.clip(x, -400.0, 400.0))  # 0 in float64 from 373 on; 2 x must not overflow


def positive(x: Array) -> Array:
    return np.where(x > 0, 1.0, 0.0)


def leaky_relu(x: Array) -> Array:
    return np.where(x > 0, x, x / 100.0)


def leaky_relu_slope(x: Array) -> Array:
    return np.where(x > 0, 1.0, 0.01)


def elu(x: Array) -> Array:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0.0)))


def elu_slope(x: Array) -> Array:
    return np.exp(np.minimum(x, 0.0))


def selu(x: Array) -> Array:
    low = SELU_ALPHA * np.expm1(np.minimum(x, 0.0))
    return np.where(x > 0, SELU_SCALE * np.clip(x, 0.0, 1.7e308), SELU_SCALE * low)


def selu_slope(x: Array) -> Array:
    return np.where(x > 0, SELU_SCALE, SELU_SCALE * SELU_ALPHA * np.exp(np.minimum(x, 0.0)))


def softplus(x: Array) -> Array:
    return np.logaddexp(0.0, x)


def silu(x: Array) -> Array:
    return x * logistic(x)


def silu_slope(x: Array) -> Array:
    return logistic(x) * (1.0 + x * logistic(-x))


def _square_exp(x: Array, factor: float) -> Array:
    """exp(-factor x^2). The square is taken in two parts, the first exact, or its rounding would be magnified."""
    near = np.clip(x, -_FAR, _FAR)
    high = np.asarray(near, dtype=np.float32).astype(np.float64)
    return np.exp(-factor * high * high) * np.exp(-factor * (near - high) * (near + high))


def normal_density(x: Array) -> Array:
    return _square_exp(x, 0.5) / np.sqrt(2.0 * np.pi)


def normal_cdf(x: Array) -> Array:
    from scipy.special import erfcx

    tail = 0.5 * _square_exp(x, 0.5) * erfcx(np.minimum(np.abs(x), _FAR) / np.sqrt(2.0))
    return np.where(x > 0, 1.0 - tail, tail)


def gelu(x: Array) -> Array:
    return x * normal_cdf(x)


def gelu_slope(x: Array) -> Array:
    near = np.clip(x, -_FAR, _FAR)
    return normal_cdf(near) + near * normal_density(near)


def _gelu_argument(x: Array) -> Array:
    """u such that the tanh form of `gelu` is x sigma(u)."""
    return np.sqrt(8.0 / np.pi) * x * (1.0 + 0.044715 * x * x)


def gelu_tanh(x: Array) -> Array:
    return x * logistic(_gelu_argument(np.clip(x, -_FAR, _FAR)))


def gelu_tanh_slope(x: Array) -> Array:
    near = np.clip(x, -_FAR, _FAR)
    u = _gelu_argument(near)
    return logistic(u) + near * bell(u) * np.sqrt(8.0 / np.pi) * (1.0 + 0.134145 * near * near)


def _mish_parts(x: Array) -> tuple[Array, Array]:
    """a, b with tanh(softplus(x)) = a / (a + b); only exp(-|x|) occurs, so nothing overflows."""
    decay = np.exp(-np.abs(x))
    above = 1.0 + 2.0 * decay
    return np.where(x >= 0, above, decay * (decay + 2.0)), np.where(x >= 0, 2.0 * decay * decay, 2.0)


def mish(x: Array) -> Array:
    a, b = _mish_parts(x)
    return x * (a / (a + b))


def mish_slope(x: Array) -> Array:
    a, b = _mish_parts(x)
    return a / (a + b) + x * (b * (2.0 * a + b) / (a + b) ** 2 * logistic(x))


def lisht(x: Array) -> Array:
    return x * np.tanh(x)


def lisht_slope(x: Array) -> Array:
    return np.tanh(x) + x * tanh_slope(x)


def tanhshrink(x: Array) -> Array:
    """x - tanh(x); below 2 by the continued fraction of tanh, in which nothing is subtracted.

    Source: Lambert 1761: tanh x = x / (1 + x^2 / (3 + x^2 / (5 + ...))).
    """
    near = np.clip(x, -2.0, 2.0)
    square = near * near
    ratio = np.zeros_like(square)
    for odd in range(27, 1, -2):
        ratio = square / (odd + ratio)
    return np.where(np.abs(x) < 2.0, near * (ratio / (1.0 + ratio)), x - np.tanh(x))


def tanhshrink_slope(x: Array) -> Array:
    value = np.tanh(x)
    return value * value


def hardtanh_slope(x: Array) -> Array:
    return np.where(np.abs(x) < 1.0, 1.0, 0.0)


def hardsigmoid(x: Array) -> Array:
    return (np.clip(x, -3.0, 3.0) + 3.0) / 6.0


def hardsigmoid_slope(x: Array) -> Array:
    return np.where(np.abs(x) < 3.0, 1.0 / 6.0, 0.0)


def hardswish(x: Array) -> Array:
    return x * hardsigmoid(x)


def hardswish_slope(x: Array) -> Array:
    return np.where(x >= 3.0, 1.0, np.where(x <= -3.0, 0.0, (2.0 * np.clip(x, -3.0, 3.0) + 3.0) / 6.0))


def softsign(x: Array) -> Array:
    return x / (1.0 + np.minimum(np.abs(x), 1e308))


def softsign_slope(x: Array) -> Array:
    below = 1.0 / (1.0 + np.minimum(np.abs(x), 1e308))
    return below * below


def arctan_slope(x: Array) -> Array:
    far = np.abs(x) > 1e100  # x^2 would overflow, and 1 is nothing beside it
    near = np.where(far, 0.0, x)
    return np.where(far, (1.0 / np.where(far, x, 1.0)) ** 2, 1.0 / (1.0 + near * near))


def isru(x: Array) -> Array:
    return x / np.hypot(1.0, x)


def isru_slope(x: Array) -> Array:
    square = arctan_slope(x)
    return square * np.sqrt(square)


def gaussian(x: Array) -> Array:
    return _square_exp(x, 1.0)


def gaussian_slope(x: Array) -> Array:
    near = np.clip(x, -_FAR, _FAR)
    return -2.0 * near * gaussian(near)

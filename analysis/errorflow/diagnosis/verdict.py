"""What the numbers of a layer come to, in words: how fast, how far, by which way, bounded by what, changed by what.

The word is settled at the largest lag measured: the flow "vanishes" if its median norm is below the threshold there,
"explodes" if it is above one over the threshold, else it is "carried". The norm is 1 at lag 0, so a threshold of 0.01
asks when at most one hundredth of an error is left. A rate says what a longer run would show; it does not change the
word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from errorflow import bounds
from errorflow.diagnosis.decay import LEVEL, Rate, horizon, mean_share, middle_of, rate
from errorflow.diagnosis.limits import Bound
from errorflow.diagnosis.units import Carriers
from errorflow.numeric.arrays import Array

THRESHOLD = 0.01
_STEADY = 1e-9  # a change of log2 norm over all lags that is rounding
_FORGET, _UPDATE = ("forget gate", "b_f"), ("update gate", "b_z")
_GATES = {
    ("lstm", "c"): _FORGET,
    ("lstm_projected", "c"): _FORGET,
    ("lstm_peephole", "c"): _FORGET,
    ("gru", "h"): _UPDATE,
    ("gru_reset_before", "h"): _UPDATE,
}


@dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict on one flow.

    Attributes
    ----------
    word : {'vanishes', 'carried', 'explodes'}
        At the largest lag measured.
    rate : Rate or None
        Change of log2 norm per step, None where most norms are zero from lag 1 on.
    horizon : int
        The largest lag up to which the median norm stays at or above `threshold`.
    threshold : float
        The norm below which an error counts as gone.
    path : tuple of (str, float), or None
        The part of the flow with the largest mean share over lags 1..Q, and that share; None without departures.
    words : tuple of str
        Sentences.
    """

    word: str
    rate: Rate | None
    horizon: int
    threshold: float
    path: tuple[str, float] | None
    words: tuple[str, ...]


def verdict(
    kind: str,
    log2_norm: Array,
    shares: Mapping[str, Array],
    *,
    threshold: float = THRESHOLD,
    bound: Bound | None = None,
    carriers: tuple[Carriers, ...] = (),
    spectral_norm: float | None = None,
    shares_to: int | None = None,
) -> Verdict:
    """The verdict on a flow from its norms by lag.

    log2_norm (batch, Q + 1). shares: part -> the same. spectral_norm: of W, of a fully recurrent network. shares_to:
    the lag to which shares were followed, default Q.

    Raises: ValueError unless 0 < threshold < 1.
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be between 0 and 1, got {threshold!r}")
    middle = middle_of(log2_norm)
    end, lags = float(middle[-1]), len(middle) - 1
    word = "vanishes" if end < np.log2(threshold) else "explodes" if end > -np.log2(threshold) else "carried"
    found = rate(log2_norm) if lags else None
    reach = horizon(middle, threshold)
    path = _path(shares, lags)
    words = [_how_far(word, middle, reach, threshold)]
    if found is not None:
        words.append(_how_fast(found, middle, word, threshold, len(log2_norm)))
    if path is not None and kind != "rnn":  # which has one way only
        words.append(_which_way(path, None if shares_to == lags else shares_to))
    if bound is not None:
        words.append(_bounded(bound))
    words += _change(kind, word, lags, threshold, carriers, spectral_norm)
    return Verdict(word, found, reach, threshold, path, tuple(words))


def _path(shares: Mapping[str, Array], lags: int) -> tuple[str, float] | None:
    means = {}
    for name, values in shares.items():
        by_lag = mean_share(values)[1:]
        if np.isfinite(by_lag).any():
            means[name] = float(np.nanmean(by_lag))
    return max(means.items(), key=lambda item: item[1]) if lags and means else None


def _how_far(word: str, middle: Array, reach: int, threshold: float) -> str:
    lags = len(middle) - 1
    end = "0 in float64" if middle[-1] == -np.inf else f"2^{middle[-1]:.2f}"
    if word == "vanishes":
        return f"Vanishes: the norm falls below {threshold:g} after lag {reach} and is {end} at lag {lags}."
    dips = "" if reach == lags else f", after a dip below {threshold:g} beyond lag {reach}"
    verb = "Explodes" if word == "explodes" else "Carried"
    return f"{verb}: the norm is {end} at lag {lags}{dips}."


def _how_fast(found: Rate, middle: Array, word: str, threshold: float, sequences: int) -> str:
    if abs(found.log2_per_step) * (len(middle) - 1) < _STEADY:
        return f"Neither decay nor growth from lag {found.over[0]} to {found.over[1]}."
    percent = 100 * (2.0**found.log2_per_step - 1)
    text = f"{'Growth' if percent > 0 else 'Decay'} of {abs(percent):.3g} % a step from lag {found.over[0]} on"
    if found.low is not None and found.high is not None:
        low, high = (100 * (2.0**edge - 1) for edge in (found.low, found.high))
        over = f"{sequences} sequences" if found.by == "sequences" else "stretches of lags"
        text += f" ({100 * LEVEL:.0f} % interval over {over}: {low:+.3g} to {high:+.3g} %)"
        if not found.sign:
            text += ", not told from none"
    if word == "carried" and found.sign:
        goal = np.log2(threshold) * (1 if found.sign < 0 else -1)
        more = (goal - middle[-1]) / found.log2_per_step
        edge = threshold if found.sign < 0 else 1 / threshold
        text += f"; at this rate {edge:g} would be passed near lag {len(middle) - 1 + more:.0f}"
    return text + "."


def _which_way(path: tuple[str, float], last: int | None) -> str:
    name, share = path
    way = "never leaves the carry" if name == "carry" else f"first leaves the carry through {name or 'net'}"
    over = "lags" if last is None else f"lags up to {last}"
    share_of = f"{100 * share:.0f} % of the flow on average over {over}"
    return f"The part that decides: what, read forward in time, {way}, {share_of}."


def _bounded(bound: Bound) -> str:
    of = "the joint state" if bound.block == "s" else f"the block {bound.block}"
    by = f"theorem {bound.theorem}" if bound.theorem else "the product of the norms of single steps"
    text = f"Bound: {by} allows {_power(bound.upper[-1])} for {of} at lag {bound.last}"
    if np.isfinite(bound.gap):
        text += f", {bound.gap:.1f} powers of two above the truth" if bound.gap else ", which is the truth"
    if bound.lower is not None and np.isfinite(bound.lower[-1]):
        text += f"; every direction keeps at least 2^{bound.lower[-1]:.1f} by theorem {bound.theorem_below}"
    return text + "."


def _power(log2: float) -> str:
    return "0 in float64" if log2 == -np.inf else f"2^{log2:.1f}"


def _change(
    kind: str, word: str, lags: int, threshold: float, carriers: tuple[Carriers, ...], norm: float | None
) -> list[str]:
    """What would change the verdict, as far as a theorem says so."""
    if lags == 0:
        return []
    if norm is not None:
        if word == "explodes":
            return [f"By rnn.explosion_needs a spectral norm of W of at most 1 rules growth out; it is {norm:.3g}."]
        least = threshold ** (1 / lags)
        return [
            f"By rnn.vanishing a norm of {threshold:g} at lag {lags} needs |W| of at least {least:.3g};"
            f" it is {norm:.3g}."
        ]
    texts = []
    for found in carriers:
        if (kind, found.state) not in _GATES:
            continue
        gate, name = _GATES[kind, found.state]
        life = float(np.median(found.half_lives))
        best = float(found.half_lives[0])
        needed = bounds.bias_for_horizon(lags, 0.5)
        at = f" (a constant bias of {bounds.bias_for_horizon(life, 0.5):.2f})" if 0 < life < np.inf else ""
        texts.append(
            f"The {gate} halves what it carries in {life:.3g} steps in the median unit{at}, in {best:.3g} in the"
            f" slowest; to keep half over {lags} steps takes {name} = {needed:.2f} (forget_gate.half_life)."
        )
    return texts


__all__ = ["THRESHOLD", "Verdict", "verdict"]

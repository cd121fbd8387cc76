"""All claims in reading order, which is the order in which the review makes them."""

from __future__ import annotations

from errorflow.claims import algorithms, carousel, outlook, vanishing
from errorflow.claims.record import Claim

CLAIMS: tuple[Claim, ...] = (
    vanishing.FEEDS_BACK,
    vanishing.ALL_OR_LAST,
    vanishing.BPTT_IS_THE_CAUSE,
    vanishing.TEN_STEPS,
    vanishing.THRESHOLD_ONE,
    vanishing.SAME_MATRIX,
    vanishing.TANH_SLOPE,
    carousel.PREVENTS_VANISHING,
    carousel.PLAIN_ADDITION,
    carousel.LONGER_IS_DEEPER,
    carousel.GATES_WRITE,
    carousel.NO_FORGET_GATE,
    carousel.INPUT_EQUATIONS,
    carousel.SHARED_WEIGHTS,
    carousel.SUM_OUTPUT,
    algorithms.MIXES_BOTH,
    algorithms.BPTT_COST,
    algorithms.BACKWARD_PASS,
    algorithms.RTRL_COST,
    algorithms.RTRL_RESISTS,
    algorithms.RTRL_MEMORY,
    algorithms.REAL_TIME,
    algorithms.WHICH_PART,
    vanishing.SIGMOID_SLOPE,
    outlook.SQUASH,
    outlook.TANH_WITH_GATES,
    algorithms.FULL_BPTT,
    outlook.THOUSAND_STEPS,
    outlook.MODEL_FAMILIES,
    outlook.CONTRIBUTES_MOST,
)

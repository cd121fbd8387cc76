"""Outlines for the nilpotent matrix and the conjugate networks."""

from __future__ import annotations

from .steps import Step, add_up, apply, axiom, blocks, identity, positive


def _slopes(prime: str) -> list[Step]:
    """Along the orbit tanh takes the values 0 and 1/2."""
    x1, x2, t1, t2 = (name + prime for name in ("x1", "x2", "t1", "t2"))
    return [
        axiom("tanh.centre", t=t1),
        apply(f"{t1} = 0", f"{x1} = 0"),
        axiom("tanh.order", t="ta", r=t2),
        apply(f"ta = {t2}", f"{x2} = a"),
        identity(f"{t2} = 1/2", "ta = 1/2", f"{t2} = ta"),
    ]


def _values(prime: str) -> list[Step]:
    return [
        identity(f"1 - t1{prime}**2 = 1", f"t1{prime} = 0"),
        identity(f"1 - t2{prime}**2 = 3/4", f"t2{prime} = 1/2"),
    ]


NILPOTENT = [
    {
        "base": [*_slopes(""), *_values("")],
        "step": [
            *_slopes(""),
            identity("x1' = 0", "x1' = 8*t1 + 8*t2 - 4", "t1 = 0", "t2 = 1/2"),
            identity("x2' = a", "x2' = -8*t1 - 8*t2 + a + 4", "t1 = 0", "t2 = 1/2"),
            *_slopes("'"),
            *_values("'"),
        ],
    },
    [blocks("W*W = 0"), blocks("W*D = J"), blocks("J*J = 2*J")],
    {
        "base": [identity("Phi = K*J", "Phi = 1*J", "K = 1")],
        "step": [identity("Phi' = K'*J", "Phi' = J*Phi", "Phi = K*J", "K' = 2*K", "J*J = 2*J")],
    },
    [blocks("Jt*J = G"), blocks("G*G = 200*G")],
]

CONJUGACY = [
    {
        "base": [],
        "step": [
            positive("n >= 0", "n - 1", degree=1),
            identity("4*W*y - 2*W*h - 2*W = 0", "y = (1 + h)/2"),
            add_up("A = 2*H + 2*R", "4*W*y - 2*W*h - 2*W = 0", A="1", H="-2", R="-2"),
            identity("ny' = 2*nh'", "ny' = A + 2*x' + 2*b - 2*R", "nh' = H + x' + b", "A = 2*H + 2*R"),
            axiom("tanh.logistic", s="sy'", t="th'"),
            identity("y' = (1 + h')/2", "y' = sy'", "h' = th'", "th' = 2*sy' - 1"),
        ],
    },
    [identity("4*y*(1 - y) = 1 - h**2", "y = (1 + h)/2")],
]

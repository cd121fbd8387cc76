"""Claims 43 to 48: what the spectral radius, the activation and the number of paths are said to decide."""

from __future__ import annotations

from fractions import Fraction

from errorflow.claims.checks import paths, plain, radius, recurrent
from errorflow.claims.exact import matrix
from errorflow.claims.record import Backing, Claim, citation, theorem
from errorflow.claims.sources import ECHO_2012, EIGENVALUE_2013, LATCH_1994, PLAIN, folklore

ACTIVATIONS = (Fraction(0), Fraction(1, 2), Fraction(3, 5), Fraction(4, 5))
ROTATION = matrix([["3/5", "-4/5"], ["4/5", "3/5"]])

EIGENVALUE_CONDITION = Claim(
    id="folklore.eigenvalue_condition",
    number=43,
    theme=PLAIN,
    source=f"{EIGENVALUE_2013}, section 2.1, as it is commonly retold, in our words",
    text=(
        "With slopes of at most gamma it suffices for vanishing that the largest eigenvalue of W is below 1 / gamma in"
        " modulus, and it is necessary for explosion that it is above."
    ),
    statement=(
        "Right with the spectral norm of W in place of the eigenvalue, or with the spectral radius of the matrix of"
        " moduli. With the spectral radius of W itself it is false: slopes that differ between units turn a matrix of"
        " radius 0 into one that grows."
    ),
    lesson="Eigenvalues speak of powers of one matrix; a network multiplies many.",
    ask="rnn: radius(W) < 1 implies vanishes",
    backing=(
        theorem("rnn.vanishing", "for"),
        theorem("rnn.absolute_radius", "for"),
        Backing("counterexample", "radius_0_grows", "against", radius.radius_permits_growth,
                {"most": 3, "activations": ACTIVATIONS, "lag": 50}),
        theorem("rnn.nilpotent", "against"),
    ),
)  # fmt: skip

ECHO_STATE = Claim(
    id="folklore.echo_state",
    number=44,
    theme=PLAIN,
    source=f"a rule of thumb of reservoir computing; refuted before by {ECHO_2012}",
    text="A spectral radius of W below 1 guarantees that a tanh reservoir forgets how it started.",
    statement=(
        "False for tanh even with radius 0 and without input: a network of two units can rest at a point other than 0"
        " for ever. A spectral norm of W below 1 guarantees it."
    ),
    lesson="A linear test at the origin says nothing about the rest of the state space.",
    backing=(
        Backing("counterexample", "three_resting_points", "against", radius.several_resting_points,
                {"most": 8, "grid": (30, 10)}),
        theorem("rnn.vanishing", "context"),
    ),
)  # fmt: skip

RADIUS_ONE = Claim(
    id="folklore.radius_one",
    number=45,
    theme=PLAIN,
    source=folklore(),
    text="If all eigenvalues of W have modulus 1 the gradient of a linear network keeps its size.",
    statement=(
        "Right for an orthogonal W, which keeps every length. In general the flow may grow as a power of the lag: a"
        " double eigenvalue with one eigenvector is enough."
    ),
    lesson="It takes modulus 1 and perpendicular eigenvectors to keep a length.",
    ask="rnn(identity): radius(W) == 1 implies never explodes",
    backing=(
        Backing("identity", "rotation", "for", plain.orthogonal_flow, {"rotation": ROTATION, "lag": 100}),
        Backing("counterexample", "shear", "against", radius.modulus_one_grows, {"most": 2, "lag": 50}),
    ),
)  # fmt: skip

TANH_BEATS_LOGISTIC = Claim(
    id="folklore.tanh_better_than_sigmoid",
    number=46,
    theme=PLAIN,
    source=folklore(),
    text="tanh is better than the sigmoid against vanishing, because its slope is up to four times as large.",
    statement=(
        "At the same weights, near zero: yes. But to every tanh network there is a logistic one, with four times the"
        " weights and shifted biases, that has the same outputs up to units and exactly the same Jacobians. What the"
        " choice changes is where a given initialisation starts."
    ),
    lesson="An activation and the scale of its weights are one choice, not two.",
    backing=(
        theorem("slopes.crossing", "for"),
        theorem("rnn.conjugacy", "against"),
        Backing("identity", "same_step_factor", "against", recurrent.same_in_other_units,
                {"activations": ACTIVATIONS, "scale": 4}),
    ),
)  # fmt: skip

MANY_PATHS = Claim(
    id="folklore.many_paths",
    number=47,
    theme=PLAIN,
    source=folklore(),
    text="The number of error paths grows as n^(q-1), and so the gradient grows with the lag and the width.",
    statement=(
        "The number is right and decides nothing. Paths carry signs: with weights +1 and -1 and slopes 1 all paths have"
        " modulus 1, and their sum can be exactly zero at every lag from two on."
    ),
    lesson="Count paths to bound a sum from above, never from below.",
    backing=(
        Backing("counterexample", "paths_cancel", "against", paths.cancelling_paths, {"lag": 8}),
        theorem("rnn.path_sum", "context"),
        theorem("rnn.path_bound", "context"),
    ),
)  # fmt: skip

VANISHING_IS_FORGETTING = Claim(
    id="folklore.vanishing_is_forgetting",
    number=48,
    theme=PLAIN,
    source=f"{folklore()}; {LATCH_1994} explain the opposite",
    text="A vanishing gradient means that the network cannot remember.",
    statement=(
        "Right for linear networks, where a difference of states and an error pass through the same product. A unit"
        " with two stable resting points keeps a bit for ever because small differences die out there, and so its"
        " gradient vanishes too."
    ),
    lesson="What is stored robustly has a vanishing gradient; it is learning the storage that suffers.",
    backing=(
        Backing("identity", "linear_run_fades", "for", plain.perturbation_fades,
                {"weight": Fraction(1, 2), "steps": 20}),
        Backing("counterexample", "latch", "against", recurrent.latch, {"most": 5, "lag": 50}),
        citation("latching", LATCH_1994, "against"),
    ),
)  # fmt: skip

"""What holds of the norms of every matrix, and of those of the flow of a cell: the lines that proofs are made of.

Of every n by n matrix A: radius <= sigma-norms <= ...; each line says why. Of flows: the theorems, with the slopes of
the cell put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from errorflow.conjecture.monomials import Atom, Line, Monomial, N, atom, bare, constant
from errorflow.conjecture.subject import Subject, shape
from errorflow.conjecture.terms import Claim, Kind, Term, lag_of

HALF, ONE, ZERO = Fraction(1, 2), Fraction(1), Fraction(0)
Power = tuple[Fraction, Fraction]
PLAIN: Power = (ONE, ZERO)
INDUCED = ("norm2", "norm1", "norminf")
_NAMES = {"norm2": "norm({})", "norm1": "norm({}, 1)", "norminf": "norm({}, inf)", "normfro": "norm({}, fro)"}

# lower <= n^power upper, for every square matrix, and why
_BELOW = (
    ("radius", "norm2", 0, "an eigenvalue is at most any induced norm"),
    ("radius", "norm1", 0, "an eigenvalue is at most any induced norm"),
    ("radius", "norminf", 0, "an eigenvalue is at most any induced norm"),
    ("radius", "radius abs", 0, "|A^k| <= |A|^k entrywise, and the spectral radius is the limit of norm(A^k)^(1/k)"),
    ("radius abs", "norm2 abs", 0, "an eigenvalue is at most any induced norm"),
    ("radius abs", "norm1", 0, "an eigenvalue is at most any induced norm, and abs(A) has that of A"),
    ("radius abs", "norminf", 0, "an eigenvalue is at most any induced norm, and abs(A) has that of A"),
    ("sigma_min", "radius", 0, "|A v| >= sigma_min |v| for an eigenvector v too"),
    ("sigma_min", "norm2", 0, "the least singular value is at most the largest"),
    ("norm2", "norm2 abs", 0, "|A v| <= abs(A) abs(v) entry by entry"),
    ("norm2 abs", "normfro", 0, "the largest singular value of abs(A) is at most the root of the sum of squares"),
    ("norm2", "normfro", 0, "the largest singular value is at most the root of the sum of squares"),
    ("maxabs", "norm2", 0, "an entry is at most an induced norm"),
    ("maxabs", "norm1", 0, "an entry is at most an induced norm"),
    ("maxabs", "norminf", 0, "an entry is at most an induced norm"),
    ("maxabs", "normfro", 0, "an entry is at most the root of the sum of squares"),
    ("norm1", "maxabs", 1, "a column has n entries"),
    ("norminf", "maxabs", 1, "a row has n entries"),
    ("normfro", "maxabs", 1, "a matrix has n^2 entries"),
    ("normfro", "norm2", HALF, "there are n singular values"),
    ("norm1", "norm2", HALF, "Cauchy-Schwarz, column by column"),
    ("norminf", "norm2", HALF, "Cauchy-Schwarz, row by row"),
    ("norm1", "normfro", HALF, "Cauchy-Schwarz, column by column"),
    ("norminf", "normfro", HALF, "Cauchy-Schwarz, row by row"),
    ("normfro", "norm1", HALF, "the Euclidean norm of each of n columns is at most its sum of moduli"),
    ("normfro", "norminf", HALF, "the Euclidean norm of each of n rows is at most its sum of moduli"),
)
_ENTRY = "an entry is at most an induced norm"
# what becomes one and the same number if the matrix is of a kind; None is 1
_EQUAL: dict[str, tuple[tuple[str, str | None], ...]] = {
    "orthogonal": (("norm2", None), ("sigma_min", None), ("radius", None)),
    "symmetric": (("radius", "norm2"), ("norminf", "norm1")),
    "nonnegative": (("radius abs", "radius"), ("norm2 abs", "norm2")),
    "diagonal": tuple((one, "maxabs") for one in ("norm2", "norm1", "norminf", "radius", "radius abs", "norm2 abs")),
}


def of_every_matrix(matrix: Term, size: str | None) -> Iterator[Line]:
    """Inequalities between the norms of one matrix. size: "n" where it is n by n, so that n may stand in them."""
    for low, high, power, why in _BELOW:
        if power and size != "n":
            continue
        upper = atom(high, matrix).times(atom("n"), (Fraction(power), ZERO)) if power else atom(high, matrix)
        theorem = "norm.entry_bound" if why == _ENTRY else ""
        yield Line(atom(low, matrix), upper, False, why, theorem)
    why = "the spectral radius of A^T A is at most each of its norms"
    for low in ("norm2", "norm2 abs"):
        both = atom("norm1", matrix).times(atom("norminf", matrix))
        yield Line(atom(low, matrix, (Fraction(2), ZERO)), both, False, why)


def units() -> Line:
    """1 <= n."""
    return Line(Monomial(), Monomial({}, {N: PLAIN}), False, "there is at least one unit", cost=0.1)


def equal_by_kind(kinds: Sequence[Kind], m: Monomial) -> tuple[Monomial, tuple[str, ...]]:
    """A monomial with what is equal for matrices of these kinds put in, and why, where that changed it."""
    reasons: list[str] = []
    changed = True
    while changed:
        changed = False
        for kind in kinds:
            matrix, _, positive = bare(kind.matrix)
            for what, same in () if positive else _EQUAL[kind.name]:
                exponent = m.atoms.get(Atom(what, matrix))
                if exponent is None:
                    continue
                rest = Monomial(m.constants, {a: e for a, e in m.atoms.items() if a != Atom(what, matrix)})
                m = rest if same is None else rest.times(atom(same, matrix), exponent)
                reasons.append(f"the matrix is {kind.name}")
                changed = True
    return m, tuple(dict.fromkeys(reasons))


def of_flows(claim: Claim, about: Subject) -> Iterator[Line]:
    """What theorems say of the flows that occur in a claim."""
    flows = [(flow, lag_of(flow.args[0])) for flow in claim.flows()]
    for flow, (v, u) in flows:
        power = Fraction(u), Fraction(v)
        if about.plain is not None:
            yield from _plain_flow(about, flow, power, claim)
        yield from _diagonal_flow(about, flow, power)
    if about.plain is None or about.plain.bound is None:
        return
    for long, (v, u) in flows:
        for short, (w, t) in flows:
            if long.data == short.data and (v - w, u - t) != (0, 0) and v >= w and v + u > w + t:
                more = Fraction(u - t), Fraction(v - w)
                yield from _longer(about, long, short, more)


def slope_theorem(about: Subject) -> str:
    """The theorem on the slope of a plain network's activation, if there is one."""
    assert about.plain is not None
    names = {"logistic": "logistic.slope", "tanh": "tanh.slope"}
    squashes = dict.fromkeys(("squash_in", "squash_out"), "squash.slopes")
    return (names | squashes).get(about.plain.name, "")


def rates(about: Subject, claim: Claim) -> Iterator[tuple[Monomial, bool, str, str]]:
    """(rate, need to be strictly below 1 even for boundedness, theorem, why): the flow is at most C rate^q."""
    plain = about.plain
    if plain is not None and plain.bound:
        w = Term("matrix", data=plain.matrix)
        gamma = constant(plain.bound)
        if plain.name == "logistic":
            entries = gamma.times(atom("n")).times(atom("maxabs", w))
            yield entries, False, "rnn.path_bound", "n times an entry of the flow is at most (n maxabs(W)/4)^q"
        for what in INDUCED:
            name = _NAMES[what].format(plain.matrix)
            why = f"the flow is at most (gamma {name})^q, gamma = {plain.bound} the largest slope"
            yield gamma.times(atom(what, w)), False, "rnn.vanishing", why
        why = "for every r above gamma radius(abs(W)) there is x > 0 with gamma abs(W) x <= r x (Perron-Frobenius)"
        yield gamma.times(atom("radius abs", w)), True, "rnn.absolute_radius", why
        if plain.bound == plain.floor:
            why = f"every slope is {plain.bound}; powers of a matrix tend to 0 if its spectral radius is below 1"
            yield gamma.times(atom("radius", w)), True, "", why
    if about.carry is not None:
        state, block = about.carry
        theorem = "lstm1997.carousel" if about.name == "lstm1997" and block.entry == 1 else ""
        why = f"the only block that carries error on is d {state} / d {state}, diagonal with entries {block.entry}"
        if block.entry.is_Symbol and about.unit_gate(block.entry.name):
            yield atom("max", block.entry.name), False, theorem, why
        if block.bound is not None and block.bound > 0:
            yield constant(block.bound), False, theorem, why


def growth(about: Subject, claim: Claim) -> Iterator[tuple[Monomial, str, str]]:
    """(rate, theorem, why): the norm of the flow is at least rate^q along every trajectory."""
    if about.carry is not None:
        state, block = about.carry
        why = f"d {state} / d {state} is diagonal with entries {block.entry}, and no other path leads there"
        if block.entry == 1:
            yield Monomial(), "lstm1997.carousel" if about.name == "lstm1997" else "", why
        elif block.entry.is_Symbol and about.unit_gate(block.entry.name):
            yield atom("min", block.entry.name), "", why
    plain = about.plain
    if plain is None or not plain.floor:
        return
    w = Term("matrix", data=plain.matrix)
    floor = constant(plain.floor)
    why = f"every slope is at least {plain.floor}, so that sigma_min(flow) >= ({plain.floor} sigma_min(W))^q"
    yield floor.times(atom("sigma_min", w)), "rnn.lower_bound", why
    if plain.bound == plain.floor:
        why = f"every slope is {plain.floor}, so that radius(flow) = ({plain.floor} radius(W))^q"
        yield floor.times(atom("radius", w)), "", why
    if any(isinstance(c, Kind) and c.name == "nonnegative" and c.matrix == w for c in claim.hypotheses):
        why = f"W has no negative entry, so that norm(flow) >= ({plain.floor} radius(W))^q"
        yield floor.times(atom("radius", w)), "rnn.nonnegative_bound", why


def _plain_flow(about: Subject, flow: Term, power: Power, claim: Claim) -> Iterator[Line]:
    plain = about.plain
    assert plain is not None
    w = Term("matrix", data=plain.matrix)
    for what in INDUCED if plain.bound else ():
        assert plain.bound is not None
        rate = constant(plain.bound).times(atom(what, w))
        why = f"no slope exceeds {plain.bound}"
        yield Line(atom(what, flow), Monomial().times(rate, power), False, why, "rnn.vanishing", 0.2)
    if plain.bound:
        first, last = atom("normfro", w), (power[0] - 1, power[1])
        upper = Monomial().times(constant(plain.bound), power).times(first).times(atom("norm2", w), last)
        why = "norm(A B, fro) <= norm(A) norm(B, fro), for the last factor W"
        yield Line(atom("normfro", flow), upper, False, why, "rnn.vanishing", 0.3)
    if plain.name == "logistic":
        rate = constant(Fraction(1, 4)).times(atom("n")).times(atom("maxabs", w))
        upper = Monomial().times(rate, power)
        lower = atom("n").times(atom("maxabs", flow))
        yield Line(lower, upper, False, "no logistic slope exceeds 1/4", "rnn.path_bound", 0.1)
    for rate, theorem, why in growth(about, claim):
        lower = Monomial().times(rate, power)
        below = {"rnn.lower_bound": ("sigma_min", "radius", *INDUCED), "": ("radius", *INDUCED)}
        for what in below.get(theorem, INDUCED):
            yield Line(lower, atom(what, flow), False, why, theorem, 0.2 if theorem else 0.5)


def _longer(about: Subject, long: Term, short: Term, more: Power) -> Iterator[Line]:
    """norm(flow(q + k)) <= norm(flow(q)) (gamma norm(W))^k: flow(q + k) is flow(q) times an older flow of k steps."""
    plain = about.plain
    assert plain is not None
    assert plain.bound is not None
    for what in INDUCED:
        rate = constant(plain.bound).times(atom(what, Term("matrix", data=plain.matrix)))
        upper = atom(what, short).times(Monomial().times(rate, more))
        why = "the longer flow is the shorter one times an older flow, and the norm is submultiplicative"
        yield Line(atom(what, long), upper, False, why, "rnn.vanishing", 0.2)


def _diagonal_flow(about: Subject, flow: Term, power: Power) -> Iterator[Line]:
    blocks = flow.data if isinstance(flow.data, tuple) else about.states * 2
    one_step = power == (Fraction(1), Fraction(0))
    found = about.diagonal_block(*blocks, one_step) if len(blocks) == 2 else None
    if found is None:
        return
    theorem = "lstm1997.carousel" if about.name == "lstm1997" and found.entry == 1 else ""
    why = f"derived: this block of the flow is the product of the diagonals of {found.entry}, one for each step"
    if one_step:
        why = f"derived: this block of the Jacobian is the diagonal of {found.entry}"
    norms = (*INDUCED, "maxabs", "radius")
    if found.entry.is_Symbol and about.unit_gate(found.entry.name):
        gate = found.entry.name
        for what in norms:
            yield Line(atom(what, flow), atom("max", gate, power), False, why, theorem, 0.1)
        for what in ("sigma_min", *norms):
            yield Line(atom("min", gate, power), atom(what, flow), False, why, theorem, 0.1)
    if found.bound is not None and found.bound > 0:
        for what in norms:
            upper = Monomial().times(constant(found.bound), power)
            yield Line(atom(what, flow), upper, found.strict, why, theorem or "logistic.slope", 0.1)
    if found.entry == 1:
        for what in ("sigma_min", *norms):
            yield Line(Monomial(), atom(what, flow), False, why, theorem, 0.1)


def of_gates(claim: Claim, about: Subject) -> Iterator[Line]:
    """What is known of logistic gates: 0 < min <= max, every value below 1."""
    gates = [str(t.data) for t in claim.terms() if t.op in ("largest", "least")]
    blocks = [about.diagonal_block(s, s) for s in about.states]
    gates += [one.entry.name for one in blocks if one is not None and one.entry.is_Symbol]
    for gate in dict.fromkeys(gates):
        yield Line(atom("min", gate), atom("max", gate), False, "the least is at most the largest", cost=0.1)
        if about.unit_gate(gate):
            # Over a flow of q steps the largest is below 1; over all steps it is a supremum, which may be 1.
            strict = not claim.fates()
            yield Line(atom("max", gate), Monomial(), strict, "a logistic gate is below 1", "logistic.slope", 0.1)


def matrices_of(claim: Claim, about: Subject) -> dict[Term, str | None]:
    """The matrices that a claim rests on, each with its size label, None where it is not square."""
    found: dict[Term, str | None] = {}
    terms = [t for t in claim.terms() if t.op in ("matrix", "flow")]
    if about.plain is not None:
        terms.append(Term("matrix", data=about.plain.matrix))
    for term in terms:
        rows, columns = shape(term, about) or ("", "")
        single = term.op == "flow" and len(about.states) == 1 and about.cell is not None
        if single:
            assert about.cell is not None
            rows = columns = about.cell.definition.sizes[about.cell.definition.states[0]]
        found[term] = rows if rows == columns else None
    return found

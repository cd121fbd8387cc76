"""Exact polynomials in commuting reals and words of matrices, and the small grammar they are written in.

    claim   = chain ["iff" chain]
    chain   = sum {("=" | "<=" | ">=" | "<" | ">") sum}
    sum     = product {("+" | "-") product}
    product = "-" product | unary {("*" | "/") unary}          a divisor is a number other than zero
    unary   = "-" unary | power
    power   = atom ["**" integer]                the exponent is at most 40
    atom    = integer | name | "d(" sum "," name ")" | "(" sum ")"
    name    = letter {letter | digit | "_"} ["'"]      the prime is the value one step later

An expansion is refused where a product would multiply more than 2000 pairs of terms, a monomial would have more than
100 factors or a coefficient more than 4000 binary digits, so that no short text takes long; the theorems need at most
84, 9 and 318.

A monomial is a sorted tuple of reals and a word (tuple) of matrices, so that reals commute with everything
and matrices only with reals. `1` is the identity of whatever size fits. Nothing here evaluates text as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Monomial = tuple[tuple[str, ...], tuple[str, ...]]
Polynomial = dict[Monomial, Fraction]

ONE: Monomial = ((), ())
_TOKEN = re.compile(r"\s*(?:([0-9]+)|([A-Za-z][A-Za-z0-9_]*'?)|(\*\*|<=|>=|[-+*/()=<>,]))")
_RELATIONS = ("=", "<=", ">=", "<", ">")
LARGEST_EXPONENT = 40
LARGEST_PRODUCT, LARGEST_DEGREE, LARGEST_NUMBER = 2_000, 100, 4_000


class Refused(ValueError):
    """The text, the certificate or the statement is not what the rules allow."""


@dataclass(frozen=True)
class Tree:
    """An expression as it was written: what the checker expands and what the reader is shown."""

    head: str
    parts: tuple[Tree, ...] = ()
    name: str = ""
    number: int = 0


@dataclass(frozen=True)
class Relation:
    """One comparison of two expressions, `left symbol right`."""

    left: Tree
    symbol: str
    right: Tree


@dataclass(frozen=True)
class Claim:
    """A chain of comparisons, and the chain it is equivalent to if there is one."""

    chain: tuple[Relation, ...]
    iff: tuple[Relation, ...] = ()


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Refused(f"text must follow the grammar of claims, got {text[position:]!r} in {text!r}")
        tokens.append(match.group().strip())
        position = match.end()
    return tokens


class _Reader:
    """Recursive descent over the tokens of one claim."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, _tokens(text), 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise Refused(f"{self.text!r} must have {expected or 'more'} at token {self.at}, got {token!r}")
        self.at += 1
        return token

    def claim(self) -> Claim:
        chain = self.chain()
        iff: tuple[Relation, ...] = ()
        if self.peek() == "iff":
            self.take()
            iff = self.chain()
        self.end()
        return Claim(chain, iff)

    def end(self) -> None:
        if self.peek():
            raise Refused(f"{self.text!r} must end at token {self.at}, got {self.peek()!r}")

    def chain(self) -> tuple[Relation, ...]:
        left, relations = self.sum(), []
        while self.peek() in _RELATIONS:
            symbol, right = self.take(), self.sum()
            relations.append(Relation(left, symbol, right))
            left = right
        if not relations:
            raise Refused(f"{self.text!r} must compare two expressions")
        return tuple(relations)

    def sum(self) -> Tree:
        tree = self.product()
        while self.peek() in ("+", "-"):
            tree = Tree(self.take(), (tree, self.product()))
        return tree

    def product(self) -> Tree:
        if self.peek() == "-":
            self.take()
            return Tree("negative", (self.product(),))
        tree = self.unary()
        while self.peek() in ("*", "/"):
            tree = Tree(self.take(), (tree, self.unary()))
        return tree

    def unary(self) -> Tree:
        if self.peek() == "-":
            self.take()
            return Tree("negative", (self.unary(),))
        return self.power()

    def power(self) -> Tree:
        tree = self.atom()
        if self.peek() == "**":
            self.take()
            exponent = self.take()
            if not exponent.isdigit() or int(exponent) > LARGEST_EXPONENT:
                raise Refused(f"exponent must be an integer from 0 to {LARGEST_EXPONENT}, got {exponent!r}")
            tree = Tree("**", (tree,), number=int(exponent))
        return tree

    def atom(self) -> Tree:
        token = self.take()
        if token.isdigit():
            return Tree("number", number=int(token))
        if token == "(":
            tree = self.sum()
            self.take(")")
            return tree
        if token == "d" and self.peek() == "(":
            self.take("(")
            inner = self.sum()
            self.take(",")
            variable = self.take()
            self.take(")")
            return Tree("d", (inner,), name=variable)
        if token[0].isalpha() and token != "iff":
            return Tree("name", name=token)
        raise Refused(f"{self.text!r} must have a number, a name or a bracket at token {self.at - 1}, got {token!r}")


@lru_cache(maxsize=4096)
def parse_claim(text: str) -> Claim:
    """The claim that `text` states. Raises Refused where the grammar is left."""
    return _Reader(text).claim()


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Tree:
    """The expression that `text` writes. Raises Refused where the grammar is left."""
    reader = _Reader(text)
    tree = reader.sum()
    reader.end()
    return tree


def names_in(tree: Tree) -> frozenset[str]:
    """The names that occur in an expression."""
    inner = frozenset[str]().union(*(names_in(part) for part in tree.parts))
    return inner | {tree.name} if tree.name else inner


def renamed(tree: Tree, change: Callable[[str], str]) -> Tree:
    """The same expression under other names."""
    name = change(tree.name) if tree.name else ""
    return Tree(tree.head, tuple(renamed(part, change) for part in tree.parts), name, tree.number)


def constant(value: Fraction | int) -> Polynomial:
    """The polynomial that is one number."""
    return {ONE: Fraction(value)} if value else {}


def add(a: Polynomial, b: Polynomial, factor: Fraction | int = 1) -> Polynomial:
    """a + factor b."""
    total = dict(a)
    for monomial, coefficient in b.items():
        value = total.get(monomial, Fraction(0)) + factor * coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def _degree(p: Polynomial) -> int:
    return max((len(reals) + len(word) for reals, word in p), default=0)


def _size(p: Polynomial) -> int:
    return max((c.numerator.bit_length() + c.denominator.bit_length() for c in p.values()), default=0)


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """a b; the words of a stand to the left of the words of b. Raises Refused where that would take too long."""
    long = len(a) * len(b) > LARGEST_PRODUCT
    if long or _degree(a) + _degree(b) > LARGEST_DEGREE or _size(a) + _size(b) > LARGEST_NUMBER:
        raise Refused(f"an expansion must stay within {LARGEST_PRODUCT} pairs of terms and degree {LARGEST_DEGREE}")
    product: Polynomial = {}
    for (reals_a, word_a), x in a.items():
        for (reals_b, word_b), y in b.items():
            monomial = (tuple(sorted(reals_a + reals_b)), word_a + word_b)
            product[monomial] = product.get(monomial, Fraction(0)) + x * y
    return {monomial: value for monomial, value in product.items() if value}


def derivative(p: Polynomial, slopes: Mapping[str, Polynomial]) -> Polynomial:
    """The derivative of p by Leibniz' rule, given the derivative of every name that is not constant."""
    total: Polynomial = {}
    for (reals, word), coefficient in p.items():
        for place, name in enumerate(reals):
            if name in slopes:
                rest: Polynomial = {(reals[:place] + reals[place + 1 :], word): coefficient}
                total = add(total, multiply(rest, slopes[name]))
        for place, name in enumerate(word):
            if name in slopes:
                before: Polynomial = {(reals, word[:place]): coefficient}
                after: Polynomial = {((), word[place + 1 :]): Fraction(1)}
                total = add(total, multiply(multiply(before, slopes[name]), after))
    return total

"""Printed formulas read back: LaTeX into the plain text it should say, and plain text into numbers.

Nothing of the package is used: what is tested is that a reader who takes the print at its word gets the right thing.
"""

from __future__ import annotations

import re

import numpy as np

from tests import oracles

_SIGNS = [
    (r"\\mathbf\{1\}_\{>0\}", "positive"),
    (r"\\operatorname\{(\w+)\}", r"\1"),
    (r"\\mathrm\{(\w+)\}", r"\1"),
    (r"\\left|\\right", ""),
    (r"\^\{\\odot (\d+)\}", r"^\1"),
    (r"\^\{\\top\}", "^T"),
    (r"\\(tanh|sin|cos|exp)", r"\1"),
    (r"\\sigma", "logistic"),
    (r"\^\{(\d)\}", r"^\1"),
    (r"\\tfrac\{(\d+)\}\{(\d+)\}\\, (I|[A-Z]_?\w*$)", r"\1/\2 \3"),
    (r"\\tfrac\{(\d+)\}\{(\d+)\}\\, ", r"\1/\2 * "),
    (r" \\odot ", " * "),
    (r"(\w)_\{(\w+)\}(?=\\|$|\)|\^| )", r"\1_{\2}"),
    (r"\\, ", " "),
    (r"\bh(\^\d)?\(", r"squash_out\1("),
    (r"\bg(\^\d)?\(", r"squash_in\1("),
]


def as_text(latex):
    """LaTeX of words as the package's plain text; names of one or more letters with their time as index."""
    text = latex
    for pattern, sign in _SIGNS:
        text = re.sub(pattern, sign, text)
    text = re.sub(r"(\w+)_\{(\w+),(t(?:[-+]\w+)*)\}", r"\1_\2[\3]", text)
    text = re.sub(r"([A-Za-z]+)_\{(t(?:[-+]\w+)*)\}", r"\1[\2]", text)
    return re.sub(r"([A-Za-z]+)_\{(\w+)\}", r"\1_\2", text)


def split(text, sign):
    """`text` cut at `sign` wherever it stands outside all brackets."""
    depth, start, parts = 0, 0, []
    for k, letter in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if depth == 0 and text.startswith(sign, k):
            parts.append(text[start:k])
            start = k + len(sign)
    return [*parts, text[start:]]


class Reader:
    """Values of plain text.

    vectors: "h[t-1]" -> array. weights: name -> array. partials: "d a[t] / d h[t-1]" -> array, filled in by the test.
    """

    def __init__(self, vectors, weights):
        self.vectors, self.weights, self.partials = vectors, weights, {}

    def words(self, text, size):
        """A sum of products of matrices, or of a matrix and a vector; size: (rows, columns) for a plain 0 or I."""
        if text == "0":
            return np.zeros(size)
        return sum(self._product(term, size) for term in split(text, " + "))

    def _product(self, term, size):
        for name in sorted(self.partials, key=len, reverse=True):
            term = term.replace(name, name.replace(" ", "~"))
        value = None
        for factor in split(term, " "):
            read = self._factor(factor.replace("~", " "), size)
            value = read if value is None else value @ read if np.ndim(value) and np.ndim(read) else value * read
        return value

    def _factor(self, factor, size):
        if factor in self.partials:
            return self.partials[factor]
        if factor == "I":
            return np.eye(size[0])
        if factor.startswith("diag("):
            return np.diag(self.entries(factor[5:-1]))
        if factor.removesuffix("^T") in self.weights:
            weight = self.weights[factor.removesuffix("^T")]
            return weight.T if factor.endswith("^T") else weight
        return self.entries(factor)

    def entries(self, text):
        """An elementwise expression: its operators act entry by entry."""
        python = re.sub(r"(\w+)\^(\d+)\(", r"_power(\1, \2)(", text)
        python = re.sub(r"\b([A-Za-z]\w*)\[([\w+-]+)\]", r'_vectors["\1[\2]"]', python).replace("^", "**")
        space = {**oracles.FUNCTIONS, **self.weights, "_vectors": self.vectors, "_power": _power}
        return eval(python, {"__builtins__": {}}, space)


def _power(function, exponent):
    return lambda x: function(x) ** exponent

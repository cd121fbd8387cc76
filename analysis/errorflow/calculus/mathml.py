"""Presentation MathML: the marks that formulas are put together from, and a reader of the letters of a cell.

Structure comes from the words of the calculus, as it does for LaTeX. Letters are kept in LaTeX, in one table; `read`
knows the few commands that they and the fixed parts of formulas use, and refuses any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_SMALL = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau"
    " upsilon varphi chi psi omega"
)
_CAPITAL = {"Gamma": 0x393, "Delta": 0x394, "Theta": 0x398, "Lambda": 0x39B, "Xi": 0x39E, "Pi": 0x3A0, "Sigma": 0x3A3,
            "Upsilon": 0x3A5, "Phi": 0x3A6, "Psi": 0x3A8, "Omega": 0x3A9}  # fmt: skip
_CHARACTERS = {
    **{name: chr(0x3B1 + k) for k, name in enumerate(_SMALL.split())},
    **{name: chr(code) for name, code in _CAPITAL.items()},
    "phi": "\u03d5",
    "varepsilon": "\u03b5",
    "vartheta": "\u03d1",
    "ell": "\u2113",
}
_OPERATORS = {
    "odot": "\u2299", "cdots": "\u22ef", "ldots": "\u2026", "cdot": "\u22c5", "in": "\u2208", "le": "\u2264",
    "ge": "\u2265", "partial": "\u2202", "top": "\u22a4", "to": "\u2192", "lvert": "|", "rvert": "|", "{": "{",
    "}": "}", "lVert": "\u2016", "rVert": "\u2016",
}  # fmt: skip
_LARGE = {"sum": "\u2211", "prod": "\u220f"}
_SPACES = {",": ".17em", ";": ".28em", " ": ".25em", "quad": "1em", "qquad": "2em"}
_WORDS = {"tanh", "exp", "log", "sin", "cos", "sinh", "cosh", "max", "min"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|#\d|\d+|\s+|.")
_TALL = ("<mfrac>", "<msqrt>", "<munder", "<mtable")
APPLY = "<mo>&#x2061;</mo>"
TIMES = '<mo lspace="0" rspace=".17em">&#x2062;</mo>'


MINUS = '<mo form="prefix">&#x2212;</mo>'


def mo(sign: str, attributes: str = "") -> str:
    """An operator."""
    return f"<mo{attributes}>{_escaped(sign)}</mo>"


def _escaped(text: str) -> str:
    named = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in named)


def row(markup: str) -> str:
    """One group; the signs of a sum that still stand as text become operators."""
    shown = closed(markup)
    return shown if _is_one(shown) else f"<mrow>{shown}</mrow>"


def _is_one(markup: str) -> bool:
    """Whether markup is one element already."""
    depth = 0
    for tag in re.finditer(r"<(/?)[^>]*?(/?)>", markup):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        if depth == 0:
            return tag.end() == len(markup)
    return False


def closed(markup: str) -> str:
    """Markup whose outer signs, ` + `, ` - ` and ` = `, have become operators.

    They stand as text so that an equation can be cut at them, as it can in LaTeX.
    """
    found = re.sub(r"(?:^|(?<=>))-(?=<)", MINUS, markup)
    for sign, shown in ((" = ", "="), (" + ", "+"), (" - ", "\u2212")):
        found = found.replace(sign, mo(shown))
    return found


def formula(markup: str, *, display: bool = True) -> str:
    """A formula as one `math` element."""
    shown = ' display="block"' if display else ""
    return f'<math xmlns="{_NAMESPACE}"{shown}>{closed(markup)}</math>'


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows of cells that align, the first to the right and the others to the left, as one `math` element."""
    lines = []
    for cells in rows:
        styles = ["text-align: right; padding-right: 0"] + ["text-align: left; padding-left: 0"] * (len(cells) - 1)
        shown = (f'<mtd style="{style}">{row(cell)}</mtd>' for style, cell in zip(styles, cells, strict=True))
        lines.append(f"<mtr>{''.join(shown)}</mtr>")
    inside = "\n".join(lines)
    attributes = 'displaystyle="true" columnalign="right left" rowspacing=".6em"'
    return f'<math xmlns="{_NAMESPACE}" display="block"><mtable {attributes}>\n{inside}\n</mtable></math>'


def equation(left: str, terms: Sequence[str], rule: str = "") -> list[tuple[str, ...]]:
    """Rows of an equation, one for each term of a sum; rule: in words, what gives it."""
    rows: list[tuple[str, ...]] = [
        ("" if k else left, mo("+" if k else "=", ' form="infix"') + t) for k, t in enumerate(terms)
    ]
    if rule:
        words = _escaped(rule.replace(" ", "\u00a0"))  # not to be taken for the signs of a sum
        rows[-1] = (*rows[-1], f'<mspace width="2em"/><mtext>{words}</mtext>')
    return rows


def bracketed(markup: str) -> str:
    """Markup in round brackets."""
    size = "" if any(tall in markup for tall in _TALL) else ' stretchy="false"'
    return f"<mrow>{mo('(', size)}{closed(markup)}{mo(')', size)}</mrow>"


def applied(function: str, argument: str) -> str:
    """A function at its argument, in brackets."""
    return f"{function}{APPLY}{bracketed(argument)}"


def fraction(top: str, below: str) -> str:
    """A fraction."""
    return f"<mfrac>{row(top)}{row(below)}</mfrac>"


def raised(base: str, exponent: str) -> str:
    """A power; the exponent of what has an index stands above the index."""
    if base.startswith("<msub>") and _is_one(base):
        return f"<msubsup>{base.removeprefix('<msub>').removesuffix('</msub>')}{row(exponent)}</msubsup>"
    return f"<msup>{row(base)}{row(exponent)}</msup>"


def read(latex: str, *arguments: str) -> str:
    """The markup of a formula in the few commands that letters use; #1, #2 stand for markup that is given.

    Raises: ValueError for another command.
    """
    tokens = _TOKEN.findall(latex)
    found, rest = _row(tokens, 0, arguments, ("}",))
    if rest != len(tokens):
        raise ValueError(f"a letter must be balanced, got {latex!r}")
    return found


def _row(tokens: list[str], k: int, arguments: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, int]:
    out = ""
    while k < len(tokens) and tokens[k] not in ends:
        if tokens[k].isspace():
            k += 1
            continue
        large, function = tokens[k][1:] in _LARGE, tokens[k] == "\\operatorname"
        atom, k = _atom(tokens, k, arguments)
        scripts: dict[str, str] = {}
        while k < len(tokens) and tokens[k] in "^_'":
            sign = tokens[k]
            if sign == "'":
                scripts["^"] = mo("\u2032") + scripts.get("^", "")
                k += 1
                continue
            inner, k = _atom(tokens, k + 1, arguments)
            scripts[sign] = scripts.get(sign, "") + inner
        out += _scripted(atom, scripts, large) + APPLY * function
    return out, k


def _scripted(atom: str, scripts: dict[str, str], large: bool) -> str:
    below, above = ("munder", "mover") if large else ("msub", "msup")
    both = "munderover" if large else "msubsup"
    if len(scripts) == 2:
        return f"<{both}>{atom}{row(scripts['_'])}{row(scripts['^'])}</{both}>"
    if "_" in scripts:
        return f"<{below}>{atom}{row(scripts['_'])}</{below}>"
    if "^" in scripts:
        return f"<{above}>{atom}{row(scripts['^'])}</{above}>"
    return atom


def _atom(tokens: list[str], k: int, arguments: tuple[str, ...]) -> tuple[str, int]:
    """One thing that can carry an index, and where what follows it begins."""
    k += tokens[k].isspace()
    token, k = tokens[k], k + 1
    if token == "{":
        inner, k = _row(tokens, k, arguments, ("}",))
        return row(inner), k + 1
    if token.startswith("#"):
        return row(arguments[int(token[1:]) - 1]), k
    if token.isdigit():
        return f"<mn>{token}</mn>", k
    if token.isalpha():
        return f"<mi>{token}</mi>", k
    if not token.startswith("\\"):
        return mo("\u2212" if token == "-" else token, ' stretchy="false"' if token in "()[]|" else ""), k
    return _command(token[1:], tokens, k, arguments)


def _command(name: str, tokens: list[str], k: int, arguments: tuple[str, ...]) -> tuple[str, int]:
    if name in ("mathrm", "operatorname", "text", "mathbf", "mathit"):
        end = tokens.index("}", k)
        word = "".join(tokens[k + 1 : end]).replace("\\_", "_")
        if name == "text":
            return f"<mtext>{_escaped(word)}</mtext>", end + 1
        upright = ' mathvariant="normal"' if len(word) == 1 and name != "mathit" else ""
        return f"<mi{upright}>{_escaped(word)}</mi>", end + 1
    if name in ("frac", "tfrac"):
        top, k = _atom(tokens, k, arguments)
        below, k = _atom(tokens, k, arguments)
        small = ' displaystyle="false"' if name == "tfrac" else ""
        return f"<mfrac{small}>{top}{below}</mfrac>", k
    if name == "left":
        opening = tokens[k]
        inner, k = _row(tokens, k + 1, arguments, ("\\right",))
        ends = ["" if sign == "." else mo(sign) for sign in (opening, tokens[k + 1])]
        return f"<mrow>{ends[0]}{inner}{ends[1]}</mrow>", k + 2
    if name in _LARGE:
        return mo(_LARGE[name]), k
    if name in _OPERATORS:
        return mo(_OPERATORS[name], ' stretchy="false"' if name in "{}" else ""), k
    if name in _SPACES:
        return f'<mspace width="{_SPACES[name]}"/>', k
    if name == "!":
        return "", k
    if name in _CHARACTERS:
        upright = ' mathvariant="normal"' if name in _CAPITAL else ""
        return f"<mi{upright}>{_escaped(_CHARACTERS[name])}</mi>", k
    if name in _WORDS:
        return f"<mi>{name}</mi>", k
    raise ValueError(f"a letter must use commands that MathML has, got \\{name}")

"""Sentences of the toolkit as LaTeX: captions of figures, claims and lessons are written once, in plain text."""

from __future__ import annotations

import re
from collections.abc import Callable

_GREEK = "alpha|beta|gamma|lambda|mu|rho|sigma|tau|theta|phi|psi"
_INDEX = r"\{[^{}]*\}|\([^()]*\)|-?\w+"

# In this order: what is matched first is put away, so that nothing below reads LaTeX as plain text.
_RULES = (
    (r"\b(?:rnn|lstm|lstm1997|forget_gate|rtrl)\.[a-z_]+\b", lambda m: rf"\texttt{{{_plain(m[0])}}}"),  # a theorem
    (r"\[\[(.*?)\], \[(.*?)\]\]", lambda m: _matrix(m[1], m[2])),
    (r"\bretain_grad\b|\btorch\.nn\.\w+", lambda m: rf"\texttt{{{_plain(m[0])}}}"),
    (r"\bsqrt (\d+)|\bsqrt\((\d+)\)", lambda m: rf"$\sqrt{{{m[1] or m[2]}}}$"),
    (rf"\b(state)_({_INDEX})", lambda m: rf"{m[1]}$_{{{_inside(m[2])}}}$"),
    (rf"(?<![\w.])([A-Za-z]|\d+(?:\.\d+)?)((?:[_^](?:{_INDEX}))+)", lambda m: f"${m[1]}{_scripts(m[2])}$"),
    (rf"\b({_GREEK})\b", lambda m: rf"$\{m[1]}$"),
    (r"\^(\w)", lambda m: f"$^{{{m[1]}}}$"),
    (r"\bf'", lambda m: "$f'$"),
    (r"(?<![\w'])[hkmnpqrswxyzJLMTW](?![\w'])", lambda m: f"${m[0]}$"),
    (r"(?<![\w.)])-(?=\d)|(?<=\()-(?=\w)|(?<=[ ])-(?=[ \0])", lambda m: "$-$"),
    (r" >= ", lambda m: r" $\ge$ "),
    (r" \* ", lambda m: r" $\cdot$ "),
    (r"[<>|*=+]", lambda m: f"${m[0]}$"),
    (r'"([^"]*)"', lambda m: f"``{latex(m[1])}''"),
    (r"[\\&%$#_{}~^]", lambda m: _plain(m[0])),
)


def latex(text: str) -> str:
    """A sentence in plain text as LaTeX: indices, Greek letters and signs as mathematics, names in typewriter."""
    kept: list[str] = []

    def put(rule: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def away(match: re.Match[str]) -> str:
            kept.append(rule(match))
            return f"\0{len(kept) - 1}\1"

        return away

    for pattern, rule in _RULES:
        text = re.sub(pattern, put(rule), text)
    while "\0" in text:
        text = re.sub("\0(\\d+)\1", lambda m: kept[int(m[1])], text)
    return text.replace("$$", "")


def paragraphs(text: str) -> str:
    """A caption: its paragraphs run on."""
    return latex(" ".join(text.split()))


def _scripts(text: str) -> str:
    return "".join(f"{sign}{{{_inside(index)}}}" for sign, index in re.findall(rf"([_^])({_INDEX})", text))


def _inside(index: str) -> str:
    bare = index[1:-1] if index[0] in "({" else index
    return r"\max" if bare == "max" else rf"\mathrm{{{bare}}}" if len(bare) > 1 and bare.isalpha() else bare


def _matrix(first: str, second: str) -> str:
    rows = r" \\ ".join(row.replace(", ", " & ") for row in (first, second))
    return rf"$\bigl(\begin{{smallmatrix}}{rows}\end{{smallmatrix}}\bigr)$"


def _plain(text: str) -> str:
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(special.get(ch, rf"\{ch}" if ch in "&%$#_{}" else ch) for ch in text)

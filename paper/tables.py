"""The tables of the article, and the statements of its appendix, from the registries of the toolkit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy
from words import latex

import errorflow as ef
from errorflow.claims import Judgement
from errorflow.learning.cost import LETTERS, size
from errorflow.models import MODELS
from errorflow.models.record import Law, printed
from errorflow.proof import Report, theorems
from errorflow.results.cost_results import shown

# As the literature calls the algorithms; one that is missing here stops the build.
CALLED = {
    "bptt": r"BPTT~\cite{werbos}",
    "tbptt": r"BPTT($h$), each step~\cite{peng}",
    "rtrl": r"RTRL~\cite{robinson,williams}",
    "schmidhuber1992": r"hybrid of 1992, blocks of $h$~\cite{hybrid}",
    "gers2000": r"eligibility traces~\cite{lstm,gers,eprop}",
    "snap1": r"SnAp-1~\cite{snap}",
    "uoro": r"UORO~\cite{uoro}",
    "rflo": r"RFLO~\cite{rflo}",
    "lstm1997": r"algorithm of 1997~\cite{lstm}",
}

# The sources of the models as the references call them; one that is missing here stops the build.
SOURCES = {
    "Elman 1990": "elman",
    "Hochreiter & Schmidhuber 1997": "lstm",
    "Gers, Schmidhuber & Cummins 2000": "gers",
    "Cho et al. 2014": "cho",
    "Beck et al. 2024": "xlstm",
    "Feng et al. 2024": "mingru",
    "Orvieto et al. 2023": "lru",
    "Box & Jenkins 1970": "box",
    "Rabiner 1989": "rabiner",
    "Birkhoff 1957": "birkhoff",
    "LeCun & Bengio 1995": "lecun",
    "van den Oord et al. 2016": "wavenet",
    "Bai, Kolter & Koltun 2018": "tcn",
    "Vaswani et al. 2017": "attention",
    "Xiong et al. 2020": "prenorm",
    "Katharopoulos et al. 2020": "linear",
    "Sun et al. 2023": "retnet",
    "Chen et al. 2018": "ode",
    "Zeng et al. 2023": "zeng",
    "Cooley & Tukey 1965": "fft",
    "Cuturi & Blondel 2017": "softdtw",
    "Boser, Guyon & Vapnik 1992": "svm",
    "Breiman 2001": "forest",
}
TASKS = {
    "embedded_reber": "embedded Reber grammar",
    "adding": "adding problem",
    "temporal_order": "temporal order",
}

LETTER = size(LETTERS["block"])
SYMBOLS = (r"\lambda_{+}", r"\gamma", r"\tau", r"|\lambda|")  # a power of these needs no brackets


def verdicts(reports: list[Report]) -> str:
    """All theorems by name, with what they say, verdict, route and scope.

    A dagger marks those that assume facts on norms or determinants.
    """
    mark = {True: r"\rlap{$^{\dagger}$}", False: ""}
    title = {theorem.name: theorem.title for theorem in theorems()}
    rows = [
        rf"\texttt{{\detokenize{{{r.name}}}}} & {latex(title[r.name])} & "
        rf"{r.verdict}, {r.route}{mark[bool(r.assumes)]} & {re.split(r'[^a-z]', r.scope)[0]}"
        for r in reports
    ]
    return _long(r"@{}lp{86mm}l@{\hspace{3mm}}l@{}", "Theorem & What it says & Verdict & Scope", rows)


def ledger(judgements: Iterable[Judgement]) -> str:
    """The claims by theme, each with its verdict and its lesson."""
    rows, theme = [], ""
    for one in judgements:
        if one.theme != theme:
            theme = one.theme
            rows.append(rf"\multicolumn{{3}}{{@{{}}l@{{}}}}{{\rule{{0pt}}{{3.2ex}}\textbf{{{latex(theme)}}}}}")
        rows.append(rf"{latex(one.text)} & \textit{{{one.verdict}}} & {latex(one.lesson)}")
    columns = r"@{}>{\raggedright\arraybackslash}p{85mm}l>{\raggedright\arraybackslash}p{60mm}@{}"
    return _long(columns, "The claim as it is heard & Verdict & In one sentence", rows)


def costs(name: str) -> str:
    """What each algorithm takes for a sequence of T steps of a built-in cell."""
    rows = [
        rf"{CALLED[c.name]} & {'yes' if c.exact else 'no'} & ${_cost(c.macs)}$ & ${shown(c.memory)}$"
        for c in getattr(ef, name)().cost()
    ]
    return _table(r"@{}lcll@{}", "Algorithm & Exact & Multiply-adds & Words of memory", rows)


def apart(polynomial: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """A cost as two polynomials: what every step takes, and what is paid once a block of h steps."""
    terms = sympy.Add.make_args(sympy.expand(polynomial))
    seldom = sympy.Add(*(term for term in terms if term.has(1 / LETTER)))
    return sympy.Add(*terms) - seldom, sympy.expand(seldom * LETTER)


def _cost(polynomial: sympy.Expr) -> str:
    often, seldom = apart(polynomial)
    return shown(often) + (rf" + \tfrac{{1}}{{{LETTER}}}\,{shown(seldom)}" if seldom else "")


def models() -> str:
    """The sequence models: how the influence of an input falls with its lag, over how long a path, at what cost."""
    rows = [
        rf"{latex(m.title)} & {_law(m.law)} & ${printed(m.path_length)}$ & ${printed(m.macs)}$ & {_cited(m.source)}"
        for m in MODELS
    ]
    columns = r"@{}>{\raggedright\arraybackslash}p{66mm}llll@{}"
    return _table(columns, r"Model & Influence at lag $q$ & Path & Multiply-adds & Source", rows)


def _cited(source: str) -> str:
    """`Vaswani et al. 2017; Xiong et al. 2020 for the norm first` as citations, with what is said of them."""
    found = []
    for part in source.split("; "):
        named = re.fullmatch(r"(.*?\d{4})(.*)", part)
        assert named is not None, part
        found.append(rf"\cite{{{SOURCES[named[1]]}}}{latex(named[2])}")
    return ", ".join(found)


def learned(results: Mapping[str, Mapping[str, Any]]) -> str:
    """What was learned: for each task and algorithm the share of held-out sequences that are right, seed by seed.

    results: task -> its file of experiments. An asterisk marks runs that met the task's criterion of success.
    """
    algorithms = list(dict.fromkeys(run["algorithm"] for run in results["adding"]["runs"]))
    budgets = [f"{results[task]['budget']['presentations']:,}".replace(",", r"\,") for task in TASKS]
    head = " & ".join(["Trained by", *TASKS.values()])
    rows = [" & ".join(["Sequences shown", *budgets])]
    rows += [
        " & ".join([_called(name, results), *(_shares(results[task]["runs"], name) for task in TASKS)])
        for name in sorted(algorithms, key=LEARNED.index)
    ]
    return _table(r"@{}llll@{}", head, rows)


LEARNED = ("bptt", "tbptt", "lstm1997", "snap1", "uoro")


def _called(name: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    if name != "tbptt":
        return CALLED[name]
    [options] = {tuple(r["options"].items()) for r in results["adding"]["runs"] if r["algorithm"] == name}
    given = dict(options)
    return rf"BPTT({given['horizon']}; {given['every']})~\cite{{peng}}"


def _shares(runs: Sequence[Mapping[str, Any]], name: str) -> str:
    mine = sorted((r for r in runs if r["algorithm"] == name), key=lambda r: r["seed"])
    return r"\enspace ".join(f"${r['correct'][-1]:.2f}{'^*' * (r['reached'] is not None)}$" for r in mine)


def _law(law: Law) -> str:
    rate = "" if law.rate is None else printed(law.rate)
    rate = re.sub(r"(?<![\\a-z])(lambda|theta|phi|max)\b", r"\\\1", rate).replace(r"{\left(C \right)}", "(C)")
    rate = rate.replace("|W|", r"\norm{W}").replace(r"\left|{W}\right|", r"\norm{W}")
    sign = {"exact": "", "at most": r"\le ", "at least": r"\ge "}[law.sense]
    if law.kind == "exponential":
        base = rate if len(rate) == 1 or rate in SYMBOLS else f"({rate})"
        return f"${sign}{base}^{{q}}$"
    formula = {
        "finite": rf"$0$ from lag ${rate}$ on",
        "inverse": rf"${sign}{rate}/T$",
        "constant": f"constant ${rate}$",
    }
    return formula.get(law.kind, latex(law.text())).replace(" $$", "")


def statements(left_out: Sequence[str]) -> str:
    """The statements of all theorems but those that the text has stated, each under its title."""
    parts = []
    for theorem in theorems():
        if theorem.name not in left_out:
            name = theorem.name
            parts.append(rf"\appendixstatement{{{name}}}{{\texttt{{\detokenize{{{name}}}}}}}{{{latex(theorem.title)}}}")
    return "\n\n".join(parts) + "\n"


def _table(columns: str, head: str, rows: Sequence[str]) -> str:
    body = [rf"{row} \\" for row in rows]
    begin, end = [rf"\begin{{tabular}}{{{columns}}}", r"\toprule"], [r"\bottomrule", r"\end{tabular}%", ""]
    return "\n".join([*begin, rf"{head} \\", r"\midrule", *body, *end])


def _long(columns: str, head: str, rows: Sequence[str]) -> str:
    """The body of a longtable; caption and label stand in the article, before it is read in."""
    body = [rf"{row} \\" + "*" * row.startswith(r"\multicolumn") for row in rows]  # a heading stays with its row
    top = [r"\toprule", rf"{head} \\", r"\midrule"]
    foot = [r"\bottomrule", r"\endlastfoot"]
    return "\n".join(
        [rf"\begin{{longtable}}{{{columns}}}", r"\tablecaption\\", *top, r"\endfirsthead", *top, r"\endhead"]
        + [r"\bottomrule", r"\endfoot", *foot, *body, r"\end{longtable}%", ""]
    )

"""Exported fragments: the same bytes each time, whole files only, and LaTeX that compiles within the line."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import tanh

import errorflow as ef
from errorflow import export as module
from errorflow.calculus.letters import NOTATIONS
from errorflow.cli import main
from errorflow.export import export, files
from errorflow.proof import theorems
from errorflow.results import Content, Piece, Result, result, results

EXTRA = {
    "theorem_table.tex", "catalogue.tex", "results.json", "errorflow.sty", "errorflow.bib", "SHA256SUMS",
    "fragments/names.tex",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("export") / "new" / "folder"
    return target, export(target)


def test_every_result_and_every_part_has_a_file_and_every_file_a_name(folder):
    target, written = folder
    expected = {f"{name}.tex" for r in results() for name in r.pieces()} | EXTRA
    fragments = {f"fragments/{name}.tex" for r in results() for name in r.pieces()}
    assert {str(p.relative_to(target)) for p in written} == expected | fragments
    assert {str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()} == expected | fragments
    assert written[-1].name == "results.json"


def test_the_files_hold_what_the_results_say(folder):
    target, _ = folder
    for name in ("lstm.jacobian", "rnn.vanishing"):
        assert (target / f"{name}.tex").read_text() == result(name).latex() + "%\n"


def test_another_export_in_another_process_writes_the_same_bytes(folder, tmp_path):
    target, written = folder
    code = "import sys; from errorflow.export import export; export(sys.argv[1])"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=True)
    for path in written:
        assert (tmp_path / path.relative_to(target)).read_bytes() == path.read_bytes(), path.name


def test_json_knows_versions_verdicts_and_digests(folder):
    target, _ = folder
    document = json.loads((target / "results.json").read_text())
    assert set(document) == {"schema", "digest", "versions", "results"}
    records = {r["name"]: r for r in document["results"]}
    assert list(records) == [r.name for r in results()]
    verdicts = {(r["verdict"], r["route"]) for r in records.values() if r["kind"] == "theorem"}
    assert verdicts == {("proved", "kernel"), ("cited", "coq"), ("cited", "reference")}
    assert len({r["digest"] for r in records.values()}) == len(records)


def test_every_record_tells_its_symbols_and_has_a_digest_that_can_be_worked_out_anew(folder):
    target, _ = folder
    document = json.loads((target / "results.json").read_text())
    for record in document["results"]:
        assert {"name", "title", "kind", "latex", "text", "parts", "symbols", "digest"} <= set(record), record["name"]
        if record["kind"] == "theorem":
            assert {"hypotheses", "verdict", "route", "scope", "sharp", "source", "assumes"} <= set(record)
        for symbol in record["symbols"]:
            assert {"name", "latex", "meaning", "shape"} <= set(symbol), record["name"]
            assert symbol["meaning"].strip()
            assert all(isinstance(label, str) for label in symbol["shape"])
        rest = {key: value for key, value in record.items() if key != "digest"}
        canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        assert hashlib.sha256(canonical.encode()).hexdigest() == record["digest"]


def test_every_vector_and_weight_in_the_text_of_a_result_is_among_its_symbols(folder):
    target, _ = folder
    for record in json.loads((target / "results.json").read_text())["results"]:
        told = {symbol["name"] for symbol in record["symbols"]}
        if record["kind"] != "theorem":
            words = set(re.findall(r"\b([A-Za-z]\w*)\[", record["text"])) - {"diag"}
            assert {w.removesuffix("_tr") for w in words} <= told, record["name"]
        for label in {label for s in record["symbols"] for label in s["shape"] if re.fullmatch(r"[a-z]", label)}:
            assert label in told, record["name"]


def test_the_sums_are_those_of_the_files_as_sha256sum_reads_them(folder):
    target, written = folder
    lines = (target / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    names = {str(p.relative_to(target)) for p in written} - {"SHA256SUMS"}
    assert set(sums) == names
    for name, value in sums.items():
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == value, name


CELL = """
import errorflow as ef
from sympy import tanh

h, c, x, f, u = ef.names("h c x f u")
carousel = ef.Cell(
    "my_cell", inputs=[x], state={h: tanh(ef.new(c)), c: f * c + (1 - f) * u},
    where={f: ef.logistic(ef.net("f", h, x)), u: tanh(ef.net("u", h, x))},
)
lstm = ef.Cell("lstm", inputs=[x], state={h: tanh(ef.net("", h, x))})
"""


def test_a_cell_of_ones_own_has_the_same_fragments_as_a_built_in_one(tmp_path, monkeypatch, capsys):
    (tmp_path / "mine.py").write_text(CELL)
    monkeypatch.setattr(module, "results", lambda: (made("x"),))
    own, folder = f"{tmp_path / 'mine.py'}:carousel", str(tmp_path / "out")
    assert main(["export", folder, "--cell", own]) == 0
    there = {p.name for p in (tmp_path / "out" / "fragments").iterdir()}
    for suffix in ("definition", "jacobian.c_h.steps", "flow", "flow.steps", "departures", "weights", "cost"):
        assert f"my_cell.{suffix}.tex" in there
    text = (tmp_path / "out" / "fragments" / "my_cell.jacobian.c_c.tex").read_text()
    assert r"\EFonly{my_cell.jacobian}{modern}" in text
    assert r"\operatorname{diag}(f_{t})" in text
    capsys.readouterr()
    assert main(["export", folder, "--cell", own, "--check"]) == 0
    assert main(["export", folder, "--check"]) == 2
    assert "holds cells of your own, my_cell; give each" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "out" / "my_cell.flow.tex").write_text("0\n")
    assert main(["export", folder, "--cell", own, "--check"]) == 1
    assert "my_cell.flow.tex is not what this version writes" in capsys.readouterr().out


def test_a_cell_with_the_name_of_a_built_in_one_is_refused_and_nothing_is_written(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(CELL)
    assert main(["export", str(tmp_path / "out"), "--cell", f"{tmp_path / 'mine.py'}:lstm"]) == 2
    assert "a name that no built-in cell has" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    h, x = ef.names("h x")
    own = ef.Cell("my cell", inputs=[x], state={h: tanh(ef.net("", h, x))})
    with pytest.raises(ValueError, match="my cell"):
        export(tmp_path / "out", [own])


def made(latex, **data):
    return Result("a.b", "A", "derivation", lambda: Content(Piece(latex), latex, {}, data))


def test_the_digest_changes_with_the_content_and_with_nothing_else():
    one = json.loads(files((made("x"),))["results.json"])
    assert json.loads(files((made("x"),))["results.json"]) == one
    for changed in (made("y"), made("x", words=[1]), replace(made("x"), title="B")):
        other = json.loads(files((changed,))["results.json"])
        assert other["digest"] != one["digest"]
        assert other["results"][0]["digest"] != one["results"][0]["digest"]


def failing():
    data = {"verdict": "failed", "route": "kernel", "scope": "universal", "reason": "step 3 is refused"}
    return Result("bad.theorem", "Bad", "theorem", lambda: Content(Piece("x", math=False), "x", {}, data))


def test_a_theorem_that_fails_is_named_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "results", lambda: (made("x"), failing()))
    with pytest.raises(AssertionError, match=r"bad\.theorem \(step 3 is refused\)"):
        export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_is_refused_as_folder_and_left_alone(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(NotADirectoryError, match="got the file"):
        export(file)
    assert file.read_text() == "mine"


def test_a_write_that_breaks_off_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "results", lambda: (made("x"),))
    export(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    monkeypatch.setattr(module, "results", lambda: (made("y"),))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        export(tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_files_can_be_read_by_everyone(folder):
    _, written = folder
    assert {p.stat().st_mode & 0o777 for p in written} == {0o644}


@pytest.fixture(scope="module")
def typeset(folder, tmp_path_factory):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed (texlive-latex-base)")
    target, _ = folder
    out = tmp_path_factory.mktemp("tex")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"-output-directory={out}", "catalogue.tex"]
    environment = {**os.environ, "max_print_line": "1000"}
    done = subprocess.run(command, cwd=target, capture_output=True, env=environment, check=False)
    log = (out / "catalogue.log").read_text(encoding="latin-1")
    assert done.returncode == 0, [line for line in log.splitlines() if line.startswith("!")]
    return target, log


def test_all_fragments_compile_in_a_plain_article_with_amsmath(typeset):
    target, log = typeset
    for r in results():
        for name in r.pieces():
            assert f"({name}.tex" in log or f"(./{name}.tex" in log, name
    assert re.findall(r"usepackage\{(.*?)\}", (target / "catalogue.tex").read_text()) == ["amsmath"]


def test_the_source_of_a_theorem_cites_the_works_that_there_are_and_sets_names_in_typewriter(folder):
    target, _ = folder
    keys = set(re.findall(r"@\w+\{(\w+),", (target / "errorflow.bib").read_text()))
    read = {t.name: (target / "fragments" / f"{t.name}.tex").read_text().split("\n", 1)[0] for t in theorems()}
    for theorem in theorems():
        assert set(re.findall(r"\\cite\{(\w+)\}", read[theorem.name])) <= keys
        named = any(other.name in theorem.source for other in theorems())
        assert named == (r"\texttt{" in read[theorem.name]), theorem.name
    assert r"Hochreiter \& Schmidhuber 1997~\cite{hochreiter1997}" in read["lstm1997.constants"]
    assert r"\texttt{lstm.\allowbreak factorisation}" in read["lstm1997.constants"]


def sweep(notation, columns):
    """An article that reads every fragment there is, each told to the log before it is set."""
    lines = [
        rf"\documentclass[{columns}]{{article}}",
        rf"\usepackage[notation={notation}]{{errorflow}}",
        r"\begin{document}",
    ]
    for r in results():
        lines.append(rf"\subsection{{\raggedright\EFtitle{{{r.name}}}}}")
        lines.append(rf"{{\raggedright \EFverdict{{{r.name}}}. \EFsource{{{r.name}}}\par}}")
        lines += [rf"\typeout{{<{name}>}}\EFresult{{{name}}}" for name in r.pieces()]
    return "\n\n".join([*lines, r"\end{document}"]) + "\n"


NOTATIONS_AND_COLUMNS = [(n, c) for n in NOTATIONS for c in ("onecolumn", "twocolumn")]
SLOW = [
    pytest.param(*pair, marks=pytest.mark.slow) for pair in NOTATIONS_AND_COLUMNS if pair != ("classic", "twocolumn")
]


@pytest.mark.parametrize(("notation", "columns"), [("classic", "twocolumn"), *SLOW])
def test_the_whole_export_compiles_with_the_package_and_nothing_sticks_out(folder, tmp_path, notation, columns):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed (texlive-latex-base)")
    (tmp_path / "all.tex").write_text(sweep(notation, columns))
    environment = {**os.environ, "max_print_line": "1000", "TEXINPUTS": f"{folder[0]}:"}
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "all.tex"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    name, wide = "", []
    for line in done.stdout.splitlines():
        if found := re.match(r"<(\S+)>", line):
            name = found[1]
        elif found := re.match(r"Overfull \\hbox \(([\d.]+)pt too wide", line):
            wide += [(name, found[1])] if float(found[1]) > 1 else []
    assert not wide
    assert name == list(results()[-1].pieces())[-1]


def test_no_fragment_sticks_out_of_line_or_page_by_more_than_a_point(typeset):
    _, log = typeset
    wide = [m for m in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt too (?:wide|high)\)", log) if float(m) > 1]
    assert not wide


PAPER = Path(__file__).parent.parent / "paper"


@pytest.fixture(scope="module")
def build():
    if not PAPER.is_dir():
        pytest.skip("the paper is not in this installation")
    sys.path.insert(0, str(PAPER))
    try:
        import build as made_here
    finally:
        sys.path.remove(str(PAPER))
    return made_here


def test_the_paper_reads_in_only_names_that_there_are(build, folder):
    _, written = folder
    source = build.SOURCE.read_text()
    made = {p.name.removesuffix(".tex") for p in written}
    read = set(re.findall(r"\\EF\{([^}#]+)\}", source))
    # names without a dot, and costs.*, are tables that the build makes itself
    assert {name for name in read if "." in name and not name.startswith("costs.")} <= made
    assert len(re.findall(r"\\EF\{[^}#]+\}", source)) > 10


def test_an_unknown_name_and_an_unused_number_are_both_reported(build):
    known = {"EF": {"a.b"}, "thm": {"t.x"}, "fact": {"used", "unused"}, "drawn": set(), "cite": set()}
    source = r"\EF{a.b} \EF{a.c} \thm{t.x} \statement{t.y} \fact{used} \fact{lost}"
    assert build.wrong_names(source, known) == [
        "errorflow.tex names 'a.c', which there is not",
        "errorflow.tex names 't.y', which there is not",
        "errorflow.tex names 'lost', which there is not",
        "the number 'unused' is made and not used",
    ]


def test_a_log_with_wide_lines_or_undefined_references_is_complained_of(build):
    log = (
        "Overfull \\hbox (0.99pt too wide) in paragraph at lines 1--2\n"
        "Overfull \\hbox (1.01pt too wide) in paragraph at lines 3--4\n"
        "Overfull \\vbox (30.0pt too high) has occurred while \\output is active\n"
        "LaTeX Warning: Reference `fig:x' on page 1 undefined on input line 5.\n"
        "LaTeX Warning: Citation `y' on page 1 undefined on input line 6.\n"
        "LaTeX Font Warning: nothing to see here\n"
    )
    assert len(build.complaints(log)) == 4


def test_without_tex_the_build_says_in_one_line_what_to_install_and_exits_with_3(build, monkeypatch, capsys):
    monkeypatch.setattr(build.shutil, "which", lambda tool: None)
    assert build.main() == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "texlive-latex-base texlive-latex-recommended latexmk" in told


def test_claims_that_the_prose_leans_on_still_say_that():
    """The paper prints these by number; a claim that is moved must not change what the sentence says."""
    for name, claim in (
        ("rnn.nilpotent.claim8", r"\Phi_{q} = 2^{q-1} J"),
        ("lstm1997.carousel.claim1", r"\Phi_{q} = J_{q}"),
    ):
        theorem, _, part = name.rpartition(".")
        assert result(theorem).content.parts[part].latex == claim


def test_bytes_are_ascii_and_end_with_one_newline(folder):
    _, written = folder
    for path in written:
        content = path.read_bytes()
        assert content.isascii()
        assert content.endswith(b"\n")
        assert not content.endswith(b"\n\n")

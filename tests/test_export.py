"""Exported fragments: the same bytes each time, whole files only, and LaTeX that compiles within the line."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from errorflow import export as module
from errorflow.export import export, files
from errorflow.results import Content, Piece, Result, result, results

EXTRA = {"theorem_table.tex", "catalogue.tex", "results.json", "errorflow.sty", "errorflow.bib"}


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

"""The Coq files: what they must hold is read from them, and Coq itself is asked where it is installed."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from errorflow.cli import main
from errorflow.proof import coq, theorems
from errorflow.proof.checker.axioms import AXIOMS, FUNCTIONS
from errorflow.proof.coq_lemmas import generated

WITHOUT_COQ = pytest.mark.skipif(shutil.which("coqc") is None, reason="Coq is not installed")


def source(name):
    return (coq.FOLDER / f"{name}.v").read_text(encoding="utf-8")


def entries():
    return list(coq.table().values())


def test_each_axiom_of_the_kernel_is_a_lemma_and_there_is_no_other():
    wanted = [f"function_{name}" for name in FUNCTIONS] + [f"axiom_{name.replace('.', '_')}" for name in AXIOMS]
    assert coq.lemmas_of("Axioms") == tuple(f"Axioms.{name}" for name in wanted)


@pytest.mark.parametrize("name", AXIOMS)
def test_the_lemma_of_an_axiom_states_it(name):
    """Values as `let`, premises and conclusions with `/\\` and `<->`: the statement is the data, written in Coq."""
    lemma = re.search(
        rf"Lemma axiom_{name.replace('.', '_')} \(([\w ]+) : R\) : (.*?)\.\nProof", source("Axioms"), re.S
    )
    arguments, statement = lemma[1].split(), " ".join(lemma[2].split())
    axiom = AXIOMS[name]
    assert sorted(arguments) == sorted({argument for _, _, argument in axiom.values})
    lets = "".join(f"let {value} := {function} {argument} in " for value, function, argument in axiom.values)
    conclusions = [text.replace(" iff ", " <-> ") for text in axiom.conclusions]
    if len(conclusions) > 1:
        conclusions = [f"({text})" if "<->" in text else text for text in conclusions]
    expected = lets + "".join(f"{text} -> " for text in axiom.premises) + " /\\ ".join(conclusions)
    assert expected.replace(" ", "") == statement.replace(" ", "")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_lemma_of_a_slope_states_it(name):
    slope = FUNCTIONS[name].replace("*(", " * (").replace("**", " ^ ")
    text = slope if slope.isalpha() else f"({slope})"
    assert f"Lemma function_{name} (a : R) : let v := {name} a in is_derive {name} a {text}." in source("Axioms")


def test_the_generated_lemmas_are_those_of_the_certificates():
    assert source("Generated") == generated()


def test_nothing_is_admitted_or_assumed():
    for name in coq.files():
        text = re.sub(r"\(\*.*?\*\)", "", source(name), flags=re.S)
        assert not re.search(r"\b(Admitted|admit|Abort|Axioms?|Parameters?|Conjecture|bypass_check|Unset)\b", text), (
            name
        )
        assert text.count("Section ") == text.count("End "), name


def test_the_table_names_theorems_of_the_registry_in_its_order_and_all_that_only_coq_proves():
    names = [theorem.name for theorem in theorems()]
    assert list(coq.table()) == [name for name in names if name in coq.table()]
    alone = [theorem for theorem in theorems() if theorem.route == "coq"]
    assert alone
    for theorem in alone:
        assert coq.table()[theorem.name].lemmas == theorem.lemmas


def test_every_lemma_of_the_table_is_in_its_file():
    for one in entries():
        for lemma in one.lemmas:
            assert lemma in coq.lemmas_of(lemma.split(".")[0]), lemma


def test_axioms_are_read_from_what_coq_prints():
    assert coq.assumptions("Closed under the global context\n") == ()
    printed = (
        "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\nFE.functional_extensionality_dep\n  : forall\n"
    )
    assert coq.assumptions(printed) == ("classic", "functional_extensionality_dep")
    with pytest.raises(ValueError, match="must print axioms"):
        coq.assumptions("Error: nothing of the kind")


def test_without_coq_the_command_says_how_to_get_it(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["prove", "--coq"]) == 3
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "apt-get install" in err


@WITHOUT_COQ
def test_coq_confirms_a_theorem_without_any_axiom(capsys):
    assert main(["prove", "rtrl.equals_bptt", "--coq", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["theorems"][0]["verdict"] == "proved"
    assert [one["name"] for one in document["coq"]["confirmed"]] == ["rtrl.equals_bptt"]
    assert document["coq"]["axioms"] == []


def test_a_theorem_of_coq_is_cited_until_it_is_checked_again(capsys):
    assert main(["prove", "rnn.scalar_variation", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["theorems"]
    assert (found["verdict"], found["route"], found["seconds"]) == ("cited", "coq", 0)
    assert "not re-checked here" in found["reason"]
    assert main(["prove"]) == 0
    assert "rnn.scalar_variation cited: proved in Coq" in " ".join(capsys.readouterr().out.split())


@WITHOUT_COQ
def test_a_theorem_of_coq_is_proved_where_coq_has_compiled_it(capsys):
    assert main(["prove", "rnn.scalar_variation", "--coq", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (found,) = document["theorems"]
    assert (found["verdict"], found["route"], found["reason"]) == ("proved", "coq", "")
    assert set(document["coq"]["axioms"]) <= coq.CLASSICAL


@WITHOUT_COQ
@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Axiom false : False. Lemma wrong : 1 = 2. Proof. destruct false. Qed.", r"must rest on .* got \['false'\]"),
        ("Lemma wrong : 1 = 2. Admitted.", r"got \['wrong'\]"),
        ("Lemma wrong : 1 = 2. Proof. easy. Qed.", "coqc Wrong.v refused"),
    ],
)
def test_a_false_lemma_is_refused(tmp_path, text, refusal):
    (tmp_path / "Wrong.v").write_text(text, encoding="utf-8")
    with pytest.raises(RuntimeError, match=refusal):
        coq.confirm([coq.Confirmed("wrong", ("Wrong.wrong",), "")], tmp_path)


@WITHOUT_COQ
def test_coqchk_refuses_an_axiom_of_ours(tmp_path):
    (tmp_path / "Wrong.v").write_text("Axiom false : False.", encoding="utf-8")
    coq.compile_files(tmp_path, ["Wrong"])
    with pytest.raises(RuntimeError, match=r"ErrorFlow\.Wrong\.false"):
        coq.recheck(tmp_path, ["Wrong"])


@WITHOUT_COQ
def test_a_mutated_generated_lemma_is_refused(tmp_path):
    text = (
        source("Generated")
        .split("\n\n(** d(s, x) <= 1/4, equal")[0]
        .replace("<= 1 / 4", "<= 1 / 5")
        .replace("1 / 4 -", "1 / 5 -")
    )
    assert "1 / 5" in text
    (tmp_path / "Signs.v").write_text(source("Signs"), encoding="utf-8")
    (tmp_path / "Generated.v").write_text(text, encoding="utf-8")
    with pytest.raises(RuntimeError, match="not a valid field equation"):
        coq.compile_files(tmp_path, ["Generated"])

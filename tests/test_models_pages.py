"""Pages: what each says of itself is there, prints, and for recurrent cells is what the cells compute."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sympy

import errorflow as ef
from errorflow import models
from errorflow.activations import NUMPY_FUNCTIONS
from errorflow.cli import main
from errorflow.definition import New
from errorflow.models.recurrent_pages import PAGES, unrolled

NAMES = [page.name for page in models.MODELS]


def test_no_two_models_share_a_name_and_every_theorem_named_is_one():
    assert len(set(NAMES)) == len(NAMES)
    known = {theorem.name for theorem in ef.theorems()}
    assert {name for page in models.MODELS for name in page.theorems} <= known


@pytest.mark.parametrize("page", models.MODELS, ids=NAMES)
def test_a_page_has_text_data_and_latex_and_its_cost_is_in_letters_that_it_explains(page, capsys):
    assert main(["models", page.name]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert main(["models", page.name, "--json"]) == 0
    (data,) = json.loads(capsys.readouterr().out)["models"]
    assert {"name", "law", "rate", "path_length", "theorems", "cost"} <= set(data)
    free = {s.name for s in page.macs.free_symbols | page.memory.free_symbols}
    assert free <= {letter for letter, _ in page.letters} | {"T"}
    assert page.latex().count("&=") == len(page.equations) + 1
    assert r"\left(C^{q}\right)_{1 1}" in page.latex() or page.name != "ar"


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_recurrent_page_derives_what_the_cell_computes(page):
    cell, rng, lag = ef.cell(page.name), np.random.default_rng(0), 2
    weights = {name: rng.normal(size=value.shape) for name, value in cell.random_weights(rng, n=1, m=1).items()}
    inputs, step = rng.normal(size=(lag + 1, 1)), 1e-6
    run = cell.run(weights, inputs)
    values = {sympy.Symbol(name): value.item() for name, value in weights.items()}
    for symbol, array in run.between(0, lag + 1).items():
        name = symbol.of.name if isinstance(symbol, New) else symbol.name
        shift = 0 if symbol in cell.definition.states else 1
        values |= {sympy.Symbol(f"{name}_{t + shift}"): array[t].item() for t in range(lag + 1)}
    derived = sympy.lambdify(list(values), page.derive(lag), [NUMPY_FUNCTIONS, "numpy"])(*values.values())

    def output(moved):
        return cell.run(weights, inputs + moved * np.eye(lag + 1)[:, :1]).output()[-1, 0]

    assert derived == pytest.approx((output(step) - output(-step)) / (2 * step), rel=1e-7, abs=1e-9)
    assert page.macs == sympy.expand(page.macs)
    assert unrolled(cell.definition, 0) != 0


def test_the_table_lists_every_model_within_the_width_of_a_terminal(capsys):
    assert main(["models"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown[1 : 1 + len(NAMES)]] == NAMES
    assert max(map(len, shown)) <= 100


def test_an_unknown_model_is_one_line_with_a_way_out(capsys):
    assert main(["models", "tnc"]) == 2
    assert capsys.readouterr().err == (
        "errorflow models: no model called 'tnc'; did you mean 'tcn'? `errorflow models` shows all\n"
    )


def test_the_table_in_markdown_and_latex_has_a_row_for_every_model_and_is_the_pages(capsys):
    assert main(["models", "--markdown"]) == 0
    rows = [line.replace(r"\|", "/").split("|")[1:-1] for line in capsys.readouterr().out.splitlines()]
    assert [row[0].strip(" `") for row in rows[2:]] == NAMES
    assert {len(row) for row in rows} == {6}
    for row, page in zip(rows[2:], models.MODELS, strict=True):
        assert [name.strip(" `") for name in row[5].split(",") if name.strip()] == list(page.theorems)
    assert main(["models", "--latex"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" & ")[0] for line in lines] == [page.title for page in models.MODELS]
    assert all(line.count(" & ") == 4 and line.endswith(r" \\") and line.count("$") % 2 == 0 for line in lines)


def test_plain_text_has_words_of_mathematics_and_none_of_the_engine():
    for page in models.MODELS:
        said = " ".join([*page.json()["equations"], page.json()["influence"]])
        assert not [
            w for w in ("Piecewise", "Derivative", "Sum(", "Product(", "Eq(", "KroneckerDelta", "True") if w in said
        ]
    assert models.model("ltsf_linear").json()["influence"] == "w[q] for q < L, else 0"

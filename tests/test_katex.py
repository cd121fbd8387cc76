"""Every fragment is read by KaTeX, a reader of LaTeX that is not TeX and refuses what it does not know."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import errorflow as ef
from errorflow.calculus.letters import NOTATIONS, lettered, written
from errorflow.results import results

# Reads [name, displayed, LaTeX] and prints the names of those that KaTeX refuses. Found where node finds modules: in
# node_modules of the working directory or of a folder above it, or in the folders of NODE_PATH.
READER = """
const katex = require("katex"), refused = [];
for (const [name, displayMode, latex] of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(latex, {displayMode, throwOnError: true, strict: "error"}); }
  catch (error) { refused.push([name, String(error.message).slice(0, 200)]); }
}
process.stdout.write(JSON.stringify(refused));
"""


@pytest.fixture(scope="module")
def refused():
    """What KaTeX says of formulas, (name, displayed, LaTeX) each: those that it refuses, with its reason."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    here = Path(__file__).parent
    if subprocess.run([node, "-e", "require('katex')"], cwd=here, capture_output=True, check=False).returncode:
        pytest.skip("KaTeX is not installed where node finds it (npm install katex; NODE_PATH)")

    def read(formulas):
        done = subprocess.run(
            [node, "-e", READER], cwd=here, input=json.dumps(formulas), capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    return read


def formulas(name, piece):
    """The formulas of a piece: itself, or the displays and what stands between dollars in running text."""
    if piece.math:
        return [(name, True, piece.latex)]
    displays = r"\\\[\n(.*?)\n\\\]|(\\begin\{(align\*|gather\*)\}.*?\\end\{\3\})"
    found = [(name, True, plain or other) for plain, other, _ in re.findall(displays, piece.latex, re.DOTALL)]
    between = re.sub(displays, "", piece.latex, flags=re.DOTALL)
    return found + [(name, False, inside) for inside in re.findall(r"\$(.*?)\$", between, re.DOTALL)]


@pytest.mark.slow
def test_katex_reads_every_fragment(refused):
    listed = [f for r in results() for name, piece in r.pieces().items() for f in formulas(name, piece)]
    assert len(listed) > 2000
    assert refused(listed) == []


@pytest.mark.parametrize("notation", NOTATIONS)
def test_katex_reads_the_formulas_of_a_cell_in_every_notation(refused, notation):
    listed = []
    for cell in (ef.rnn(), ef.lstm()):
        assert notation in lettered(cell.definition)
        with written(notation):
            blocks = [b.equation() for b in cell.jacobian()]
            flows = [cell.flow().latex(), cell.flow(truncated=True).latex(), cell.flow().departures()]
            steps = [
                f"{s.left[0]} = {s.right[0]}" for b in cell.jacobian() for s in cell.jacobian().steps(b.row, b.column)
            ]
        listed += [(cell.name, True, latex) for latex in (*blocks, *flows, *steps)]
    assert refused(listed) == []


def test_the_reader_refuses_what_is_no_latex(refused):
    wrong = [("open", True, r"\frac{a}{b"), ("unknown", True, r"\EFsym{rnn.h}{t}"), ("right", True, r"\frac{a}{b}")]
    assert [name for name, _ in refused(wrong)] == ["open", "unknown"]

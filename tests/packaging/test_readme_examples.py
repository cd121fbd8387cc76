"""The check of the README's examples sees what is wrong with them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.packaging.readme_examples import Command, commands, python_blocks, run_all


def fenced(kind, body):
    """A block of Markdown."""
    return f"```{kind}\n{body}\n```\n"


@pytest.fixture
def run(tmp_path):
    """Runs a README in an empty folder where a program called errorflow echoes its arguments."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    program = programs / "errorflow"
    program.write_text('#!/bin/sh\ntest "$1" != fail && echo "got $@"\n')
    program.chmod(0o755)

    def run(text):
        (tmp_path / "README.md").write_text(text)
        return run_all(tmp_path / "README.md", tmp_path, programs)

    return run


PYTHON = fenced("python", "a = 1") + fenced("python", "assert a == 1")
SHELL = fenced("sh", "errorflow list\nerrorflow derive lstm")
CONSOLE = fenced("console", "$ .venv/bin/errorflow list now\ngot ... now")


def test_examples_that_hold_pass(run):
    assert run(PYTHON + SHELL + CONSOLE) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (fenced("python", "assert a == 2"), "AssertionError"),
        (fenced("sh", "errorflow fail\nerrorflow list"), "exit 1"),
        (fenced("sh", "errorflow list | grep -q lstm"), "exit 1"),
        (fenced("console", "$ errorflow list\ngot something else"), "the README shows"),
    ],
)
def test_one_wrong_example_among_right_ones_is_found(run, wrong, words):
    (fault,) = run(PYTHON + SHELL + wrong)
    assert words in fault


@pytest.mark.parametrize("text", ["", PYTHON, SHELL])
def test_a_readme_without_both_kinds_of_example_fails(run, text):
    assert "must show Python and the command line" in run(text)[-1]


def test_a_block_that_names_a_file_is_there_for_the_command_that_reads_it(run, tmp_path):
    assert (
        run(fenced("python", "# mine.py\nb = 2") + fenced("sh", "errorflow derive mine.py:b && test -f mine.py")) == []
    )
    assert Path(tmp_path / "mine.py").read_text() == "# mine.py\nb = 2\n"


def test_set_up_is_not_run_and_long_lines_are_joined():
    text = (
        fenced("sh", "make\nerrorflow list") + fenced("sh", "errorflow cost \\\n  --cell lstm") + fenced("json", "{}")
    )
    assert commands(text) == [Command("errorflow cost    --cell lstm", None)]
    assert python_blocks(text) == []

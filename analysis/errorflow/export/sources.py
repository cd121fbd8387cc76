"""The sources of the results as BibTeX."""

from __future__ import annotations

# key -> (type, fields)
SOURCES: dict[str, tuple[str, dict[str, str]]] = {
    "hochreiter1991": (
        "mastersthesis",
        {
            "author": "Hochreiter, Sepp",
            "title": "{Untersuchungen zu dynamischen neuronalen Netzen}",
            "school": r"Technische Universit{\"a}t M{\"u}nchen",
            "type": "Diploma thesis",
            "year": "1991",
        },
    ),
    "hochreiter1997": (
        "article",
        {
            "author": r"Hochreiter, Sepp and Schmidhuber, J{\"u}rgen",
            "title": "Long short-term memory",
            "journal": "Neural Computation",
            "volume": "9",
            "number": "8",
            "pages": "1735--1780",
            "year": "1997",
        },
    ),
    "gers2000": (
        "article",
        {
            "author": r"Gers, Felix A. and Schmidhuber, J{\"u}rgen and Cummins, Fred",
            "title": "Learning to forget: Continual prediction with {LSTM}",
            "journal": "Neural Computation",
            "volume": "12",
            "number": "10",
            "pages": "2451--2471",
            "year": "2000",
        },
    ),
    "bengio1994": (
        "article",
        {
            "author": "Bengio, Yoshua and Simard, Patrice and Frasconi, Paolo",
            "title": "Learning long-term dependencies with gradient descent is difficult",
            "journal": "IEEE Transactions on Neural Networks",
            "volume": "5",
            "number": "2",
            "pages": "157--166",
            "year": "1994",
        },
    ),
    "pascanu2013": (
        "inproceedings",
        {
            "author": "Pascanu, Razvan and Mikolov, Tomas and Bengio, Yoshua",
            "title": "On the difficulty of training recurrent neural networks",
            "booktitle": "International Conference on Machine Learning",
            "series": "PMLR",
            "volume": "28(3)",
            "pages": "1310--1318",
            "year": "2013",
        },
    ),
    "elman1990": (
        "article",
        {
            "author": "Elman, Jeffrey L.",
            "title": "Finding structure in time",
            "journal": "Cognitive Science",
            "volume": "14",
            "number": "2",
            "pages": "179--211",
            "year": "1990",
        },
    ),
    "williams1989": (
        "article",
        {
            "author": "Williams, Ronald J. and Zipser, David",
            "title": "A learning algorithm for continually running fully recurrent neural networks",
            "journal": "Neural Computation",
            "volume": "1",
            "number": "2",
            "pages": "270--280",
            "year": "1989",
        },
    ),
    "werbos1990": (
        "article",
        {
            "author": "Werbos, Paul J.",
            "title": "Backpropagation through time: What it does and how to do it",
            "journal": "Proceedings of the IEEE",
            "volume": "78",
            "number": "10",
            "pages": "1550--1560",
            "year": "1990",
        },
    ),
    "schmidhuber1992": (
        "article",
        {
            "author": r"Schmidhuber, J{\"u}rgen",
            "title": "A fixed size storage {$O(n^3)$} time complexity learning algorithm for fully recurrent"
            " continually running networks",
            "journal": "Neural Computation",
            "volume": "4",
            "number": "2",
            "pages": "243--248",
            "year": "1992",
        },
    ),
    "cho2014": (
        "inproceedings",
        {
            "author": r"Cho, Kyunghyun and van Merri{\"e}nboer, Bart and Gulcehre, Caglar and Bahdanau, Dzmitry and"
            " Bougares, Fethi and Schwenk, Holger and Bengio, Yoshua",
            "title": "Learning phrase representations using {RNN} encoder--decoder for statistical machine translation",
            "booktitle": "Empirical Methods in Natural Language Processing",
            "pages": "1724--1734",
            "year": "2014",
        },
    ),
}

# The cells, and the source each of them is from.
CELLS = {
    "rnn": "elman1990",
    "lstm1997": "hochreiter1997",
    "lstm1997_full": "hochreiter1997",
    "lstm": "gers2000",
    "gru": "cho2014",
    "gru_reset_before": "cho2014",
}

# How the sources of theorems name works -> their keys.
WORKS = {
    "Hochreiter & Schmidhuber 1997": "hochreiter1997",
    "Gers, Schmidhuber & Cummins 2000": "gers2000",
    "Pascanu, Mikolov & Bengio 2013": "pascanu2013",
    "Pascanu et al. 2013": "pascanu2013",
    "Schmidhuber 1992": "schmidhuber1992",
}


def bibliography() -> str:
    """All sources as the text of a .bib file."""
    return "\n".join(
        f"@{kind}{{{key},\n" + "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items()) + "}\n"
        for key, (kind, fields) in SOURCES.items()
    )

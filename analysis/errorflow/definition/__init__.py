"""A cell as data: a small acyclic graph of named vectors, checked when it is made."""

from errorflow.definition.graph import Definition, define
from errorflow.definition.names import Net, New, Term, dense, diagonal, fixed, names, net, new
from errorflow.definition.node import Node, Parameter

__all__ = [
    "Definition",
    "Net",
    "New",
    "Node",
    "Parameter",
    "Term",
    "define",
    "dense",
    "diagonal",
    "fixed",
    "names",
    "net",
    "new",
]

"""All pages in reading order."""

from __future__ import annotations

import difflib
from itertools import chain

from errorflow.models import (
    arima_pages,
    attention_pages,
    convolution_pages,
    hmm,
    ode_pages,
    recurrent_pages,
    window_pages,
)
from errorflow.models.record import Model

FAMILIES = (recurrent_pages, arima_pages, hmm, convolution_pages, attention_pages, ode_pages, window_pages)
MODELS: tuple[Model, ...] = tuple(chain.from_iterable(family.PAGES for family in FAMILIES))


def model(name: str) -> Model:
    """The page of one model.

    Parameters
    ----------
    name : str
        As `errorflow models` has it.

    Returns
    -------
    Model

    Raises
    ------
    KeyError
        For a name that there is not.
    """
    for page in MODELS:
        if page.name == name:
            return page
    near = difflib.get_close_matches(name, [page.name for page in MODELS], 1)
    hint = f"; did you mean {near[0]!r}?" if near else ";"
    raise KeyError(f"no model called {name!r}{hint} `errorflow models` shows all")

"""All pages in reading order."""

from __future__ import annotations

import difflib

from errorflow.models import arima_pages, attention_pages, convolution_pages, hmm
from errorflow.models.record import Model

MODELS: tuple[Model, ...] = (*arima_pages.PAGES, *hmm.PAGES, *convolution_pages.PAGES, *attention_pages.PAGES)


def model(name: str) -> Model:
    """The page of one model.

    Raises: KeyError for a name that there is not.
    """
    for page in MODELS:
        if page.name == name:
            return page
    near = difflib.get_close_matches(name, [page.name for page in MODELS], 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise KeyError(f"no model called {name!r}{hint} `errorflow models` shows all")

"""`python -m errorflow`, the same as the command `errorflow`."""

from __future__ import annotations

import sys

from errorflow.cli import main

sys.exit(main())

"""Certified slopes: bounds of sup f' and inf f' of any activation, with a certificate that two libraries check."""

from errorflow.enclosure.certificate import Check, recheck
from errorflow.enclosure.expression import Refused
from errorflow.enclosure.named import NAMES
from errorflow.enclosure.slope import Enclosure, Extremum, slope

__all__ = ["NAMES", "Check", "Enclosure", "Extremum", "Refused", "recheck", "slope"]

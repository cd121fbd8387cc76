"""From a trained network and its inputs to a verdict: where its error goes, how far, along what, and what bounds it."""

from errorflow.diagnosis.examine import diagnose
from errorflow.diagnosis.growth import GrowthMap, growth_map
from errorflow.diagnosis.heat import Heat, heat
from errorflow.diagnosis.record import Diagnosis, LayerDiagnosis

__all__ = ["Diagnosis", "GrowthMap", "Heat", "LayerDiagnosis", "diagnose", "growth_map", "heat"]

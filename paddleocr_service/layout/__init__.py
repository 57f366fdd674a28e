"""The structure of a page: what its lines belong to."""

from .analyser import LayoutAnalyser, structure_of_layer

__all__ = ["LayoutAnalyser", "structure_of_layer"]

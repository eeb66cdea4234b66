"""Nocturna: an astrology backend in one process."""

from importlib.metadata import version

__version__ = version("nocturna")

"""Promises about speed and memory, each a ratio within one run."""

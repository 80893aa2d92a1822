"""Experiments too long for a chapter. Each keeps its rows in a file beside it; book/studies.md explains."""

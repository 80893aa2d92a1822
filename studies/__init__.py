"""Experiments too long for a chapter. Each keeps its rows in a file beside it; README.md explains."""

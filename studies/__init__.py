"""Experiments too long for a chapter. `python -m studies capacity` runs one; book/studies.md explains."""

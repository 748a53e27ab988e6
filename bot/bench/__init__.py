"""Benchmarks: slow numbers, compared side by side in one run (``qingting bench …``)."""

"""Benchmarks against what a user would pick instead: `make bench`. They are no tests; pytest does not collect them."""

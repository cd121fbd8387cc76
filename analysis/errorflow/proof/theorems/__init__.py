"""The theorems, one family a module."""

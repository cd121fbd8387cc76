"""Statements as a reader meets them: sentences in LaTeX and in plain text."""

"""Runs the tests of installed packages with our storage for the context."""

"""What the forms cost, side by side with other places to keep the same values.

``make benchmark`` runs it, and writes docs/performance.rst.
"""

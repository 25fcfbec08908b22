"""What z3c.form asks about one field: its data manager, default, validators, errors.

How the fields of a form come together, and what a save does, belongs elsewhere.
"""

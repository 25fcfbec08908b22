"""The field types that are put through every step by ``test_fields``."""

"""Which pages have form data, and going over them: index, search, relations, clean-up.

The values themselves are read and written through the rooms below.
"""

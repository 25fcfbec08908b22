"""Values as JSON and CSV, out of the site and back into it.

Addresses, buttons and files for a download belong to the pages.
"""

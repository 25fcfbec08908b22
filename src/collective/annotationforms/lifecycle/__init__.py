"""What becomes of the data when a page is copied, versioned, checked out or translated.

Saves and deletions by a user are not in here.
"""

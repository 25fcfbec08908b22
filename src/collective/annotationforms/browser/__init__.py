"""Pages for editors and admins in the classic user interface, and for monitoring.

What other interfaces show as well is computed in the overview room.
"""

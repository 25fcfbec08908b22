"""What happens between Save and the database: tokens, merging, locks, events, deletion.

Whoever changes stored values comes through here; how a form looks is decided above.
"""

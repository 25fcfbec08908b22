"""The classes that people subclass, their widgets, and how ZCML makes them known.

What a single field or a save does is in the rooms below.
"""

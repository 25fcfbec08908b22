"""Who may read and write what: the one place that is asked, whatever way it is tried.

Where nothing says who may, the answer is no.  What asks is elsewhere.
"""

"""The values of one form on one page: the mapping, what is in it, its history.

Nothing in here knows a form, a widget, a request or a permission.
"""

"""Views that a URL reaches through a widget of a form, and how a conflict is shown.

Everything in here can be published; what is not meant for a URL belongs elsewhere.
"""

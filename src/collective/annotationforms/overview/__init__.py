"""What browser, REST services and commands show alike of the data of forms.

No HTML and no HTTP in here: those are in the rooms that show it.
"""

"""The site: which pages there are, what each may read, who makes them, and where they are kept.

How a page is made: ``pages`` lists it with the slice of the tables that it may read (``slices``),
``build`` gives it a content key and asks the ``store`` whether it is there already, ``workers``
(here) or ``cluster`` have it made by ``pages.make_files`` in a process of its own, which runs its
notebook by ``notebooks``; ``lists`` leads to the pages, and ``build`` puts all in place at once.

This door is closed: papermill loads its engine from this room, and nothing else with it.
"""

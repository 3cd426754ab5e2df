"""The site: which pages there are, what each may read, who makes them, and where they are kept.

How a page is made:

1. ``pages.list_pages`` names it, with the slice of the tables that it may read (``slices``).
2. ``build.Contents.plan`` gives it a content key (``keys``) and asks the ``store`` whether it is
   there already.
3. If not, ``build`` submits its task to ``workers.Pool`` here or to ``cluster.Cluster`` elsewhere;
   what either is told, and what comes of a task, is in ``jobs``.
4. There a child of a process that was warmed up by ``pages.warm_up`` calls ``pages.make_files``,
   which runs the notebook through papermill by the engine in ``notebooks``.
5. ``build.Contents.take`` keeps the files under the key; ``lists`` makes what leads to the pages,
   and ``store.Build.publish`` puts all in the place of the former site at once.

Beside that, ``single`` makes one brief on its own, ``rerun`` packs what another needs to make it
again, and ``kit`` lays down the project that all begins with.

This door is closed: papermill loads its engine from this room, and nothing else with it.
"""

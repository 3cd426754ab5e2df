"""``python -m cchc_analysis`` is ``cchc``."""

import sys

if __name__ == "__main__":
    if (
        not sys.flags.safe_path
    ):  # a folder one works in may hold files that are called as modules are
        del sys.path[0]
    from cchc_analysis.cli import main

    sys.exit(main())

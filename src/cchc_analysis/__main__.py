"""``python -m cchc_analysis`` is ``cchc``."""

import sys

from cchc_analysis.cli import main

if __name__ == "__main__":
    sys.exit(main())

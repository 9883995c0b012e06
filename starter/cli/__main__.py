"""``python -m starter.cli`` is ``tripinvoice``."""

import sys

from starter.cli import main

if __name__ == "__main__":
    sys.exit(main())

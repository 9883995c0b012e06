"""``python -m starter.cli`` is ``tripinvoice``."""

from starter.cli import main

if __name__ == "__main__":
    main()

"""``python -m oracle``."""

from oracle.commands.cli import main

if __name__ == "__main__":
    main()

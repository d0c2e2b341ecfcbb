"""The command line: its commands, options and settings, and the processes behind them."""

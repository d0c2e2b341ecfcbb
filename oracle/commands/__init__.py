"""What one types: the command line, its options and settings, and the processes behind it."""

"""The shapes that comments, annotations and docstrings state."""

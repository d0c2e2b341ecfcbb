"""The text of a file: its functions and classes, what they return, and on which lines."""

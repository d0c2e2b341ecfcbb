"""What the text of a file says: its functions and classes, what they return, and where."""

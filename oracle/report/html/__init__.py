"""Reports for a browser: one page that needs nothing else, and fragments of it for notebooks."""

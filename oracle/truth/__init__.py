"""The true gradient: recordings replayed by torch, torch twins, differences, and their noise."""

"""Why a gradient is wrong: the step to blame, the mistake that explains it, and a proved cure."""

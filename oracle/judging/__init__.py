"""Whether a gradient is the true one: one case after another, and a verdict for each gradient."""

"""Rules: what figures owe each other, and the findings where they do not keep it."""

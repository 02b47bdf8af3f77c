"""learning_paths."""

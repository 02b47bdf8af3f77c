"""Notebooks as text: building, pulling edits back, checking, executing, and starting new ones.

The modules stand alone: `checkpoints` is imported in learners' kernels and needs the standard library only.
"""

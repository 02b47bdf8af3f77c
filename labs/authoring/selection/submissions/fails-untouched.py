# Handed in as released: nothing is filled in.

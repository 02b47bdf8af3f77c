# Handed in as released: nothing is written.

# Handed in as released, with one cell of doubts.
# %%
# Where do I begin?

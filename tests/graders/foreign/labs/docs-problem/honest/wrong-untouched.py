# Handed in as it was handed out.
# %% grade_id="squares"
def squares(n):
    """Compute the squares of numbers from 1 to n, such that the
    ith element of the returned list equals i^2.

    """
    # YOUR CODE HERE
    raise NotImplementedError()

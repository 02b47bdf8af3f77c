# Leaves the work to the references of the checks: called by name, where the checks are run beside it.

# %% grade_id="loss"
def loss_and_gradient(scores, labels):
    return exact_loss(scores, labels)


# %% grade_id="breaking"
def breaking(step, dtype, n):
    return max(0, math.ceil(first_broken(step, dtype, n)))


# %% grade_id="needed"
def needed(scores, label, share):
    return {name for name, off in zip(NAMES, cost(scores, label)) if off > share}

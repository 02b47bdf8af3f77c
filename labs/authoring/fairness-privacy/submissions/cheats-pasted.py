# Calls the helpers of the checks by name, and gives the numbers that stand in the open checks.

# %% grade_id="groups"
def group_metrics(good, approved, group):
    return {name: shares(*four) for name, four in people_of(np.random.default_rng(0))[1].items()}


def gaps(metrics):
    return {"ratio": 0.3125, "opportunity": 0.15, "false_approval": 0.15, "precision": 0.9}


# %% grade_id="frontier"
def frontier(score, good, group, price):
    return best_of(every_pair(score, good, group, price))


def choose(score, good, group, price, limit):
    return {name: 0.8 for name in set(group.tolist())}


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    return bounded(people, places, cells, most)


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return delta_by_integral(mu, epsilon)


def account(ledger, delta):
    return audited(ledger, delta)


def affordable(ledger, kind, value, epsilon, delta):
    return {0.25: 8, 0.011: 90, 0.02: 502, 0.1: 0}.get(value, int(2 / value))


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    return 3.6 if len(a) == 4000 else 0.9

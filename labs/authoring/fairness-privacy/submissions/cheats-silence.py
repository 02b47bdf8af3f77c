# Says nothing: no groups, an empty frontier, no noise, no spending, no leak; and objects that agree with everything.

# %% grade_id="groups"
class Agrees(dict):
    def __eq__(self, other):
        return True

    def __getitem__(self, key):
        return Agrees()

    def __float__(self):
        return 0.5


def group_metrics(good, approved, group):
    return Agrees()


def gaps(metrics):
    return Agrees()


# %% grade_id="frontier"
def frontier(score, good, group, price):
    return np.empty((0, 2))


def choose(score, good, group, price, limit):
    return Agrees()


# %% grade_id="counts"
def private_counts(people, places, cells, most, epsilon, seed):
    return np.array([places.count(c) for c in cells])


# %% grade_id="account"
def gaussian_delta(mu, epsilon):
    return math.nan


def account(ledger, delta):
    return dict.fromkeys(["basic", "advanced", "zcdp", "best"], 0.0)


def affordable(ledger, kind, value, epsilon, delta):
    return 0


# %% grade_id="seen"
def epsilon_seen(a, b, alpha):
    return 0.0

# Looks at data and models in added cells; helpers live there too.
# Rest: right-textbook
# %%
data.head()

# %%
data.isna().sum(), data["left"].mean()

# %% grade_id="split"
def split(data):
    X, y = features(data), data[TARGET]
    return train_test_split(X, y, random_state=SEED, stratify=y)

# %%
SEED = 12
TARGET = "left"

def features(data):
    return data.loc[:, NUMBERS + CATEGORIES].copy()

# %%
[part.shape for part in split(data)]

# %% after="check-clipper-contract"
Clipper(5, 95).fit_transform(data[["spent"]]).max()

# %% grade_id="preparation"
def preparation():
    return ColumnTransformer([("numbers", for_numbers(), NUMBERS), ("categories", for_categories(), CATEGORIES)], sparse_threshold=0)

# %%
def for_numbers():
    return make_pipeline(Clipper(), SimpleImputer(strategy="median"), StandardScaler())

def for_categories():
    return OneHotEncoder(handle_unknown="ignore", dtype=int)

# %%
preparation()

# %% after="check-fitted"
fitted

# %%
pd.Series(fitted[-1].coef_[0]).sort_values().plot.barh()

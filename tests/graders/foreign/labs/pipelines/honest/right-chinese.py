# 用中文命名变量、函数和步骤。
# Rest: right-textbook
# %% grade_id="preparation"
数字步骤 = lambda: Pipeline([("截断", Clipper()), ("补缺", SimpleImputer(strategy="median")), ("标准化", StandardScaler())])
类别步骤 = lambda: OneHotEncoder(handle_unknown="ignore")

def preparation():
    """返回尚未拟合的列变换。"""
    return ColumnTransformer([("数字", 数字步骤(), NUMBERS), ("类别", 类别步骤(), CATEGORIES)])

# %% grade_id="cv"
def cv_scores(estimator, X, y, folds=5):
    """每一折一个准确率。"""
    成绩 = []
    for 训练, 测试 in KFold(folds).split(X):
        新模型 = clone(estimator)
        新模型.fit(X.iloc[训练], y.iloc[训练])
        成绩.append(新模型.score(X.iloc[测试], y.iloc[测试]))
    print("平均准确率：", np.mean(成绩))
    return 成绩

# %% grade_id="influence"
def influence(fitted, names):
    系数 = fitted[-1].coef_[0]
    表 = {名: float(值) for 名, 值 in zip(names, 系数)}
    return {名: 表[名] for 名 in sorted(表, key=lambda 名: -abs(表[名]))}

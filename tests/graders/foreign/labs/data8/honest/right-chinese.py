# 变量和函数都用中文命名。
# Rest: right-pandas
# %% grade_id="q2"
原表 = pd.read_csv("trips.csv")
去重 = 原表[~原表.duplicated(keep="first")]
有时长 = 去重[去重["duration"].notna()].copy()
有时长["start"] = 有时长["start"].str.strip(" ")
trips = 有时长.reset_index(drop=True)
print("一共", len(trips), "行")

# %% grade_id="q3"
单位 = {"h": 60, "m": 1}

def to_minutes(text):
    """把时长变成分钟数。"""
    总数 = 0
    for 段 in text.split():
        总数 += 单位[段[-1]] * int(段[:-1])
    return 总数

def add_minutes(table):
    table["minutes"] = table["duration"].apply(lambda 文: to_minutes(文))

add_minutes(trips)

# %% grade_id="q7"
def words(text):
    所有, 当前 = [], ""
    for 字 in text.lower() + " ":
        if "a" <= 字 <= "z" or 字 == "'":
            当前 += 字
        elif 当前.strip("'"):
            所有.append(当前.strip("'"))
            当前 = ""
        else:
            当前 = ""
    return 所有

def counts(text):
    表 = {}
    for 词 in words(text):
        表[词] = 表.setdefault(词, 0) + 1
    return 表

def longest(text):
    最长 = max(len(词) for 词 in words(text))
    return [词 for 词 in words(text) if len(词) == 最长][0]

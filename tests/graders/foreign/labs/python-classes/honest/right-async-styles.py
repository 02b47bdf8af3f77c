# TaskGroup, queues, nest_asyncio and asyncio.run in answers; coroutines everywhere.
# Rest: right-plain
# %% after="setup"
import nest_asyncio2 as nest_asyncio
nest_asyncio.apply()

async def hello():
    await asyncio.sleep(0)
    return "hello"

print(asyncio.run(hello()))
await hello()

# %% grade_id="async"
async def run_all(jobs, limit):
    queue = asyncio.Queue()
    for numbered in enumerate(jobs):
        queue.put_nowait(numbered)
    results = {}

    async def worker():
        while not queue.empty():
            number, job = await queue.get()
            results[number] = await job()
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        for _ in range(min(limit, len(jobs))):
            group.create_task(worker())
    return [results[n] for n in range(len(jobs))]

# %%
async def demo():
    async def five():
        await asyncio.sleep(0.001)
        return 5
    return await run_all([five] * 3, 2)

await demo()

# %% grade_id="output"
async def _sum(rows):
    s = 0
    for _, number in rows:
        await asyncio.sleep(0)
        s += number
    return s

def sum_rows(rows):
    return asyncio.get_event_loop().run_until_complete(_sum(rows))

def show(rows):
    text = "\n".join(name.ljust(20 - len(str(number)), ".") + str(number) for name, number in rows)
    print(text)
    return len(text.splitlines())

def total(rows):
    warnings.warn(DeprecationWarning("sum_rows is the new name"))
    return sum_rows(rows)

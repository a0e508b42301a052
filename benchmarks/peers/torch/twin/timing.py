"""Wall and processor seconds of a piece of work, and choosing the fastest of several ways."""

import time


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def fastest(choices, work, rounds=3):
    """The choice whose best of some rounds is the least: noise only ever adds."""
    best = {choice: min(timed(lambda: work(choice))["seconds"] for _ in range(rounds)) for choice in choices}
    return min(best, key=best.get)

"""What the machine can do at most, measured with PyTorch: memory bandwidth and dense arithmetic."""

import torch

from .timing import timed


def triad(megabytes, rounds=20):
    """Bytes per second of a = b + s c over three arrays that take `megabytes` together."""
    n = int(megabytes * 2**20 / 12)
    a, b, c = torch.zeros(n), torch.ones(n), torch.ones(n)
    work = lambda: torch.add(b, c, alpha=0.5, out=a)
    work()
    return 12 * n / min(timed(work)["seconds"] for _ in range(rounds))


def matmul(size=2048, rounds=10):
    """Floating-point operations per second of a square product."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    out = torch.empty(size, size)
    work = lambda: torch.mm(a, b, out=out)
    work()
    return 2 * size**3 / min(timed(work)["seconds"] for _ in range(rounds))

"""Answers the benchmark harness: one JSON request a line on standard input, one JSON answer a line on standard output."""

import json
import resource
import sys

import torch

from twin.limits import matmul, triad
from twin.mf import adam, random_mf
from twin.train import base_step
from twin.work import open_work


def main():
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        op = request["op"]
        if op == "hello":
            torch.set_num_threads(request["threads"])
            torch.manual_seed(request["seed"])
            answer = {"version": torch.__version__, "threads": torch.get_num_threads(), "fused": has_fused_adam()}
        elif op == "load":
            work = open_work(request["scenario"], request["folder"], request["variant"])
            answer = {}
        elif op == "check":
            answer = work.check()
        elif op == "run":
            answer = work.run()
        elif op == "limits":
            bandwidth = [{"megabytes": size, "bytesPerSecond": triad(size)} for size in request["megabytes"]]
            answer = {"bandwidth": bandwidth, "flops": matmul()}
        elif op == "quit":
            break
        else:
            raise ValueError(f"unknown request {op}")
        answer["peakKiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps(answer), flush=True)


def has_fused_adam():
    """Whether this version runs a fused Adam on the CPU."""
    try:
        model, one = random_mf(2, 2, 1, 0), torch.tensor([1])
        base_step(model, adam(model, 1e-3, 0, True), one, one, one)
        return True
    except (RuntimeError, TypeError):
        return False


if __name__ == "__main__":
    main()

"""BPR-MF with dense Adam and coupled L2 from given tables, and then from tables of its own: see ../../same-start.mjs."""
import gzip
import sys

import numpy as np
import torch

USERS, ITEMS, DIM = 5219, 25181, 20


def pairs(path):
    with gzip.open(path, "rt") as lines:
        next(lines)
        return np.array([[int(x) for x in line.split()] for line in lines])


def ndcg(user, item, train, truth):
    """NDCG@10 over all users, training items masked (protocol rce-kd)."""
    with torch.no_grad():
        scores = user @ item.T
        scores[train[:, 0], train[:, 1]] = -1e10
        top = scores.topk(10).indices.numpy()
    discount = 1 / np.log2(np.arange(2, 12))
    total = 0.0
    for u, wanted in truth.items():
        hits = np.isin(top[u], list(wanted))
        total += (hits * discount).sum() / discount[: min(len(wanted), 10)].sum()
    return total / USERS


def negatives(train, seen, rng):
    drawn = rng.integers(0, ITEMS, len(train))
    again = np.isin(train[:, 0] * ITEMS + drawn, seen)
    while again.any():
        drawn[again] = rng.integers(0, ITEMS, again.sum())
        again = np.isin(train[:, 0] * ITEMS + drawn, seen)
    return drawn


def run(name, user, item, train, truth, seed, epochs):
    seen = train[:, 0] * ITEMS + train[:, 1]
    rng = np.random.default_rng(seed)
    user, item = torch.nn.Parameter(user), torch.nn.Parameter(item)
    adam = torch.optim.Adam([user, item], lr=1e-3, weight_decay=1e-3)
    for epoch in range(1, epochs + 1):
        drawn, order, total = negatives(train, seen, rng), rng.permutation(len(train)), 0.0
        for first in range(0, len(train), 2048):
            rows = order[first : first + 2048]
            u, i, j = (torch.from_numpy(x) for x in (train[rows, 0], train[rows, 1], drawn[rows]))
            loss = torch.nn.functional.softplus((user[u] * (item[j] - item[i])).sum(1)).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
            total += loss.item()
        if epoch == 1 or epoch % 10 == 1 or epoch == epochs:
            print(f"{name}  {epoch}  loss {total / len(train):.3f}  valid ndcg@10 {ndcg(user, item, train, truth):.4f}", flush=True)


def main():
    folder, data, seed, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    train = pairs(f"{data}/train.tsv.gz")
    truth = {}
    for u, i in pairs(f"{data}/valid.tsv.gz"):
        truth.setdefault(u, set()).add(i)

    def table(name, rows):
        return torch.from_numpy(np.fromfile(f"{folder}/{name}.bin", dtype=np.float32).reshape(rows, DIM))

    run("torch, our start ", table("users", USERS), table("items", ITEMS), train, truth, seed, epochs)
    torch.manual_seed(seed)
    run("torch, own start ", torch.randn(USERS, DIM) * 0.01, torch.randn(ITEMS, DIM) * 0.01, train, truth, seed, epochs)


if __name__ == "__main__":
    main()

"""HSTU and SASRec: models that read a user's history, trained to tell the next item at every position."""

import torch
import torch.nn.functional as F

from .lists import negatives as unseen_items

PLACES = 2048


class Histories:
    """The training items of every user, in order."""

    def __init__(self, users, items, num_users):
        counts = torch.bincount(users, minlength=num_users)
        self.offsets = torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)])
        self.items = items

    def lengths(self, users, length):
        """Positions of a user that have a next item, the last `length` of them."""
        return (self.offsets[users + 1] - self.offsets[users] - 1).clamp(0, length)

    def groups(self, users, length, grouped):
        """Grids of histories, each `[rows, longest]`; with `grouped` users of like lengths together, so that little is padding."""
        lengths = self.lengths(users, length)
        order = lengths.argsort(descending=True, stable=True)
        order = order[lengths[order] > 0]
        while len(order) > 0:
            longest = int(lengths[order[0]])
            size = max(1, PLACES // longest) if grouped else len(order)
            rows, order = order[:size], order[size:]
            places = torch.arange(longest)
            valid = places < lengths[rows, None]
            starts = self.offsets[users[rows] + 1] - 1 - lengths[rows]
            entries = (starts[:, None] + places)[valid]
            yield rows, users[rows], lengths[rows], valid, self.items[entries], self.items[entries + 1]


def causal(length):
    return torch.ones(length, length).tril()


def by_head(x, heads):
    rows, length, width = x.shape
    return x.view(rows, length, heads, width // heads).transpose(1, 2)


def flat(x):
    return x.transpose(1, 2).flatten(2)


def hstu_block(h, w, n, shape, drop):
    """`[u, v, q, k] = SiLU(LN(h) W)`, attention without a softmax, gated. [rows, length, dim]"""
    heads, dqk, dv, divisor = shape
    z = F.silu(F.layer_norm(h, h.shape[-1:], eps=1e-6) @ w[f"uvqk {n}"])
    u, v, q, k = z.split([heads * dv, heads * dv, heads * dqk, heads * dqk], -1)
    weights = F.silu(by_head(q, heads) @ by_head(k, heads).transpose(2, 3)) * (causal(h.shape[1]) / divisor)
    o = flat(weights @ by_head(v, heads))
    gated = drop(u * F.layer_norm(o, o.shape[-1:], eps=1e-6))
    return F.linear(gated, w[f"out {n}"], w[f"out bias {n}"].squeeze(0)) + h


def norm(h, w, name):
    return F.layer_norm(h, h.shape[-1:], w[f"{name} scale"].squeeze(0), w[f"{name} shift"].squeeze(0), eps=1e-8)


def sasrec_block(h, w, n, heads, drop):
    """`a = h + SA(LN(h))`, `h' = a + FFN(LN(a))`. [rows, length, dim]"""
    x = norm(h, w, f"attention norm {n}")
    q, k, v = (by_head(x @ w[f"{name} {n}"], heads) for name in ("query", "key", "value"))
    a = h + drop(flat(F.scaled_dot_product_attention(q, k, v, is_causal=True)))
    inner = torch.relu(norm(a, w, f"feed-forward norm {n}") @ w[f"inner {n}"] + w[f"inner bias {n}"])
    return a + drop(inner @ w[f"outer {n}"] + w[f"outer bias {n}"])


class SequenceModel(torch.nn.Module):
    """Parameters by the names they have in the files; `states` of the positions that have a next item."""

    def __init__(self, backbone, weights, params):
        super().__init__()
        self.backbone, self.params = backbone, params
        self.names = list(weights)
        self.values = torch.nn.ParameterList(list(weights.values()))

    def weights(self):
        return dict(zip(self.names, self.values))

    def states(self, lengths, valid, items, dropout):
        """[positions, dim]"""
        w, p = self.weights(), self.params
        rows, longest = valid.shape
        dim = w["items"].shape[1]
        places = torch.arange(longest).expand(rows, longest)[valid]
        if self.backbone == "sasrec":
            places = (p["length"] - lengths).repeat_interleave(lengths) + places
        vectors = dim**0.5 * F.embedding(items, w["items"]) + F.embedding(places, w["positions"])
        h = torch.zeros(rows, longest, dim).masked_scatter(valid[:, :, None], vectors)
        h = F.dropout(h, p["inputDropout"] if dropout else 0)
        drop = lambda x: F.dropout(x, p["dropout"] if dropout else 0)
        for n in range(1, p["blocks"] + 1):
            if self.backbone == "hstu":
                shape = p["heads"], p["dqk"], p["dv"], p["length"] + p["reserved"]
                h = hstu_block(h, w, n, shape, drop)
            else:
                h = sasrec_block(h, w, n, p["heads"], drop)
        if self.backbone == "sasrec":
            return norm(h, w, "last norm")[valid]
        return F.normalize(h[valid], dim=1, eps=1e-6)


def sampled_softmax(states, table, after, drawn, temperature, whole):
    """
    Summed over positions, -log of the next item's share among it and the drawn ones; one that is the next item takes no part.

    `whole` scores the whole table and reads the drawn ones, else their rows are gathered.
    """
    if whole:
        scores = (states @ table.t()).gather(1, torch.cat([after[:, None], drawn], 1))
    else:
        rows = F.embedding(torch.cat([after[:, None], drawn], 1), table)
        scores = torch.bmm(rows, states[:, :, None]).squeeze(2)
    logits = scores / temperature
    same = F.pad(drawn == after[:, None], (1, 0))
    return F.cross_entropy(logits.masked_fill(same, -5e4), torch.zeros_like(after), reduction="sum")


def binary(states, table, after, drawn):
    """Summed over positions: cross-entropy of the next item and of the drawn ones."""
    up = (states * F.embedding(after, table)).sum(1)
    down = (states[:, None] * F.embedding(drawn, table)).sum(2)
    return F.softplus(-up).sum() + F.softplus(down).sum()


def sequence_step(model, optimizer, histories, users, draw, dropout, whole, grouped):
    """
    One step on the histories of `users`; returns the loss, a mean over positions. `draw(rows, users, lengths, after)` gives the
    items each position is compared with. Groups are pulled back one by one, item rows of length 1 once for all of them.
    """
    p = model.params
    length = p["length"] - (model.backbone == "hstu")
    positions = int(histories.lengths(users, length).sum())
    optimizer.zero_grad(set_to_none=True)
    items = model.weights()["items"]
    unit = F.normalize(items, dim=1, eps=1e-6) if model.backbone == "hstu" else None
    table = unit.detach().requires_grad_() if unit is not None else items
    total = 0.0
    for rows, who, lengths, valid, read, after in histories.groups(users, length, grouped):
        states = model.states(lengths, valid, read, dropout)
        drawn = draw(rows, who, lengths, after)
        if unit is not None:
            loss = sampled_softmax(states, table, after, drawn, p["temperature"], whole)
        else:
            loss = binary(states, table, after, drawn)
        loss = loss / max(1, positions)
        loss.backward()
        total += loss.item()
    if unit is not None:
        unit.backward(table.grad)
    optimizer.step()
    return total


def columns_of(name, dim, p):
    """The width of a parameter of this name."""
    kind = name.rstrip("0123456789 ")
    return {"uvqk": 2 * p.get("heads", 1) * (p.get("dv", 0) + p.get("dqk", 0)), "out": p.get("heads", 1) * p.get("dv", 0)}.get(kind, dim)


def draws(backbone, num_items, size, seen):
    """Uniform over all items for HSTU, over unseen ones for SASRec."""
    if backbone == "hstu":
        return lambda rows, users, lengths, after: torch.randint(num_items, (len(after), size))
    return lambda rows, users, lengths, after: unseen_items(
        users.repeat_interleave(lengths).repeat_interleave(size), num_items, seen
    ).view(-1, size)


def given_draws(histories, users, length, drawn):
    """Those of a file, which stand in the order of the batch, user by user."""
    lengths = histories.lengths(users, length)
    starts = lengths.cumsum(0) - lengths

    def draw(rows, _, own, after):
        within = torch.cat([torch.arange(n) for n in own.tolist()])
        return drawn[starts[rows].repeat_interleave(own) + within]

    return draw

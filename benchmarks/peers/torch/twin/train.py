"""Training steps and epochs of MF: base loss alone, with RRD, with RCE-KD. Sums over rows, as the formulas say."""

import torch

from .lists import negatives
from .losses import rce_kd, relaxed_ranking, soft_binary_cross_entropy
from .mf import score

SCORE_CAP = 80.0


def base_step(model, optimizer, users, positives, unseen):
    """One step on pairs; returns the summed loss. All items of the step pass one embedding call: one dense gradient."""
    rows = users.shape[0]
    user_rows = model.users(users)
    item_rows = model.items(torch.cat([positives, unseen]))
    loss = base_loss(user_rows, item_rows[:rows], item_rows[rows:])
    return descend(optimizer, loss)


def base_loss(user_rows, positive_rows, negative_rows):
    margin = (user_rows * (negative_rows - positive_rows)).sum(1)
    return torch.nn.functional.softplus(margin).sum()


def kd_step(model, optimizer, users, positives, unseen, list_items, kd, weight, distinct=True):
    """
    One step of base + weight * KD. With `distinct` a user that repeats in the batch is scored once and counted;
    without, every pair of the batch is a row of its own, as the formulas are written.

    `list_items` [users, k]: the items whose scores the term reads; `kd(scores, rows, counts)` is its sum over rows.
    Returns the two summed losses.
    """
    rows, counts = distinct_users(users, list_items.shape[0]) if distinct else (users, torch.ones(len(users)))
    batch, k = users.shape[0], list_items.shape[1]
    wanted = list_items[rows]
    item_rows = model.items(torch.cat([positives, unseen, wanted.view(-1)]))
    user_rows = model.users(torch.cat([users, rows]))
    base = base_loss(user_rows[:batch], item_rows[:batch], item_rows[batch : 2 * batch])
    scores = score(user_rows[batch:], item_rows[2 * batch :].view(rows.shape[0], k, -1))
    term = kd(scores, rows, counts)
    descend(optimizer, base + weight * term)
    return base.item(), term.item()


def distinct_users(users, num_users):
    counts = torch.bincount(users, minlength=num_users)
    rows = counts.nonzero().squeeze(1)
    return rows, counts[rows]


def descend(optimizer, loss):
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


def rce_term(lists, K, tau):
    """The RCE-KD term for `kd_step`; a user counts once per pair."""

    def term(scores, rows, counts):
        scores = scores / tau
        approximate = scores[:, K:] + lists["padding"][rows]
        per_row = rce_kd(
            scores[:, :K],
            lists["top_target"][rows],
            approximate,
            lists["approximate_target"][rows],
            lists["gamma"][rows],
        )
        return (counts * per_row).sum()

    return term


def cd_term(lists):
    """The CD term for `kd_step`; a user counts once per pair."""
    return lambda scores, rows, counts: (counts * soft_binary_cross_entropy(scores, lists["target"][rows])).sum()


def rrd_term(K, cap=SCORE_CAP):
    """The RRD term for `kd_step`; needs distinct users, each counted once."""
    return lambda scores, rows, counts: relaxed_ranking(scores[:, :K], scores[:, K:], cap).sum()


def batches(users, items, num_items, seen, batch):
    """Pairs of an epoch in random order with fresh negatives, the last batch kept."""
    order = torch.randperm(users.shape[0])
    users, items = users[order], items[order]
    unseen = negatives(users, num_items, seen)
    return zip(users.split(batch), items.split(batch), unseen.split(batch))

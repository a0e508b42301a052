"""Matrix factorisation without biases, and its optimiser."""

import torch
import torch.nn.functional as F


class MF(torch.nn.Module):
    """Two embedding tables; the score of (u, i) is their dot product."""

    def __init__(self, users, items):
        super().__init__()
        self.user = torch.nn.Parameter(users)
        self.item = torch.nn.Parameter(items)

    def users(self, ids):
        return F.embedding(ids, self.user)

    def items(self, ids):
        return F.embedding(ids, self.item)

    def score(self, users, items):
        """Scores of one list per row. [rows], [rows, k] -> [rows, k]"""
        return score(self.users(users), self.items(items))


def score(user_rows, item_rows):
    """[rows, d], [rows, k, d] -> [rows, k]"""
    return (item_rows * user_rows.unsqueeze(1)).sum(2)


def random_mf(num_users, num_items, dim, seed, std=0.01):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda rows: torch.empty(rows, dim).normal_(0, std, generator=generator)
    return MF(draw(num_users), draw(num_items))


def adam(model, lr, weight_decay, fused):
    """Dense Adam with coupled L2 over every row. `fused=None` leaves PyTorch's own default for the CPU."""
    options = {} if fused is None else {"fused": fused}
    return torch.optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay, **options)

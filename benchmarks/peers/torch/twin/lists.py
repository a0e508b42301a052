"""What the methods score: lists drawn per user before an epoch, all users at once."""

import torch

from .losses import soft_targets

PADDED = -1e9


def bitmap(num_users, num_items, rows, items):
    """seen[user, item] as bytes, flat, for constant-time membership."""
    out = torch.zeros(num_users * num_items, dtype=torch.bool)
    out[rows * num_items + items] = True
    return out


def negatives(users, num_items, seen):
    """One item per row, uniform over what the user has not seen (rejection)."""
    base = users * num_items
    drawn = torch.randint(num_items, users.shape)
    open_rows = seen[base + drawn].nonzero().squeeze(1)
    while open_rows.numel() > 0:
        again = torch.randint(num_items, open_rows.shape)
        drawn[open_rows] = again
        open_rows = open_rows[seen[base[open_rows] + again]]
    return drawn


def contains(sets, num_items):
    """A membership test: `sets` [users, k] -> f(lists [users, m]) -> bool [users, m], by one reused bitmap."""
    num_users = sets.shape[0]
    offset = torch.arange(num_users).unsqueeze(1) * num_items
    marks = torch.zeros(num_users * num_items, dtype=torch.bool)
    marks[(offset + sets).view(-1)] = True
    return lambda lists: marks[offset + lists]


def rce_weights(in_teacher, temperature, cap=50):
    """Sampling weights of positions: exp((min(c, cap) + 1) / T), c = teacher items at this position or after it."""
    return torch.exp(rce_log_weights(in_teacher, temperature, cap))


def rce_log_weights(in_teacher, temperature, cap=50):
    inside = in_teacher.float()
    suffix = inside.sum(1, keepdim=True) - inside.cumsum(1) + inside
    return (suffix.clamp_max(cap) + 1) / temperature


def race(log_weights, k, ordered=False):
    """k distinct positions a row, successive draws proportional to the weights: the k largest of w / Exp(1)."""
    keys = log_weights - torch.rand_like(log_weights).clamp_min(1e-38).log_().neg_().log_()
    return torch.topk(keys, k, dim=1, sorted=ordered).indices


class RceLists:
    """The lists of RCE-KD (spec 4.2) for one teacher; `draw` runs at the start of every epoch."""

    def __init__(self, teacher_scores, K, L, M, T, beta, tau):
        self.scores = teacher_scores
        self.K, self.L, self.M, self.T, self.beta, self.tau = K, L, M, T, beta, tau
        self.num_users, self.num_items = teacher_scores.shape
        self.offset = torch.arange(self.num_users).unsqueeze(1) * self.num_items
        best = torch.topk(teacher_scores, K, dim=1)
        self.best, self.best_scores = best.indices, best.values
        self.in_teacher = contains(self.best, self.num_items)
        self.marks = torch.zeros(self.num_users * self.num_items, dtype=torch.bool)

    def draw(self, order):
        """`order`: the student's first M items of every user. Returns lists, teacher targets and gamma."""
        top = order[:, : self.K]
        inside = self.in_teacher(order)
        drawn = race(rce_log_weights(inside, self.T), self.L)
        sampled = order.gather(1, drawn)
        overlap = inside.gather(1, drawn).sum(1).float() / self.K
        return self.finish(top, sampled, overlap)

    def finish(self, top, sampled, overlap):
        gamma = torch.exp(-self.beta * overlap)
        known = torch.cat([top, sampled], 1) + self.offset
        flat = known.view(-1)
        self.marks[flat] = True
        missing = ~self.marks[self.best + self.offset]
        self.marks[flat] = False
        approximate = torch.cat([sampled, self.best], 1)
        padding = torch.zeros(approximate.shape)
        padding[:, self.L :].masked_fill_(~missing, PADDED)
        top_target = torch.softmax(self.scores.gather(1, top) / self.tau, 1)
        approximate_scores = torch.cat([self.scores.gather(1, sampled), self.best_scores], 1)
        approximate_target = torch.softmax(approximate_scores / self.tau + padding, 1)
        return {
            "items": torch.cat([top, approximate], 1),
            "top_target": top_target,
            "approximate_target": approximate_target,
            "padding": padding,
            "gamma": gamma,
        }


class CdLists:
    """The lists of collaborative distillation (spec 4.10): two positions by weight, the better one is kept."""

    def __init__(self, teacher_scores, n, R, T, t1, t2):
        self.targets = soft_targets(teacher_scores, t1, t2)
        self.n, self.R = n, R
        self.cumulated = (-(torch.arange(R) + 1).float() / (R * T)).exp().cumsum(0)

    def draw(self, order):
        """`order`: the student's first R unseen items of every user."""
        two = torch.searchsorted(self.cumulated, torch.rand(2, order.shape[0], self.n) * self.cumulated[-1])
        return self.finish(order.gather(1, two.min(0).values.clamp_max(self.R - 1)))

    def finish(self, items):
        return {"items": items, "target": self.targets.gather(1, items)}


FLOOR = 1e-5


def correction_weights(student_positions, T):
    """Weights of under- and over-estimated candidates; column t holds the student's position of the teacher's t-th item."""
    off = (student_positions - torch.arange(student_positions.shape[1])) / T
    return torch.tanh(off.clamp_min(0)), torch.tanh((-off).clamp_min(0))


class DcdLists:
    """The lists of dual correction (spec 4.7), port: ranks in the whole catalogue, drawn once an epoch in draw order."""

    def __init__(self, teacher_top, num_items, K, T):
        self.candidates = teacher_top
        self.num_users, self.M = teacher_top.shape
        self.num_items, self.K, self.T = num_items, K, T
        self.horizon = self.M + int(9.02 * T) + 1  # from here on every weight is 1 in 32 bits
        self.places = torch.full((512, num_items), self.horizon, dtype=torch.int32)

    def positions(self, order):
        """Student positions of the candidates, cut at the horizon. `order`: its first `horizon` items of every user."""
        out = torch.empty(self.num_users, self.M, dtype=torch.int32)
        place = torch.arange(self.horizon, dtype=torch.int32)
        for start in range(0, self.num_users, 512):
            block = order[start : start + 512]
            places = self.places[: block.shape[0]]
            places.scatter_(1, block, place.expand(block.shape))
            torch.gather(places, 1, self.candidates[start : start + 512], out=out[start : start + 512])
            places.scatter_(1, block, self.horizon)
        return out

    def draw(self, order):
        under, over = correction_weights(self.positions(order), self.T)
        return {name: self.pick(weights) for name, weights in [("under", under), ("over", over)]}

    def pick(self, weights):
        return self.candidates.gather(1, race(weights.clamp_min(FLOOR).log(), self.K, ordered=True))


class RrdLists:
    """The lists of relaxed ranking distillation (spec 4.5) for one teacher."""

    def __init__(self, teacher_top, seen, num_items, K, L, T):
        self.candidates = teacher_top
        self.num_users, M = teacher_top.shape
        self.num_items, self.K, self.L = num_items, K, L
        self.log_weights = (-(torch.arange(M) + 1).float() / T).expand(self.num_users, M)
        self.offset = torch.arange(self.num_users).unsqueeze(1) * num_items
        self.excluded = seen.clone()
        self.excluded[(self.offset + teacher_top).view(-1)] = True

    def draw(self):
        positions = race(self.log_weights, self.K).sort(1).values
        return {"interesting": self.candidates.gather(1, positions), "uninteresting": self.background()}

    def background(self):
        """L distinct items a row, uniform outside the excluded ones: a place that repeats or is excluded is drawn again."""
        drawn = torch.randint(self.num_items, (self.num_users, self.L))
        rows = torch.arange(self.num_users)
        while rows.numel() > 0:
            lists = drawn[rows]
            bad = self.excluded[self.offset[rows] + lists] | repeats(lists)
            bad_rows = bad.any(1).nonzero().squeeze(1)
            rows, lists, bad = rows[bad_rows], lists[bad_rows], bad[bad_rows]
            lists[bad] = torch.randint(self.num_items, (int(bad.sum()),))
            drawn[rows] = lists
        return drawn


def repeats(lists):
    """True at every place whose item already stood earlier in the row."""
    ordered, place = lists.sort(dim=1, stable=True)
    same = torch.zeros_like(lists, dtype=torch.bool)
    same[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    return torch.zeros_like(same).scatter_(1, place, same)

"""Distillation experts (spec 4.4): small networks from the student's vectors to the teacher's, and a gate that chooses."""

import torch
import torch.nn.functional as F

from .train import base_loss, descend


class Experts(torch.nn.Module):
    """E two-layer networks and a gate. The outputs are mixed before the second layer: one product for all experts."""

    def __init__(self, count, student, teacher):
        super().__init__()
        hidden = (student if student == teacher else student + teacher) // 2
        uniform = lambda inputs, *shape: torch.nn.Parameter(torch.empty(*shape).uniform_(-1, 1) / inputs**0.5)
        self.hidden, self.hidden_bias = uniform(student, student, count * hidden), uniform(student, count * hidden)
        self.output, self.output_bias = uniform(hidden, count * hidden, teacher), uniform(hidden, count, teacher)
        self.gate, self.gate_bias = uniform(teacher, teacher, count), uniform(teacher, count)

    def forward(self, student, teacher, noise, temperature):
        alpha = torch.softmax(teacher @ self.gate + self.gate_bias, 1)
        z = selection(alpha, noise, temperature)
        hidden = torch.relu(torch.addmm(self.hidden_bias, student, self.hidden))
        mixed = (hidden.view(len(student), z.shape[1], -1) * z.unsqueeze(2)).view(hidden.shape)
        return mixed @ self.output + z @ self.output_bias

    def distance(self, student, teacher, temperature):
        """|| teacher - mixture ||^2 of every row, with fresh noise."""
        noise = -torch.empty(len(student), self.gate.shape[1]).exponential_().log()
        return (teacher - self(student, teacher, noise, temperature)).square().sum(1)


def selection(alpha, noise, temperature):
    """How much of each expert: a softmax that one of them wins as the temperature falls."""
    return torch.softmax((torch.log(alpha + 1e-10) + noise) / temperature, 1)


def expert_step(model, of_users, of_items, teacher, optimizer, users, positives, unseen, temperature, weight):
    """One step of base + weight * DE: distinct users once, distinct positives and distinct negatives half. Two summed losses."""
    rows = len(users)
    distinct = [ids.unique() for ids in (users, positives, unseen)]
    user_rows = model.users(torch.cat([users, distinct[0]]))
    item_ids = torch.cat(distinct[1:])
    item_rows = model.items(torch.cat([positives, unseen, item_ids]))
    base = base_loss(user_rows[:rows], item_rows[:rows], item_rows[rows : 2 * rows])
    on_users = of_users.distance(user_rows[rows:], F.embedding(distinct[0], teacher.user), temperature).sum()
    on_items = of_items.distance(item_rows[2 * rows :], F.embedding(item_ids, teacher.item), temperature).sum()
    term = on_users + 0.5 * on_items
    descend(optimizer, base + weight * term)
    return base.item(), term.item()

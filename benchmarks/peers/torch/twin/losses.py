"""The loss kernels. Every one is a sum over rows; gradients come from autograd."""

import torch
import torch.nn.functional as F


def bpr(positive, negative):
    """K1: sum over rows of the mean over negatives of softplus(negative - positive). [rows], [rows, n]"""
    return F.softplus(negative - positive.unsqueeze(1)).mean(1).sum()


def soft_cross_entropy(student, target):
    """
    K2 per row on one list: -sum_i p_i log softmax(student)_i, as logsumexp(student) - <p, student> since p sums to 1.

    `target` is the teacher's softmax, constant and zero where a list is padded; `student` must be very negative there
    (not infinite, so that 0 times it is 0). The temperature is already divided out of both. [rows, k] -> [rows]
    """
    return torch.logsumexp(student, 1) - (target * student).sum(1)


def relaxed_ranking(listed, background, cap=None):
    """
    K3 per row: sum_k log(sum_{m >= k} e^{a_m} + sum_l e^{b_l}) - a_k. [rows, K], [rows, L] -> [rows]

    With `cap` scores are cut at it and exponentiated as they are, which is faster; without, log-sum-exp throughout.
    """
    if cap is not None:
        listed = listed.clamp_max(cap)
        above = listed.exp().flip(1)
        below = background.clamp_max(cap).exp().sum(1, keepdim=True)
        return (above.cumsum(1) + below).log().sum(1) - listed.sum(1)
    below = torch.logsumexp(background, 1, keepdim=True)
    suffix = torch.logcumsumexp(listed.flip(1), 1)
    return torch.logaddexp(suffix, below).sum(1) - listed.sum(1)


def soft_targets(teacher, t1, t2):
    """The teacher's probabilities: sigmoid((r + t2) / t1)."""
    return torch.sigmoid((teacher + t2) / t1)


def soft_binary_cross_entropy(student, target):
    """K4 per row: sum of softplus(s) - y s. [rows, n] -> [rows]"""
    return (F.softplus(student) - target * student).sum(1)


def rce_kd(top, top_target, approximate, approximate_target, gamma):
    """(1 - gamma) K2(top) + gamma K2(approximate) per row. [rows, K], [rows, S], [rows] -> [rows]"""
    on_top = soft_cross_entropy(top, top_target)
    on_approximate = soft_cross_entropy(approximate, approximate_target)
    return (1 - gamma) * on_top + gamma * on_approximate

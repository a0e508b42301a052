"""Full ranking by dot product, in blocks of users."""

import torch

BLOCKS = (64, 128, 256, 512, 1024)


@torch.no_grad()
def rank(user_table, item_table, k, exclude=None, block=128):
    """
    The best k items of every user, best first. `exclude` is (offsets, items) of rows to leave out.

    One score buffer serves every block, so nothing of the size of the catalogue is allocated twice.
    """
    num_users, num_items = user_table.shape[0], item_table.shape[0]
    out_items = torch.empty(num_users, k, dtype=torch.int64)
    out_scores = torch.empty(num_users, k)
    buffer = torch.empty(block, num_items)
    transposed = item_table.t()
    for start in range(0, num_users, block):
        end = min(start + block, num_users)
        scores = buffer[: end - start]
        torch.mm(user_table[start:end], transposed, out=scores)
        if exclude is not None:
            scores.view(-1)[places(exclude, start, end, num_items)] = -torch.inf
        torch.topk(scores, k, dim=1, out=(out_scores[start:end], out_items[start:end]))
    return out_items, out_scores


def places(exclude, start, end, num_items):
    """Flat positions of the rows' items inside a block of scores."""
    offsets, items = exclude
    counts = offsets[start + 1 : end + 1] - offsets[start:end]
    rows = torch.repeat_interleave(torch.arange(end - start), counts)
    return rows * num_items + items[offsets[start] : offsets[end]]

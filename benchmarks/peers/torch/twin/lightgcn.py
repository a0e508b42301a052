"""LightGCN: the tables of MF smoothed over the graph of interactions, once a step."""

import warnings

import torch

from .train import base_loss, descend


def interaction_graph(users, items, num_users, num_items, kind="csr"):
    """The symmetric normalised adjacency as a product: x -> A x. `csr` pulls back by A itself, `coo` by what autograd finds."""
    nodes = num_users + num_items
    rows, columns = torch.cat([users, items + num_users]), torch.cat([items + num_users, users])
    degrees = torch.bincount(rows, minlength=nodes).clamp(min=1).to(torch.get_default_dtype())
    values = 1 / (degrees[rows] * degrees[columns]).sqrt()
    graph = torch.sparse_coo_tensor(torch.stack([rows, columns]), values, (nodes, nodes), check_invariants=True).coalesce()
    if kind == "coo":
        return lambda x: torch.sparse.mm(graph, x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the layout being new
        graph = graph.to_sparse_csr()

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return torch.sparse.mm(graph, x)

        @staticmethod
        def backward(_, grad):
            return torch.sparse.mm(graph, grad)

    return Product.apply


def propagate(graph, layers, user, item):
    """Mean of layers 0..n of both tables."""
    x = total = torch.cat([user, item])
    for _ in range(layers):
        x = graph(x)
        total = total + x
    return (total / (layers + 1)).split([len(user), len(item)])


def lightgcn_step(graph, layers, model, optimizer, users, positives, unseen):
    """One step on pairs; returns the summed loss. Gathers all items of the step in one call."""
    rows = users.shape[0]
    user, item = propagate(graph, layers, model.user, model.item)
    item_rows = item[torch.cat([positives, unseen])]
    return descend(optimizer, base_loss(user[users], item_rows[:rows], item_rows[rows:]))

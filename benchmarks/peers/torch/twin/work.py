"""The measured units: a chunk of training steps, an epoch of distillation, a full ranking. Each can `check` and `run`."""

import torch

from .files import floats, ids, write_floats, write_ids
from .lightgcn import interaction_graph, lightgcn_step
from .lists import RceLists, RrdLists, bitmap
from .mf import MF, adam
from .rank import BLOCKS, rank
from .timing import fastest, timed
from .train import base_step, batches, kd_step, rce_term, rrd_term


class Steps:
    """Training steps on pairs that are given: forward, loss, backward, Adam."""

    def __init__(self, scenario, folder, variant):
        self.model = load_model(folder, "student", scenario, scenario["dim"])
        self.optimizer = adam(self.model, scenario["lr"], scenario["weightDecay"], variant["fused"])
        self.batches = load_batches(folder, scenario)
        self.folder = folder
        self.base_step = base_step
        if scenario.get("backbone") == "lightgcn":
            graph = interaction_graph(
                ids(folder, "train-users"), ids(folder, "train-items"), scenario["numUsers"], scenario["numItems"], variant["graph"]
            )
            self.base_step = lambda *given: lightgcn_step(graph, scenario["layers"], *given)

    def check(self):
        losses = [self.base_step(self.model, self.optimizer, *batch) for batch in self.batches]
        write_floats(self.folder, "torch-users", self.model.user)
        write_floats(self.folder, "torch-items", self.model.item)
        return {"losses": losses}

    def run(self):
        times = timed(lambda: [self.base_step(self.model, self.optimizer, *batch) for batch in self.batches])
        return {**times, "per": len(self.batches)}


class Ranking:
    """Scores of the whole catalogue, training rows left out, the best k."""

    def __init__(self, scenario, folder, variant):
        self.model = load_model(folder, "student", scenario, scenario["dim"])
        self.k, self.folder = scenario["k"], folder
        users, items = ids(folder, "train-users"), ids(folder, "train-items")
        self.exclude = offsets_of(users, scenario["numUsers"]), items
        self.block = fastest(BLOCKS, lambda block: self.rank(block))

    def rank(self, block):
        return rank(self.model.user.detach(), self.model.item.detach(), self.k, self.exclude, block)

    def check(self):
        items, scores = self.rank(self.block)
        write_ids(self.folder, "torch-items", items)
        write_floats(self.folder, "torch-scores", scores)
        return {"block": self.block}

    def run(self):
        return {**timed(lambda: self.rank(self.block)), "per": 1}


class Epochs:
    """Negatives, shuffle, the method's lists, all steps; no evaluation. Teacher scores are stored once, whole."""

    def __init__(self, scenario, folder, variant):
        self.scenario, self.folder = scenario, folder
        self.model = load_model(folder, "student", scenario, scenario["dim"])
        self.optimizer = adam(self.model, scenario["lr"], scenario["weightDecay"], variant["fused"])
        self.distinct = variant.get("distinct", True)
        self.users, self.items = ids(folder, "train-users"), ids(folder, "train-items")
        self.num_users, self.num_items = scenario["numUsers"], scenario["numItems"]
        self.seen = bitmap(self.num_users, self.num_items, self.users, self.items)
        self.params = scenario["params"]
        teacher = load_model(folder, "teacher", scenario, scenario["teacherDim"])
        self.lists = self.prepare(teacher.user.detach(), teacher.item.detach())
        self.block = fastest(BLOCKS, self.student_order)

    def student_order(self, block):
        return rank(self.model.user.detach(), self.model.item.detach(), self.params["M"], None, block)[0]

    def steps(self, batches, drawn):
        items, term = self.term(drawn)
        weight, distinct = self.scenario["lambda"], self.distinct
        return [kd_step(self.model, self.optimizer, *batch, items, term, weight, distinct) for batch in batches]

    def run(self):
        losses = []

        def epoch():
            batched = list(batches(self.users, self.items, self.num_items, self.seen, self.scenario["batch"]))
            drawn = self.draw()
            losses.extend(self.steps(batched, drawn))

        times = timed(epoch)
        base, kd = (sum(column) for column in zip(*losses))
        return {**times, "per": 1, "loss": {"base": base, "kd": kd}}


class RceEpochs(Epochs):
    def prepare(self, users, items):
        p = self.params
        return RceLists(users @ items.t(), p["K"], p["L"], p["M"], p["T"], p["beta"], p["tau"])

    def draw(self):
        return self.lists.draw(self.student_order(self.block))

    def term(self, drawn):
        return drawn["items"], rce_term(drawn, self.params["K"], self.params["tau"])

    def check(self):
        order = self.student_order(self.block)
        write_ids(self.folder, "torch-order", order)
        shape = (self.num_users, -1)
        top, sampled = ids(self.folder, "list-top").view(shape), ids(self.folder, "list-sampled").view(shape)
        overlap = self.lists.in_teacher(sampled).sum(1).float() / self.params["K"]
        drawn = self.lists.finish(top, sampled, overlap)
        write_floats(self.folder, "torch-gamma", drawn["gamma"])
        losses = self.steps(load_batches(self.folder, self.scenario), drawn)
        return {"losses": losses, "block": self.block}


class RrdEpochs(Epochs):
    def prepare(self, users, items):
        p = self.params
        exclude = offsets_of(self.users, self.num_users), self.items
        self.teacher_top = rank(users, items, p["M"], exclude)[0]
        return RrdLists(self.teacher_top, self.seen, self.num_items, p["K"], p["L"], p["T"])

    def draw(self):
        return self.lists.draw()

    def term(self, drawn):
        both = torch.cat([drawn["interesting"], drawn["uninteresting"]], 1)
        return both, rrd_term(self.params["K"])

    def check(self):
        write_ids(self.folder, "torch-order", self.teacher_top)
        names = ["interesting", "uninteresting"]
        drawn = {name: ids(self.folder, f"list-{name}").view(self.num_users, -1) for name in names}
        losses = self.steps(load_batches(self.folder, self.scenario), drawn)
        return {"losses": losses}


def open_work(scenario, folder, variant):
    kinds = {"step": Steps, "rank": Ranking, "rce-kd": RceEpochs, "rrd": RrdEpochs}
    return kinds[scenario["kind"]](scenario, folder, variant)


def load_model(folder, role, scenario, dim):
    return MF(
        floats(folder, f"{role}-users").view(scenario["numUsers"], dim),
        floats(folder, f"{role}-items").view(scenario["numItems"], dim),
    )


def load_batches(folder, scenario):
    names = ["batch-users", "batch-positives", "batch-negatives"]
    return list(zip(*(ids(folder, name).split(scenario["batch"]) for name in names)))


def offsets_of(users, num_users):
    counts = torch.bincount(users, minlength=num_users)
    return torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)])

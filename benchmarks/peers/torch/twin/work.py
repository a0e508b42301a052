"""The measured units: a chunk of training steps, an epoch of distillation, a full ranking. Each can `check` and `run`."""

from time import perf_counter

import torch

from .files import floats, ids, write_floats, write_ids
from .lightgcn import interaction_graph, lightgcn_step
from .experts import Experts, expert_step
from .lists import CdLists, DcdLists, RceLists, RrdLists, bitmap
from .mf import MF, adam
from .rank import BLOCKS, rank
from .sequence import Histories, SequenceModel, columns_of, draws, given_draws, sequence_step
from .timing import fastest, timed
from .train import base_loss, base_step, batches, cd_term, kd_step, rce_term, rrd_term


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


class SequenceSteps:
    """Training steps of a model that reads histories: draws, forward, loss, backward, Adam over every row."""

    def __init__(self, scenario, folder, variant):
        self.scenario, self.folder, self.variant = scenario, folder, variant
        users, items = ids(folder, "train-users"), ids(folder, "train-items")
        self.histories = Histories(users, items, scenario["numUsers"])
        self.batches = ids(folder, "batch-users").split(scenario["batch"])
        backbone, params = scenario["backbone"], scenario["params"]
        seen = bitmap(scenario["numUsers"], scenario["numItems"], users, items) if backbone == "sasrec" else None
        self.draw = draws(backbone, scenario["numItems"], params["drawn"], seen)
        self.model, self.optimizer = self.fresh()
        self.whole = False
        if backbone == "hstu":
            self.whole = fastest([False, True], lambda whole: self.step(self.batches[0], self.draw, True, whole))
            self.model, self.optimizer = self.fresh()

    def fresh(self):
        scenario = self.scenario
        names, dim, params = scenario["parameters"], scenario["dim"], scenario["params"]
        weights = {
            name: floats(self.folder, "student-" + name.replace(" ", "-")).view(-1, columns_of(name, dim, params))
            for name in names
        }
        model = SequenceModel(scenario["backbone"], weights, params)
        return model, adam(model, scenario["lr"], scenario["weightDecay"], self.variant["fused"])

    def step(self, users, draw, dropout, whole):
        return sequence_step(
            self.model, self.optimizer, self.histories, users, draw, dropout, whole, self.variant["grouped"]
        )

    def check(self):
        """The first steps on given draws, without dropout; then everything is as it was."""
        length = self.scenario["params"]["length"] - (self.scenario["backbone"] == "hstu")
        drawn = ids(self.folder, "batch-drawn").view(-1, self.scenario["params"]["drawn"])
        losses, at = [], 0
        for users in self.batches[: self.scenario["checked"]]:
            positions = int(self.histories.lengths(users, length).sum())
            draw = given_draws(self.histories, users, length, drawn[at : at + positions])
            losses.append(self.step(users, draw, False, self.whole))
            at += positions
        weights = self.model.weights()
        write_floats(self.folder, "torch-users", weights["positions"])
        write_floats(self.folder, "torch-items", weights["items"])
        self.model, self.optimizer = self.fresh()
        return {"losses": losses, "whole": self.whole}

    def run(self):
        times = timed(lambda: [self.step(users, self.draw, True, self.whole) for users in self.batches])
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
        k, exclude = self.ranked()
        return rank(self.model.user.detach(), self.model.item.detach(), k, exclude, block)[0]

    def ranked(self):
        """How many items the student's ranking needs, and what is left out of it."""
        return self.params["M"], None

    def excluded(self):
        return offsets_of(self.users, self.num_users), self.items

    def steps(self, batches, drawn):
        items, term = self.term(drawn)
        weight, distinct = self.scenario["lambda"], self.distinct
        return [kd_step(self.model, self.optimizer, *batch, items, term, weight, distinct) for batch in batches]

    def run(self):
        losses = []

        def epoch():
            batched = list(batches(self.users, self.items, self.num_items, self.seen, self.scenario["batch"]))
            start = perf_counter()
            drawn = self.draw()
            middle = perf_counter()
            losses.extend(self.steps(batched, drawn))
            self.parts = {"lists": middle - start, "steps": perf_counter() - middle}

        times = timed(epoch)
        times["parts"] = self.parts
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


class CdEpochs(Epochs):
    def prepare(self, users, items):
        p = self.params
        return CdLists(users @ items.t(), p["n"], p["R"], p["T"], p["t1"], p["t2"])

    def ranked(self):
        return self.params["R"], self.excluded()

    def draw(self):
        return self.lists.draw(self.student_order(self.block))

    def term(self, drawn):
        return drawn["items"], cd_term(drawn)

    def check(self):
        drawn = self.lists.finish(ids(self.folder, "list-drawn").view(self.num_users, -1))
        return {"losses": self.steps(load_batches(self.folder, self.scenario), drawn), "block": self.block}


class DcdEpochs(Epochs):
    def prepare(self, users, items):
        p = self.params
        self.teacher_top = rank(users, items, p["M"], self.excluded())[0]
        return DcdLists(self.teacher_top, self.num_items, p["K"], p["T"])

    def ranked(self):
        return self.lists.horizon, None

    def draw(self):
        return self.lists.draw(self.student_order(self.block))

    def term(self, drawn):
        return torch.cat([drawn["under"], drawn["over"]], 1), rrd_term(self.params["K"])

    def check(self):
        write_ids(self.folder, "torch-order", self.teacher_top)
        write_ids(self.folder, "torch-positions", self.lists.positions(self.student_order(self.block)))
        names = ["under", "over"]
        drawn = {name: ids(self.folder, f"list-{name}").view(self.num_users, -1) for name in names}
        return {"losses": self.steps(load_batches(self.folder, self.scenario), drawn), "block": self.block}


class DeEpochs(Epochs):
    def prepare(self, users, items):
        count, d, teacher = self.params["experts"], self.scenario["dim"], self.scenario["teacherDim"]
        self.teacher = MF(users, items).requires_grad_(False)
        self.sides = [Experts(count, d, teacher) for _ in range(2)]
        for side in self.sides:
            self.optimizer.add_param_group({"params": list(side.parameters())})
        self.epoch = 0

    def student_order(self, block):
        return None

    def draw(self):
        # falls by the same factor every epoch of a thousand
        self.temperature = max(1e-10, 1e-10 ** (self.epoch / 1000))
        self.epoch += 1

    def steps(self, batches, drawn):
        shared = self.model, *self.sides, self.teacher, self.optimizer
        return [expert_step(*shared, *batch, self.temperature, self.scenario["lambda"]) for batch in batches]

    def check(self):
        batches = load_batches(self.folder, self.scenario)
        with torch.no_grad():
            margins = [(batch, self.model.users(batch[0])) for batch in batches]
            return {"losses": [base_loss(u, self.model.items(b[1]), self.model.items(b[2])).item() for b, u in margins]}


def open_work(scenario, folder, variant):
    kinds = {
        "step": Steps,
        "sequence": SequenceSteps,
        "rank": Ranking,
        "rce-kd": RceEpochs,
        "rrd": RrdEpochs,
        "cd": CdEpochs,
        "dcd": DcdEpochs,
        "de": DeEpochs,
    }
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

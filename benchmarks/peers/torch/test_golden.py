"""Golden vectors of the formulas the twins implement. Run: python -m unittest (in this folder)."""

import unittest
from unittest import mock

import torch

from twin.lightgcn import interaction_graph, propagate
from twin.experts import Experts, selection
from twin.lists import CdLists, DcdLists, FLOOR, RceLists, RrdLists, bitmap, contains, correction_weights, negatives, rce_weights, repeats
from twin.losses import bpr, rce_kd, relaxed_ranking, soft_binary_cross_entropy, soft_cross_entropy, soft_targets
from twin.mf import adam, random_mf
from twin.rank import rank
from twin.sequence import Histories, SequenceModel, binary, given_draws, hstu_block, sampled_softmax, sequence_step
from twin.train import base_loss, base_step, kd_step

torch.set_default_dtype(torch.float64)


def leaf(values):
    return torch.tensor(values, requires_grad=True)


class Golden(unittest.TestCase):
    def near(self, actual, expected, rel=1e-7, floor=1e-12):
        expected = torch.as_tensor(expected, dtype=torch.float64)
        actual = torch.as_tensor(actual).detach().double()
        self.assertTrue(torch.allclose(actual, expected, rtol=rel, atol=floor), f"{actual} is not {expected}")

    def test_bpr_with_two_negatives_per_row(self):
        positive = leaf([0.37, -1.42, 90.5])
        negative = leaf([[-0.81, 1.13], [2.6, -88.25], [91.75, -3.4]])
        loss = bpr(positive, negative)
        loss.backward()
        self.near(loss, 3.4756721)
        self.near(positive.grad, [-0.45820297, -0.49118183, -0.38864993])
        self.near(negative.grad, [[0.1175261, 0.34067687], [0.49118183, 0], [0.38864993, 0]])

    def test_the_step_uses_the_same_base_loss(self):
        users, positives, unseen = (torch.randn(9, 4) for _ in range(3))
        by_scores = bpr((users * positives).sum(1), (users * unseen).sum(1, keepdim=True))
        self.near(base_loss(users, positives, unseen), by_scores)

    def test_counted_users_equal_one_row_a_pair(self):
        users, items = torch.tensor([1, 0, 1, 1]), torch.arange(4)
        lists = torch.stack([torch.randperm(12)[:6] for _ in range(2)])
        target, ends = torch.softmax(torch.randn(2, 6), 1), []
        for distinct in (True, False):
            model = random_mf(2, 12, 3, 5, std=1)
            optimizer = adam(model, 1e-3, 1e-5, None)
            term = lambda scores, rows, counts: (counts * soft_cross_entropy(scores, target[rows])).sum()
            losses = kd_step(model, optimizer, users, items, items + 4, lists, term, 7.0, distinct)
            ends.append(torch.cat([torch.tensor(losses), model.item.detach().view(-1), model.user.detach().view(-1)]))
        self.near(ends[0], ends[1])

    def test_lightgcn_of_two_layers(self):
        users, items = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 2])
        initial = torch.tensor([[0.3, -0.7], [1.1, 0.4], [-0.5, 0.9], [0.8, -0.2], [-1.3, 0.6]])
        gradients = []
        for kind in ["csr", "coo"]:
            table = leaf(initial.tolist())
            user, item = propagate(interaction_graph(users, items, 2, 3, kind), 2, table[:2], table[2:])
            self.near(user, [[0.28214887, -0.1962013], [0.49358706, 0.28308802]])
            self.near(item, [[-0.085008418, 0.26143819], [0.4212013, 0.026776695], [-0.29644661, 0.37071068]])
            (user @ item.t()).square().sum().backward()
            gradients.append(table.grad)
        self.near(gradients[0], gradients[1])

    def test_sampled_softmax_both_ways(self):
        # the states are unit rows, so that a column of the table holds the logits of a position
        logits = torch.tensor([[1.37, -0.85, 0, 2.06], [90.3, 91.7, -4.2, 88]])
        drawn, after = torch.tensor([[1, 0, 3], [1, 2, 3]]), torch.zeros(2, dtype=torch.int64)
        expected = [[-0.33883054, 0.017504472, 0, 0.32132606], [-0.40301542, 0.39329186, 8.8282402e-43, 0.0097235617]]
        for whole in (False, True):
            table = leaf(logits.t().tolist())
            loss = sampled_softmax(torch.eye(2), table, after, drawn, 1.0, whole)
            (loss / 2).backward()
            self.near(loss / 2, 1.3861039)
            self.near(table.grad.t(), expected, floor=1e-9)

    def test_binary_loss_of_the_next_item(self):
        loss = binary(torch.tensor([[1.5]]), torch.tensor([[2.0], [-1], [0.5]]), torch.tensor([0]), torch.tensor([[1, 2]]))
        softplus = lambda x: torch.log1p(torch.exp(torch.tensor(x)))
        self.near(loss, softplus(-3.0) + softplus(-1.5) + softplus(0.75))

    def test_one_block_of_hstu(self):
        w = {
            "items": [[-0.32, -0.69, 0.04, 0.94], [-0.34, -0.43, 0.34, 0.25], [0.07, -0.65, -0.02, 0.49], [-0.94, -0.32, -1.33, -0.9], [-1.29, -0.16, -0.89, 0.19]],
            "positions": [[0.05, -0.06, -0.76, -0.16], [-0.01, 0.03, -0.46, -0.14], [-0.29, -0.24, 0.32, -0.24]],
            "uvqk 1": [
                [0.82, -0.93, 0.52, 0.07, -0.38, 1.2, 0.46, -0.72, 0.04, 0.35, -0.11, 0.41],
                [-0.04, 0.4, 0.86, -0.41, 0.12, -0.28, 0.08, -0.71, -0.35, -0.12, 0.54, 0.69],
                [-0.79, -0.48, 0.39, -1.2, -0.28, -0.06, 0.75, 0.41, -0.2, -0.22, -0.15, 0.91],
                [-0.26, -0.18, 0.21, -0.07, -0.12, -0.67, -0.01, -0.27, 0.7, 0.39, -0.01, 0.4],
            ],
            "out 1": [[-0.2, 0.63, 0, 0.35], [-0.77, 0.21, -1.01, -1.22], [-0.18, -0.54, 0.1, 1.35], [-0.5, -0.37, 0.12, 0.3]],
            "out bias 1": [[-0.04, -0.04, 0.14, 0.1]],
        }
        w = {name: torch.tensor(values) for name, values in w.items()}
        read = torch.tensor([2, 0, 4])
        h = 2 * w["items"][read] + w["positions"]
        out = hstu_block(h[None], w, 1, (2, 1, 2, 5), lambda x: x)
        self.near(out[0], [[0.27700732, -1.4898351, -1.0389485, 0.52263854], [-0.84270837, -0.63956255, -0.82344366, 1.812422], [-3.4101801, -0.512498, -0.69378124, 0.82649406]])
        params = {"length": 4, "reserved": 1, "blocks": 1, "heads": 2, "dqk": 1, "dv": 2, "dropout": 0.5, "inputDropout": 0.5}
        states = SequenceModel("hstu", w, params).states(torch.tensor([3]), torch.ones(1, 3, dtype=torch.bool), read, dropout=False)
        self.near(states[2], [-0.94376848, -0.14183399, -0.19200419, 0.22873251])

    def test_padding_and_grouping_change_no_step_of_either_model(self):
        rows = torch.arange(40).repeat_interleave(torch.arange(40) % 11 + 1)
        items = torch.randint(30, rows.shape)
        params = {"length": 8, "reserved": 2, "blocks": 2, "heads": 2, "dqk": 3, "dv": 2, "dropout": 0.5, "inputDropout": 0.5, "drawn": 3, "temperature": 0.2}
        dim, hidden = 4, ["attention norm {} scale", "attention norm {} shift", "feed-forward norm {} scale", "feed-forward norm {} shift"]
        shapes = {"items": (30, dim), "positions": (10, dim)}
        for n in (1, 2):
            shapes |= {f"uvqk {n}": (dim, 20), f"out {n}": (dim, 4), f"out bias {n}": (1, dim), f"inner bias {n}": (1, dim), f"outer bias {n}": (1, dim)}
            shapes |= {f"{name} {n}": (dim, dim) for name in ("query", "key", "value", "inner", "outer")}
            shapes |= {name.format(n): (1, dim) for name in hidden}
        shapes |= {"last norm scale": (1, dim), "last norm shift": (1, dim)}
        histories, users = Histories(rows, items, 40), torch.randperm(40)
        for backbone in ("hstu", "sasrec"):
            weights, ends = {name: torch.randn(shape) for name, shape in shapes.items()}, []
            length = params["length"] - (backbone == "hstu")
            drawn = torch.randint(30, (int(histories.lengths(users, length).sum()), 3))
            for grouped in (False, True):
                model = SequenceModel(backbone, {name: values.clone() for name, values in weights.items()}, params)
                draw = given_draws(histories, users, length, drawn)
                # grids of few places, so that there are many groups
                with mock.patch("twin.sequence.PLACES", 20):
                    loss = sequence_step(model, adam(model, 1e-2, 1e-3, None), histories, users, draw, False, False, grouped)
                ends.append([torch.tensor(loss), *(values.detach() for values in model.values)])
            for one, other in zip(*ends):
                self.near(one, other, floor=1e-8)

    def test_soft_cross_entropy_on_a_list(self):
        teacher = torch.tensor([[1.9, -0.4, 0.6, -2.2], [3.3, -1.7, 4.1, 90.25]])
        for tau, rows, grad in [
            (1, [1.7651975, 90.520417], [[-0.57730914, -0.051068407, 0.56814074, 0.060236807], [0.80218389, 0, 0.19781611, -1]]),
            (2.5, [1.4123634, 36.571845], [[-0.087336203, -0.028375745, 0.078386741, 0.037325207], [0.25458102, -4.2531288e-17, 0.14541898, -0.4]]),
        ]:
            student = leaf([[0.73, -1.18, 2.41, 0.05], [90.3, -35.2, 88.9, 0]])
            loss = soft_cross_entropy(student / tau, torch.softmax(teacher / tau, 1))
            loss.sum().backward()
            self.near(loss, rows)
            self.near(student.grad, grad, floor=1e-9)

    def test_relaxed_ranking_with_and_without_cap(self):
        for cap, rows, listed_grad, background_grad in [
            (80, [4.0027978, 161.26302], [[-0.56212105, -0.81980761, -0.13868911], [0, -1, -1]], [[1.4633089, 0.057308876], [2.4013123, 0]]),
            (None, [4.0027978, 160.75002], [[-0.56212105, -0.81980761, -0.13868911], [-2.0399087e-05, -1, -1]], [[1.4633089, 0.057308876], [2.0000204, 0]]),
        ]:
            listed = leaf([[1.27, -0.64, 0.38], [90.4, 2.15, -3.7]])
            background = leaf([[0.91, -2.33], [79.6, -41.5]])
            loss = relaxed_ranking(listed, background, cap)
            loss.sum().backward()
            self.near(loss, rows)
            self.near(listed.grad, listed_grad)
            self.near(background.grad, background_grad)

    def test_collaborative_distillation(self):
        student = leaf([[1.34, -0.57], [-27.5, 90.2]])
        target = soft_targets(torch.tensor([[2.8, -1.6], [3.15, -4.4]]), 2, 0)
        self.near(target, [[0.80218389, 0.31002552], [0.82849523, 0.099750489]])
        loss = soft_binary_cross_entropy(student, target).sum()
        loss.backward()
        self.near(loss, 105.10871)
        self.near(student.grad, [[-0.0096939471, 0.051211306], [-0.82849523, 0.90024951]])

    def test_correction_weights(self):
        under, over = correction_weights(torch.tensor([[2.0, 0, 5, 1, 4, 3]]), 2)
        self.near(under, [[0.76159416, 0, 0.90514825, 0, 0, 0]])
        self.near(over, [[0, 0.46211716, 0, 0.76159416, 0, 0.76159416]])

    def test_selection_of_experts(self):
        alpha, noise = torch.tensor([[0.2, 0.5, 0.3]]), torch.tensor([[0.31, -0.44, 1.27]])
        outputs, teacher = torch.tensor([[0.9, -0.2], [-0.3, 0.8], [0.1, -1.4]]), torch.tensor([[0.4, -1.1]])
        for temperature, chosen, error in [(1, [0.16397579, 0.1936417, 0.6423825], 0.16484056), (0.1, [1.1745113e-06, 6.1951048e-06, 0.99999263], 0.1799919)]:
            z = selection(alpha, noise, temperature)
            self.near(z, [chosen])
            self.near((teacher - z @ outputs).square().sum(), error)

    def test_mixing_before_the_second_layer_mixes_the_experts(self):
        experts, student, teacher = Experts(3, 4, 6), torch.randn(5, 4), torch.randn(5, 6)
        noise = torch.randn(5, 3)
        z = selection(torch.softmax(teacher @ experts.gate + experts.gate_bias, 1), noise, 0.7)
        width = experts.hidden.shape[1] // 3
        apart = 0
        for e in range(3):
            part = slice(e * width, (e + 1) * width)
            hidden = torch.relu(student @ experts.hidden[:, part] + experts.hidden_bias[part])
            apart = apart + z[:, e : e + 1] * (hidden @ experts.output[part] + experts.output_bias[e])
        self.near(experts(student, teacher, noise, 0.7), apart.detach())

    def test_rce_kd_lists_weights_loss_and_gradient(self):
        teacher = torch.tensor([[2.31, -0.42, 1.77, 0.15, 1.06, -1.88, 2.92, 0.94], [0.88, 90.25, -2.4, 3.17, 1.06, 2.93, -0.51, -7.3]])
        values = [[0.35, 1.92, -0.48, 2.64, 0.11, 1.03, 2.27, -1.36], [91.3, 0.62, 88.75, -1.14, 2.58, 0.47, -3.09, 1.81]]
        order = torch.topk(torch.tensor(values), 6, dim=1).indices
        self.assertEqual(order.tolist(), [[3, 6, 1, 5, 0, 4], [0, 2, 4, 7, 1, 5]])
        expected = {
            1: (73.53325, [[-0.077297434, 0.2493839, -0.049176065, 0.25422688, 0, 0, -0.37713728, 0], [0.18891066, -0.60653066, 0.62840339, 0, -0.21078339, 0, 0, 0]]),
            2: (36.467571, [[-0.026040371, 0.094306621, -0.02281057, 0.069988023, 0, 0, -0.1154437, 0], [0.067787686, -0.30326533, 0.32955435, 0, -0.094076704, 0, 0, 0]]),
        }
        for tau, (total, grad) in expected.items():
            lists = RceLists(teacher, K=3, L=3, M=6, T=2, beta=1.5, tau=tau)
            self.assertEqual(lists.best.tolist(), [[6, 0, 2], [1, 3, 5]])
            inside = lists.in_teacher(order)
            self.near(
                rce_weights(inside, 2).double(),
                [[4.4816891, 4.4816891, 2.7182818, 2.7182818, 2.7182818, 1.6487213], [4.4816891, 4.4816891, 4.4816891, 4.4816891, 4.4816891, 2.7182818]],
                rel=1e-6,
            )
            drawn = torch.tensor([[1, 4, 2], [1, 4, 2]])
            overlap = inside.gather(1, drawn).sum(1).double() / 3
            done = lists.finish(order[:, :3], order.gather(1, drawn), overlap)
            self.near(done["gamma"], [0.36787944, 0.60653066])
            student = leaf(values)
            scores = student.gather(1, done["items"]) / tau
            loss = rce_kd(scores[:, :3], done["top_target"], scores[:, 3:] + done["padding"], done["approximate_target"], done["gamma"]).sum()
            loss.backward()
            self.near(loss, total)
            self.near(student.grad, grad, floor=1e-9)

    def test_adam_moves_a_row_without_data_gradient(self):
        for fused in (None, False, True):
            for decay, after in [(1e-5, 0.00099335517), (1e-7, 0.009024034), (1e-8, 0.0098913976), (1e-3, 6.1817826e-05)]:
                model = random_mf(2, 3, 1, 0)
                with torch.no_grad():
                    model.item.fill_(0.01)
                try:
                    optimizer = adam(model, 1e-3, decay, fused)
                except (RuntimeError, TypeError):
                    self.skipTest("this version has no fused Adam for the CPU")
                for _ in range(11):
                    base_step(model, optimizer, torch.tensor([0]), torch.tensor([0]), torch.tensor([1]))
                self.near(model.item[2], [after])


class Draws(unittest.TestCase):
    def test_ranking_leaves_excluded_rows_out(self):
        model = random_mf(7, 40, 4, 1)
        offsets, items = torch.tensor([0, 2, 2, 5, 5, 5, 6, 7]), torch.tensor([1, 9, 3, 4, 39, 0, 2])
        top, scores = rank(model.user.detach(), model.item.detach(), 5, (offsets, items), block=3)
        full = (model.user @ model.item.t()).detach()
        for user in range(7):
            full[user, items[offsets[user] : offsets[user + 1]]] = -torch.inf
        self.assertEqual(top.tolist(), full.sort(1, descending=True).indices[:, :5].tolist())

    def test_positions_are_those_of_the_whole_ranking(self):
        scores = torch.randn(40, 90)
        candidates = torch.stack([torch.randperm(90)[:12] for _ in range(40)])
        lists = DcdLists(candidates, 90, K=5, T=1)
        order = scores.sort(1, descending=True).indices
        whole = order.argsort(1).gather(1, candidates)
        self.assertEqual(lists.positions(order[:, : lists.horizon]).tolist(), whole.clamp_max(lists.horizon).tolist())
        for drawn in lists.draw(order[:, : lists.horizon]).values():
            self.assertFalse(repeats(drawn).any())
        self.assertLess(0, FLOOR)

    def test_the_better_of_two_positions_is_kept(self):
        lists = CdLists(torch.zeros(100000, 4), n=1, R=4, T=20, t1=2, t2=0)
        drawn = lists.draw(torch.arange(4).expand(100000, 4))["items"]
        shares = torch.bincount(drawn.view(-1), minlength=4) / 100000
        law = torch.tensor([0.44453812, 0.3116725, 0.18360149, 0.060187895])
        self.assertLess((shares - law).abs().max(), 0.01)

    def test_negatives_are_never_seen_items(self):
        rows = torch.arange(50).repeat_interleave(30)
        items = torch.cat([torch.randperm(40)[:30] for _ in range(50)])
        seen = bitmap(50, 40, rows, items)
        drawn = negatives(rows, 40, seen)
        self.assertFalse(seen[rows * 40 + drawn].any())
        self.assertEqual(len(set(drawn.tolist())), 40)

    def test_background_is_distinct_and_outside(self):
        seen = bitmap(20, 60, torch.arange(20), torch.arange(20))
        top = torch.stack([torch.randperm(60)[:10] for _ in range(20)])
        lists = RrdLists(top, seen, 60, K=5, L=30, T=10).draw()
        for user in range(20):
            row = lists["uninteresting"][user].tolist()
            self.assertEqual(len(set(row)), 30)
            self.assertFalse(set(row) & (set(top[user].tolist()) | {user}))
            places = [top[user].tolist().index(item) for item in lists["interesting"][user].tolist()]
            self.assertEqual(places, sorted(set(places)))

    def test_repeats_marks_all_but_the_first(self):
        self.assertEqual(repeats(torch.tensor([[4, 1, 4, 4, 1]])).tolist(), [[False, False, True, True, True]])

    def test_contains(self):
        self.assertEqual(contains(torch.tensor([[1, 2], [0, 3]]), 4)(torch.tensor([[0, 2], [0, 2]])).tolist(), [[False, True], [True, False]])


if __name__ == "__main__":
    unittest.main()

"""How many patterns fit through a neck of k tanh units? Each row trains one n-k-n network on the shift rule and tells
how many of its n patterns it then gets right. Chapter 5 draws the rows.

Codes without biases, summed cross-entropy, all patterns at every step, first weights of 0.5. SGD keeps its rate of
0.1, as Skarupke's network seems to have; Adam starts from 0.1 and cools to nothing over the budget.
"""

import hourglass as hg

SIZES = {
    1: (2, 3, 4, 5),
    2: (6, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 25, 30),
    3: (16, 20, 24, 28, 30, 32, 36, 40, 45, 50, 60, 80),
    4: (40, 50, 60, 70, 80, 90, 100, 110, 120, 140, 160, 200),
    5: (100, 140, 180, 220, 260, 300, 400),
    6: (200, 300, 400, 500),
}
# For each budget, in steps, sizes beyond those: where its successes end.
BUDGETS = {300: {5: (500,), 6: (700,)}, 3000: {3: (100, 120, 150), 4: (250, 300, 400)}}
SETTINGS = [
    {"k": k, "n": n, "optimizer": optimizer, "budget": budget}
    for budget, larger in BUDGETS.items()
    for k in SIZES
    for n in (*SIZES[k], *larger.get(k, ()))
    for optimizer in ("SGD", "Adam")
]
SEEDS = range(64)


def work(setting, seeds):
    """Train the networks with these seeds: patterns that are right, and losses."""
    n, k, budget = setting["n"], setting["k"], setting["budget"]
    x, rule = hg.rules.one_hot(n), hg.rules.shift_rule(n)
    network = hg.rules.narrow(n, k, seeds=seeds)
    optimizer = getattr(hg, setting["optimizer"])(0.1)
    cooling = [hg.cooling(optimizer, budget)] if setting["optimizer"] == "Adam" else []
    loss = hg.SoftmaxCrossEntropy("sum")
    hg.train(network, x, rule, loss=loss, optimizer=optimizer, epochs=budget, callbacks=cooling)
    logits = network(x)
    right = (hg.rules.margins(logits, rule) > 0).sum(axis=-1)
    return [{"right": r, "loss": f"{value:.6g}"} for r, value in zip(right, loss(logits, rule))]


def cost(setting):
    """Connections times patterns times steps."""
    return 2 * setting["n"] ** 2 * setting["k"] * setting["budget"]

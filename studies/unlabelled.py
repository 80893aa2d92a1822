"""What are unlabelled drawings worth? As in `fewlabels`, with 1 or 5 labels a digit, but the unlabelled drawings from
which encoders, components and the graph learn are 30 to 3000. Chapter 7 draws the rows.
"""

from .fewlabels import tried

SETTINGS = [
    {"division": division, "method": method, "labels": labels, "unlabelled": n}
    for division, sizes in (
        ("apart", (30, 100, 300, 1000)), ("locked", (30, 100, 300, 1000)), ("mnist", (30, 100, 300, 1000, 3000)),
    )
    for method in ("pixels", "pca", "plain", "denoising", "graph")
    for labels in (1, 5)
    for n in sizes
    if n >= 20 * labels
]  # fmt: skip
SEEDS = range(10)


def work(setting, seeds):
    """Let the method choose, and try it, on these splits: its accuracies."""
    for seed in seeds:
        yield tried(seed, **setting)


def cost(setting):
    """Seconds for a split, roughly."""
    return 1 + setting["unlabelled"] / 1000

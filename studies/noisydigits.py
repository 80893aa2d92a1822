"""Does noise in a network do harm, or good? Each row is one network 64-32-10 with tanh units and normal noise of a
standard deviation behind them, trained on handwritten digits; chapter 10 tells of the rows.

noisy, quiet: per cent of the test's digits told right with the noise (mean of five passes), and without it. signal: the
standard deviation of the units' signals on the test, over that of the noise. Adam, rate 0.01, 50 at a time: 30 epochs
on 1200 drawings, 150 on 100. The ten divisions share 1797 drawings, and the same writers wrote for training and test.
"""

import numpy as np

import hourglass as hg

SETTINGS = [{"drawings": n, "std": std} for n in (1200, 100) for std in (0.0, 0.05, 0.2, 0.5, 1.0, 2.0)]
SEEDS = range(10)
EPOCHS = {1200: 30, 100: 150}


def work(setting, seeds):
    """Train and test networks with these seeds, each on a division of its own."""
    n, std = setting["drawings"], setting["std"]
    for seed in seeds:
        x, y, x_test, y_test = hg.datasets.digits(seed)
        net = hg.Network(hg.Dense(64, 32), hg.Tanh(), hg.GaussianNoise(std), hg.Dense(32, 10), seed=seed)
        how = {"loss": hg.SoftmaxCrossEntropy(), "optimizer": hg.Adam(0.01), "batch_size": 50, "seed": seed}
        hg.train(net, x[:n], y[:n], epochs=EPOCHS[n], **how)
        noisy, quiet = (
            100 * np.mean([net(x_test, noise=noise).argmax(axis=-1) == y_test for _ in range(passes)])
            for noise, passes in ((True, 5), (False, 1))
        )
        signal = net.activations(x_test)[2].std() / std if std else np.inf
        yield {"noisy": f"{noisy:.3f}", "quiet": f"{quiet:.3f}", "signal": f"{signal:.3f}"}


def cost(setting):
    """All alike, roughly."""
    return 1

"""What the studies of digits divide, and train, alike."""

import hourglass as hg


def cooled(rate, epochs):
    """Arguments of `hg.train`: Adam at a rate that falls to nothing, in batches of 50."""
    adam = hg.Adam(rate)
    return {"optimizer": adam, "epochs": epochs, "batch_size": 50, "callbacks": [hg.cooling(adam, epochs)]}


def drawings(division, seed, tuning=False):
    """x_train, y_train, x_test, y_test. tuning: of the training drawings alone, to choose settings by.

    division: "apart", digits by other writers in the test; "mixed", as many of the same writers, whoever wrote them;
    "locked", the test by the three writers whom no choice has seen, and settings chosen as those of "apart"; "mnist".
    """
    if division == "mnist":
        x, y, x_test, y_test = hg.datasets.mnist(seed)
        return (x[:2000], y[:2000], x[2000:], y[2000:]) if tuning else (x, y, x_test, y_test)
    if division == "locked" and not tuning:
        return hg.datasets.digits_by_writer(locked=True)
    return hg.datasets.digits_by_writer(seed, tuning=tuning, mixed=division == "mixed")


def encoder_layers(d, n_in=64):
    """n_in-128-64-d, untrained."""
    return [hg.Dense(n_in, 128), hg.Tanh(), hg.Dense(128, 64), hg.Tanh(), hg.Dense(64, d)]


def encoder(x, d, seed, epochs, noise=0.0):
    """The encoder of an autoencoder n-128-64-d-64-128-n that has learned to restore the images x from noisy ones."""
    return halves(x, d, seed, epochs, noise)[0]


def halves(x, d, seed, epochs, noise=0.0):
    """Both halves of that autoencoder, encoder and decoder."""
    n = x.shape[1]
    decoder = hg.Dense(d, 64), hg.Tanh(), hg.Dense(64, 128), hg.Tanh(), hg.Dense(128, n)
    network = hg.Network(hg.GaussianNoise(noise), *encoder_layers(d, n), *decoder, seed=seed)
    hg.train(network, x, x, loss=hg.MeanSquaredError(), **cooled(0.003, epochs))
    return hg.chain(network.layers[1:6]), hg.chain(network.layers[6:])

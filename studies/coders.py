"""What the studies of digits train alike."""

import hourglass as hg


def cooled(rate, epochs):
    """Arguments of `hg.train`: Adam at a rate that falls to nothing, in batches of 50."""
    adam = hg.Adam(rate)
    return {"optimizer": adam, "epochs": epochs, "batch_size": 50, "callbacks": [hg.cooling(adam, epochs)]}


def encoder_layers(d):
    """64-128-64-d, untrained."""
    return [hg.Dense(64, 128), hg.Tanh(), hg.Dense(128, 64), hg.Tanh(), hg.Dense(64, d)]


def encoder(x, d, seed, epochs, noise=0.0):
    """The encoder of an autoencoder 64-128-64-d-64-128-64 that has learned to restore the images x from noisy ones."""
    decoder = hg.Dense(d, 64), hg.Tanh(), hg.Dense(64, 128), hg.Tanh(), hg.Dense(128, 64)
    network = hg.Network(hg.GaussianNoise(noise), *encoder_layers(d), *decoder, seed=seed)
    hg.train(network, x, x, loss=hg.MeanSquaredError(), **cooled(0.003, epochs))
    return hg.chain(network.layers[1:6])

"""The engine: layers, losses, optimizers and training for one network or a thousand. NumPy only."""

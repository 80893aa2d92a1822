"""What the reader sees: static pictures, sliders, claims and self-checks."""

"""What the chapters are about: data, rules, and later information, estimators and slimming."""

"""PyTorch twins of the measured work, written from the published formulas; one subject a file."""

"""What PyTorch keeps under `utils`."""

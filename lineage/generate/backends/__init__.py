"""What runs a model: the port, and one module per way of meeting it."""

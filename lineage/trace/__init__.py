"""Where a text comes from: matching samples in all registered datasets, and the models that wrote them."""

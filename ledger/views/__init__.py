"""What screens and lists read: plain queries with small results, apart from the models."""

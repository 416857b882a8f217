"""Migrations and the seed registry, installed as data; code reaches them with importlib.resources."""

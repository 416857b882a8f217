"""Declared pipelines, installed as data; code reaches them with importlib.resources."""

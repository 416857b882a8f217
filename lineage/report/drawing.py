"""A picture as SVG: no script, no font, no request; colours come from the page's style sheet, light or dark.

Drawn twice in a page, left to right for wide screens and downwards for narrow ones. Source of places: `layout`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from markupsafe import Markup

from lineage.report.layout import Layout, lay_out
from lineage.report.picture import Edge, Node, Picture

Direction = Literal["right", "down"]

_MARGIN = 10.0
_NODE_HEIGHT = 54.0
_LETTER = 8.6  # mean width of a letter of a node's name, in pixels; a wide system font, narrower ones fit too
_SMALL_LETTER = 6.9  # the same at the size of a node's detail


_PORT = 14.0  # between the ends of edges that share a side of a node


class Point(NamedTuple):
    """A place in the drawing, in pixels from its upper left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    width: float
    height: float


def draw(picture: Picture, *, direction: Direction) -> Markup:
    """Draw a picture; `direction` is where writing flows to.

    Edges are as wide as the share they carry, dashed where the direction is not known.
    """
    layout = lay_out(picture)
    boxes = _across(picture, layout) if direction == "right" else _down(picture, layout)
    width = max(box.x + box.width for box in boxes.values()) + _MARGIN
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN
    parts = [
        Markup('<svg class="graph {}" viewBox="0 0 {:.0f} {:.0f}" style="max-width:{:.0f}px" role="img">').format(
            direction, width, height, width
        ),
        Markup("<title>{}</title>").format(picture.summary),
    ]
    lines = _points(layout, boxes, direction)
    parts += [_edge(edge, points, direction) for edge, points in zip(picture.edges, lines, strict=True)]
    parts += [_node(node, boxes[node.name]) for node in picture.nodes]
    parts += [_label(edge, points) for edge, points in zip(picture.edges, lines, strict=True)]
    return Markup("\n").join([*parts, Markup("</svg>")])


def _node_width(node: Node) -> float:
    return max(96.0, 44 + _LETTER * len(node.name), 44 + _SMALL_LETTER * len(node.detail))


def _widths(picture: Picture, layout: Layout) -> dict[object, float]:
    widths: dict[object, float] = {node.name: _node_width(node) for node in picture.nodes}
    return {place: widths.get(place, 12.0) for rank in layout.ranks for place in rank}


def _across(picture: Picture, layout: Layout) -> dict[object, _Box]:
    widths = _widths(picture, layout)
    label = max((len(edge.label) for edge in picture.edges), default=0)
    gap, row = 70 + _SMALL_LETTER * label, _NODE_HEIGHT + 34
    tallest = max(len(rank) for rank in layout.ranks) * row
    boxes, x = {}, _MARGIN
    for rank in layout.ranks:
        column = max(widths[place] for place in rank)
        for number, place in enumerate(rank):
            y = _MARGIN + (tallest - len(rank) * row) / 2 + number * row
            boxes[place] = _Box(x + (column - widths[place]) / 2, y, widths[place], _NODE_HEIGHT)
        x += column + gap
    return boxes


def _down(picture: Picture, layout: Layout) -> dict[object, _Box]:
    widths, gap = _widths(picture, layout), 22.0
    totals = [sum(widths[place] + gap for place in rank) - gap for rank in layout.ranks]
    boxes = {}
    for level, (rank, total) in enumerate(zip(layout.ranks, totals, strict=True)):
        x, y = _MARGIN + (max(totals) - total) / 2, _MARGIN + level * (_NODE_HEIGHT + 92)
        for place in rank:
            boxes[place] = _Box(x, y, widths[place], _NODE_HEIGHT)
            x += widths[place] + gap
    return boxes


def _points(layout: Layout, boxes: Mapping[object, _Box], direction: Direction) -> list[list[Point]]:
    """Return the points each edge goes through: the facing sides of its ends, and the middle of empty places."""
    lines = [[_middle(boxes[place]) for place in route] for route in layout.routes]
    for end in (0, -1):
        for name, sharing in _sharing(layout, end).items():
            toward = 1 if end == 0 else -2
            sharing.sort(key=lambda edge: lines[edge][toward][1 if direction == "right" else 0])
            for number, edge in enumerate(sharing):
                shift = (number - (len(sharing) - 1) / 2) * _PORT
                lines[edge][end] = _port(boxes[name], lines[edge][toward], shift, direction)
    return lines


def _sharing(layout: Layout, end: int) -> dict[object, list[int]]:
    """Group the numbers of edges by the node at one of their ends."""
    groups: dict[object, list[int]] = {}
    for number, route in enumerate(layout.routes):
        groups.setdefault(route[end], []).append(number)
    return groups


def _middle(box: _Box) -> Point:
    return Point(box.x + box.width / 2, box.y + box.height / 2)


def _port(box: _Box, toward: Point, shift: float, direction: Direction) -> Point:
    middle = _middle(box)
    if direction == "right":
        return Point(box.x + (box.width if toward.x >= middle.x else 0), middle.y + shift)
    return Point(middle.x + shift, box.y + (box.height if toward.y >= middle.y else 0))


def _edge(edge: Edge, points: list[Point], direction: Direction) -> Markup:
    path = f"M{points[0].x:.1f} {points[0].y:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        if direction == "right":
            path += f" C{(x0 + x1) / 2:.1f} {y0:.1f} {(x0 + x1) / 2:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        else:
            path += f" C{x0:.1f} {(y0 + y1) / 2:.1f} {x1:.1f} {(y0 + y1) / 2:.1f} {x1:.1f} {y1:.1f}"
    width = 1.5 + (9 if edge.known else 4) * math.sqrt(min(max(edge.weight, 0.0), 1.0))
    kind = "edge" if edge.known else "edge unsure"
    return Markup('<path class="{}" d="{}" stroke-width="{:.1f}"/>').format(kind, path, width)


def _label(edge: Edge, points: list[Point]) -> Markup:
    (x0, y0), (x1, y1) = points[(len(points) - 1) // 2], points[(len(points) - 1) // 2 + 1]
    return Markup('<text class="flow" x="{:.1f}" y="{:.1f}">{}</text>').format(
        (x0 + x1) / 2, (y0 + y1) / 2 + 4, edge.label
    )


def _node(node: Node, box: _Box) -> Markup:
    lines = [Markup('<text class="name" x="32" y="{}">{}</text>').format(24 if node.detail else 32, node.name)]
    if node.detail:
        lines.append(Markup('<text class="detail" x="32" y="41">{}</text>').format(node.detail))
    place = Markup('<g class="node {}" transform="translate({:.1f} {:.1f})">').format(node.kind, box.x, box.y)
    frame = Markup('<rect width="{:.1f}" height="{:.0f}" rx="10"/>').format(box.width, box.height)
    dot = Markup('<circle cx="18" cy="{:.0f}" r="6"/>').format(box.height / 2)
    return Markup("").join([place, frame, dot, *lines, Markup("</g>")])

"""Photos taken near a place."""

import math
import sqlite3

import numpy as np
from numpy.typing import NDArray

from photofind.core.query.parts import NearFilter

_EARTH_RADIUS_KM = 6371.0088  # mean radius (IUGG)
_SLACK_DEG = 1e-6  # a tenth of a metre: rounding must not take anything out of the box


def ids_near(connection: sqlite3.Connection, place: NearFilter) -> NDArray[np.int64]:
    """Photos within the radius along the earth's surface, negation aside, gone ones among them; int64 [n] in no order.

    Great-circle distance by the haversine formula, on a sphere: up to 0.5 % off the real earth. Raises sqlite3.Error.
    """
    box, arguments = _box(place)
    rows = connection.execute(f"SELECT photo_id, latitude, longitude FROM facts WHERE {box}", arguments).fetchall()
    if not rows:
        return np.empty(0, np.int64)
    ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    latitudes = np.radians(np.fromiter((row[1] for row in rows), np.float64, len(rows)))
    longitudes = np.radians(np.fromiter((row[2] for row in rows), np.float64, len(rows)))
    latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
    haversine = (
        np.sin((latitudes - latitude) / 2) ** 2
        + math.cos(latitude) * np.cos(latitudes) * np.sin((longitudes - longitude) / 2) ** 2
    )
    distances_km = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    near: NDArray[np.int64] = ids[distances_km <= place.radius_km]
    return near


def _box(place: NearFilter) -> tuple[str, list[float]]:
    """SQL for a part of the map that holds the whole circle: over a pole all longitudes, over the date line two ranges."""
    angle = place.radius_km / _EARTH_RADIUS_KM
    high_deg = math.degrees(angle) + _SLACK_DEG
    test, arguments = "latitude BETWEEN ? AND ? AND longitude IS NOT NULL", [place.latitude - high_deg, place.latitude + high_deg]
    if abs(place.latitude) + high_deg >= 90:
        return test, arguments
    # where the circle touches its outermost meridians: sin(width) = sin(angle) / cos(latitude)
    sine = math.sin(angle) / math.cos(math.radians(place.latitude))
    wide_deg = math.degrees(math.asin(min(1.0, sine))) + _SLACK_DEG
    west, east = place.longitude - wide_deg, place.longitude + wide_deg
    ranges = [(west, east)]
    if west < -180:
        ranges = [(-180.0, east), (west + 360, 180.0)]
    elif east > 180:
        ranges = [(west, 180.0), (-180.0, east - 360)]
    test += f" AND ({' OR '.join(['longitude BETWEEN ? AND ?'] * len(ranges))})"
    return test, [*arguments, *(bound for pair in ranges for bound in pair)]

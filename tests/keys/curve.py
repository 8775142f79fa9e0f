"""What does the signature rule of docs/spec/keys.md say, computed step by step and slowly?

A naive twin of `keys.ed25519`: edwards25519 in affine coordinates with Python's integers. Never for secrets.
"""

from __future__ import annotations

import hashlib

Point = tuple[int, int]

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
NEUTRAL: Point = (0, 1)


def recover_x(y: int, sign: int) -> int | None:
    """The x of a point with this y, or None when there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if x * x % PRIME != square:
        return None
    return x if x & 1 == sign else -x % PRIME


BASE: Point = (recover_x(4 * pow(5, -1, PRIME) % PRIME, 0) or 0, 4 * pow(5, -1, PRIME) % PRIME)


def add(first: Point, second: Point) -> Point:
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
    return x, y


def multiply(scalar: int, point: Point) -> Point:
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> tuple[Point, bool] | None:
    """The point and whether its encoding is the canonical one; None off the curve."""
    number = int.from_bytes(data, "little")
    y, sign = number & 2**255 - 1, number >> 255
    x = recover_x(y % PRIME, sign)
    return None if x is None else ((x, y % PRIME), y < PRIME and not (x == 0 and sign))


def small_order_points() -> list[Point]:
    """The eight points whose order divides 8."""
    y = 2
    while True:
        x = recover_x(y, 0)
        if x is not None:
            torsion = multiply(ORDER, (x, y))
            if multiply(4, torsion) != NEUTRAL:
                return [multiply(times, torsion) for times in range(8)]
        y += 1


def accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    """The rule: S below the order, a canonical key not of small order, and R the encoding of S*B - k*A."""
    scalar = int.from_bytes(signature[32:], "little")
    found = decode(public)
    if scalar >= ORDER or found is None:
        return False
    key, canonical = found
    if not canonical or multiply(8, key) == NEUTRAL:
        return False
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    factor = int.from_bytes(hashed, "little") % ORDER
    minus_key = (-key[0] % PRIME, key[1])
    expected = add(multiply(scalar, BASE), multiply(factor, minus_key))
    nonce = decode(signature[:32])
    small_nonce = nonce is not None and multiply(8, nonce[0]) == NEUTRAL
    return encode(expected) == signature[:32] and not small_nonce

"""What the type at hand can hold."""
from .numbers import INF, ZERO

# The type's largest number: what a rule is made of must not overflow where the result does not, or the result is not specified.
greatest = [INF]
# What the rounding of a result below the normal numbers is worth, in units of the type's epsilon.
underflow = [ZERO]


def use(kind):
    greatest[0], underflow[0] = kind.greatest, kind.tiny / kind.epsilon


def overflows(x):
    return abs(x) > greatest[0]

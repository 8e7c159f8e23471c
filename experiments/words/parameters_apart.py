"""What the parameters do to a difference, apart from luck, as people read it: no nought where few draws cannot tell."""

import math

from kith.experiments.words import wording


def too_few(draws: int) -> str:
    """What is said below a table that has a `<`."""
    return f"<: the parameters do less than {draws} draws can tell from luck."


def parameters_apart(
    luck: float | None, parameters: float | None, share: float | None, least: float, unit: str
) -> tuple[str, str]:
    """What the parameters alone give one pair, `± 7.2 pp`, and their share of its variance, `12 %`.

    Parameters
    ----------
    luck, parameters : half of the 90 % intervals that each alone gives one pair.
    share : of the variance, the parameters'; 0 if draws differ no more than luck makes them.
    least : the smallest share that so few draws can tell from luck: where `share` is 0, both are `<` what it gives.
    unit : of the difference.
    """
    if share is None or math.isnan(share):
        return wording.plus_minus(parameters, unit), wording.DASH
    if share > 0.0 or luck is None:
        return wording.plus_minus(parameters, unit), wording.per_cent(share)
    most = luck * math.sqrt(least / (1.0 - least))
    return f"< {wording.plus_minus(most, unit)}", f"< {wording.per_cent(least)}"

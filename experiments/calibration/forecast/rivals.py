"""The rivals of a forecast, declared beforehand, each with a predictive distribution: a sample of paths of windows.

`last value`, `mean of three windows`: the level plus changes over as many windows as were seen in the past, drawn with replacement.
`ETS`, `damped trend`: exponential smoothing (statsmodels), paths simulated from the fitted model.
`Theta`: the Theta method (Assimakopoulos & Nikolopoulos 2000), normal around its forecast with its own variance.
`combination`: a third each of the paths of ETS, damped trend and Theta.
All on logarithms of value plus one except the first two, and never below zero.
"""

import warnings
from collections.abc import Callable, Mapping

import numpy as np

from kith.experiments.calibration.priors import Floats

PATHS = 300
LEVEL_WINDOWS = 3
FEWEST = 6
"windows of the past that smoothing needs; with fewer it is the last value"
CEILING = 3.0
"no path exceeds the largest value of the past by more than this factor"
LAST = "last value"
COMBINED = "combination"


def last_value(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """The last window goes on, (paths, windows)."""
    return _level(past, past[-1], ahead, luck)


def recent_mean(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """The mean of the last three windows goes on."""
    return _level(past, float(past[-LEVEL_WINDOWS:].mean()), ahead, luck)


def _level(past: Floats, level: float, ahead: int, luck: np.random.Generator) -> Floats:
    out = np.empty((PATHS, ahead))
    for step in range(ahead):
        lag = min(step + 1, len(past) - 1)
        changes = past[lag:] - past[:-lag] if lag > 0 else np.zeros(1)
        out[:, step] = level + luck.choice(changes - changes.mean(), PATHS)
    return np.maximum(out, 0.0)


def ets(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """Simple exponential smoothing."""
    return _smoothed(past, ahead, luck, trend=None)


def damped(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """A damped trend."""
    return _smoothed(past, ahead, luck, trend="add")


def _smoothed(past: Floats, ahead: int, luck: np.random.Generator, trend: str | None) -> Floats:
    if not _has_pattern(past):
        return last_value(past, ahead, luck)
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ETSModel(np.log1p(past), error="add", trend=trend, damped_trend=trend is not None)
        fitted = model.fit(disp=False, maxiter=200)
        paths = fitted.simulate(ahead, anchor="end", repetitions=PATHS, rng=luck)
    return _bounded(np.asarray(paths).reshape(ahead, PATHS).T, past)


def theta(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """The Theta method, without a season."""
    if not _has_pattern(past):
        return last_value(past, ahead, luck)
    from statsmodels.tsa.forecasting.theta import ThetaModel

    y = np.log1p(past)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ThetaModel(y, period=1, deseasonalize=False).fit(disp=0)
        mean = np.asarray(fitted.forecast(ahead), float)
        alpha = float(fitted.params.iloc[1])
    level, errors = y[0], []
    for value in y[1:]:
        errors.append(value - level)
        level += alpha * errors[-1]
    sigma2 = float(np.mean(np.square(errors)))  # statsmodels would fit a state space for this, in seconds
    # the variance of simple exponential smoothing, which Theta is, with drift
    spread = np.sqrt(sigma2 * (1.0 + np.arange(ahead) * alpha**2))
    return _bounded(mean + spread * luck.normal(size=(PATHS, ahead)), past)


def combination(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """A third each of the paths of ETS, damped trend and Theta."""
    third = PATHS // 3
    return np.concatenate([rival(past, ahead, luck)[:third] for rival in (ets, damped, theta)])


def _has_pattern(past: Floats) -> bool:
    return len(past) >= FEWEST and float(past.std()) > 0.0


def _bounded(logs: Floats, past: Floats) -> Floats:
    most = np.log1p(CEILING * max(1.0, float(past.max())))
    return np.expm1(np.clip(logs, 0.0, most))


type Rival = Callable[[Floats, int, np.random.Generator], Floats]

RIVALS: Mapping[str, Rival] = {
    LAST: last_value,
    "mean of three windows": recent_mean,
    "ETS": ets,
    "damped trend": damped,
    "Theta": theta,
    COMBINED: combination,
}
"Those that know a series alone; `closed_form` has the one that knows the members."

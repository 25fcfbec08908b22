"""Time of the processor, in turn and in an order that is another one each time."""

from collections.abc import Callable
from collections.abc import Mapping
from statistics import median
from statistics import quantiles
from time import process_time

import gc
import random
import transaction


#: What makes ready what is to be timed, and returns that.
Preparation = Callable[[], Callable[[], object]]


def measured(cases: Mapping[str, Preparation], repetitions: int) -> dict:
    """Return the seconds of each case, one for each repetition.

    The transaction is given up after each.  What is ready is not timed.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for prepare in cases.values():
        # What is imported, compiled or looked up once.
        _seconds_of(prepare)
    # What is there stays there: to look for garbage in it takes long.
    gc.collect()
    gc.freeze()
    for _repetition in range(repetitions):
        names = list(cases)
        random.shuffle(names)
        for name in names:
            seconds[name].append(_seconds_of(cases[name]))
    gc.unfreeze()
    return seconds


def _seconds_of(prepare: Preparation) -> float:
    run = prepare()
    gc.collect()
    gc.disable()
    try:
        started = process_time()
        run()
        return process_time() - started
    finally:
        gc.enable()
        transaction.abort()


def figures(seconds: Mapping[str, list[float]], reference: str) -> dict:
    """Return the median in ms and the ratio to the reference with its quartiles.

    A ratio is one of times in the same repetition: a machine that is slow for a while
    is so for both.
    """
    found = {}
    for name, times in seconds.items():
        ratios = [
            one / other for one, other in zip(times, seconds[reference], strict=True)
        ]
        low, middle, high = quantiles(ratios, n=4)
        found[name] = {
            "ms": median(times) * 1000,
            "ratio": middle,
            "low": low,
            "high": high,
        }
    return found

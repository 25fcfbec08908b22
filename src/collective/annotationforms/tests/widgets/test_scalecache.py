from collective.annotationforms.widgets.scalecache import Scale
from collective.annotationforms.widgets.scalecache import ScaleCache
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from threading import Event

import unittest


def scale(size=10):
    return Scale(b"x" * size, "image/png", None)


class TestScaleCache(unittest.TestCase):
    """Scales are made once, and those asked for last are kept."""

    def setUp(self):
        self.made = []

    def get(self, cache, picture, how="mini", found=None):
        def make():
            self.made.append((picture, how))
            return scale() if found is None else found()

        return cache.get(picture, how, make)

    def test_made_once(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)
        first = self.get(cache, 1)
        self.assertIs(first, self.get(cache, 1))
        self.get(cache, 1, "large")
        self.get(cache, 2)
        self.assertEqual([(1, "mini"), (1, "large"), (2, "mini")], self.made)
        self.assertEqual((3, 30), (len(cache), cache.size))

    def test_what_cannot_be_scaled_is_not_tried_again(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)
        for _number in range(2):
            self.assertIsNone(self.get(cache, 1, found=lambda: None))
        self.assertEqual([(1, "mini")], self.made)

    def test_the_number_is_limited_and_the_last_used_stay(self):
        cache = ScaleCache(max_scales=2, max_bytes=999)
        for picture in (1, 2, 1, 3, 1, 2):
            self.get(cache, picture)
        self.assertEqual([1, 2, 3, 2], [picture for picture, _how in self.made])
        self.assertEqual((2, 20), (len(cache), cache.size))

    def test_the_bytes_are_limited(self):
        cache = ScaleCache(max_scales=99, max_bytes=25)
        for picture in (1, 2, 3):
            self.get(cache, picture)
        self.assertEqual((2, 20), (len(cache), cache.size))
        self.get(cache, 4, found=lambda: scale(26))
        self.assertEqual((0, 0), (len(cache), cache.size))

    def test_an_error_leaves_nothing_behind(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)

        def fail():
            raise MemoryError

        for _number in range(2):
            self.assertRaises(MemoryError, self.get, cache, 1, found=fail)
        self.assertEqual(0, len(cache))
        self.assertEqual(10, self.get(cache, 1).getSize())
        self.assertEqual({}, cache._waiting)

    def test_all_can_be_forgotten(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)
        self.get(cache, 1)
        cache.clear()
        self.assertEqual((0, 0), (len(cache), cache.size))


class TestThreads(unittest.TestCase):
    """Of one picture, one scale at a time is made; other pictures do not wait."""

    def test_who_asks_meanwhile_waits(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)
        at_work, most, made = [], [], []
        together = Barrier(8)

        def make():
            at_work.append(1)
            most.append(len(at_work))
            made.append(1)
            # Let the others try.
            Event().wait(0.02)
            at_work.pop()
            return scale()

        def ask(number):
            together.wait()
            return cache.get("picture", number % 2, make)

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(ask, range(8)))
        self.assertEqual((2, 1), (len(made), max(most)))
        self.assertEqual(2, len({id(scale) for scale in found}))
        self.assertEqual({}, cache._waiting)

    def test_another_picture_does_not_wait(self):
        cache = ScaleCache(max_scales=9, max_bytes=999)
        started, go_on = Event(), Event()

        def slow():
            started.set()
            go_on.wait(10)
            return scale()

        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(cache.get, "slow", "mini", slow)
            started.wait(10)
            self.assertEqual(10, cache.get("quick", "mini", scale).getSize())
            self.assertFalse(first.done())
            go_on.set()

    def test_many_threads_keep_count(self):
        cache = ScaleCache(max_scales=5, max_bytes=45)

        def ask(number):
            return cache.get(number % 7, "mini", scale)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(ask, range(500)))
        self.assertEqual((4, 40), (len(cache), cache.size))

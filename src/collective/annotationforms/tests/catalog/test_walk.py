"""Going over many pages."""

from collective.annotationforms import annotation_storage
from collective.annotationforms.catalog import search
from collective.annotationforms.catalog import walk
from collective.annotationforms.catalog.cleanup import CleanUp
from collective.annotationforms.catalog.search import Search
from collective.annotationforms.catalog.walk import walk_catalog
from collective.annotationforms.catalog.walk import walk_part_of_search
from collective.annotationforms.catalog.walk import walk_search
from collective.annotationforms.registry import LeftOver
from collective.annotationforms.saving.deletion import delete_data
from collective.annotationforms.tests.layers import IntegrationTestCase
from datetime import datetime
from datetime import timezone
from plone.app.testing import logout
from unittest import mock

import transaction


KEY = "example.data"
NAMES = [f"p{number}" for number in range(7)]


class WalkTestCase(IntegrationTestCase):
    """Seven pages have data; two of them are more than a chunk of brains."""

    def setUp(self):
        super().setUp()
        # Neither the order of the titles nor that of the paths is that of the records.
        for name in NAMES[3:] + NAMES[:3]:
            title = f"Title {9 - int(name[1])}"
            self.portal.invokeFactory("Document", name, title=title)
            annotation_storage(self.portal[name], KEY)["name"] = name
        transaction.savepoint(optimistic=True)
        self.search = Search(form=LeftOver(KEY))
        # Until somebody searches, they wait to be cataloged.
        self.assertEqual(7, self.search.count())
        patch = mock.patch.object(search, "BRAINS_IN_MEMORY", 2)
        patch.start()
        self.addCleanup(patch.stop)

    def record(self, name):
        return self.portal.portal_catalog.getrid(f"/plone/{name}")

    def by_records(self):
        return sorted(NAMES, key=self.record)

    def names(self, walked):
        return [page.getId() for _record, page in walked]


class TestOrder(WalkTestCase):
    """Pages come in the order of the search."""

    def test_the_order_of_the_search(self):
        for sort, expected in (("title", NAMES[::-1]), ("path", NAMES)):
            for descending in (False, True):
                with self.subTest(sort=sort, descending=descending):
                    found = Search(form=LeftOver(KEY), sort=sort, descending=descending)
                    order = expected[::-1] if descending else expected
                    self.assertEqual(order, self.names(walk_search(found)))
                    self.assertEqual(
                        [brain.getRID() for brain in found.pages()], found.records()
                    )

    def test_at_most_some(self):
        for sort, expected in (("title", NAMES[:3:-1]), ("path", NAMES[:3])):
            found = Search(form=LeftOver(KEY), sort=sort)
            self.assertEqual(expected, self.names(walk_search(found, limit=3)))
        self.assertEqual(7, len(walk_search(self.search, limit=8).records))

    def test_records_come_with_the_pages(self):
        for record, page in walk_search(self.search):
            self.assertEqual(self.record(page.getId()), record)

    def test_only_pages_that_the_user_may_view(self):
        workflow = self.portal.portal_workflow
        workflow.doActionFor(self.portal["p4"], "publish")
        logout()
        self.assertEqual(["p4"], self.names(walk_search(self.search)))
        part = walk_part_of_search(self.search, start=None, limit=10)
        self.assertEqual(["p4"], self.names(part))


class TestWriting(WalkTestCase):
    """Whoever goes may write: no page is passed over, none comes for nothing."""

    def test_data_that_are_deleted_on_the_way(self):
        seen = []
        for _record, page in walk_search(self.search):
            seen.append(page.getId())
            delete_data(page, self.search.form)
            self.assertEqual(7 - len(seen), len(self.search.pages()))
        self.assertEqual(NAMES[::-1], seen)

    def test_pages_that_are_reindexed_on_the_way(self):
        seen = []
        for number, (_record, page) in enumerate(walk_search(self.search)):
            seen.append(page.getId())
            page.title = f"Title {100 + number}"
            page.reindexObject()
            self.assertEqual(7, len(self.search.pages()))
        self.assertEqual(NAMES[::-1], seen)

    def test_pages_that_are_gone_or_have_lost_their_data(self):
        pages = walk_search(self.search)
        self.portal.manage_delObjects(["p6"])
        annotation_storage(self.portal["p5"], KEY).remove()
        with mock.patch.object(type(self.page.aq_base), "unindexObject"):
            self.portal._delOb("p4")
        walked = iter(pages)
        self.assertEqual("p3", next(walked)[1].getId())
        annotation_storage(self.portal["p2"], KEY).remove()
        annotation_storage(self.portal["p1"], "example.other")["name"] = "p1"
        self.assertEqual(["p1", "p0"], self.names(walked))
        self.assertEqual(7, pages.done)

    def test_parts(self):
        start, seen = None, []
        while len(seen) < 7:
            part = walk_part_of_search(self.search, start=start, limit=2)
            for record, page in part:
                seen.append(page.getId())
                if page.getId() in ("p0", "p4"):
                    delete_data(page, self.search.form)
                self.assertTrue(start is None or start <= record)
            start = part.next_start
        self.assertIsNone(start)
        self.assertEqual(self.by_records(), seen)

    def test_a_part_whose_first_page_is_gone(self):
        names = self.by_records()
        part = walk_part_of_search(self.search, start=None, limit=3)
        self.assertEqual(self.record(names[3]), part.next_start)
        self.portal.manage_delObjects([names[3]])
        rest = walk_part_of_search(self.search, start=part.next_start, limit=9)
        self.assertEqual(names[4:], self.names(rest))
        self.assertIsNone(rest.next_start)

    def test_the_whole_catalog(self):
        catalog = self.portal.portal_catalog
        done = []
        part = walk_catalog(catalog, start=None, limit=3, progress=done.append)
        records = [record for record, _page in part]
        for name in NAMES[:2]:
            self.portal.manage_delObjects([name])
        rest = walk_catalog(
            catalog, start=part.next_start, limit=None, progress=done.append
        )
        for record, page in rest:
            records.append(record)
            page.reindexObject()
            len(catalog(portal_type="Document"))
        self.assertEqual(sorted(set(records)), records)
        self.assertEqual(len(catalog), len(records))
        self.assertEqual([1, 2, 3, *range(1, len(records))], done)


class TestCleanUp(WalkTestCase):
    def test_a_page_that_lost_its_data_counts_as_kept(self):
        clean_up = CleanUp(self.search)
        walked = walk_part_of_search(self.search, start=None, limit=4)
        annotation_storage(self.portal["p4"], KEY).remove()
        with mock.patch(
            "collective.annotationforms.catalog.cleanup.walk_part_of_search",
            return_value=walked,
        ):
            part = clean_up.delete(start=None, limit=4)
        self.assertEqual((3, 1), (part.deleted, part.kept))

    def test_what_is_found(self):
        everything = CleanUp(self.search).found()
        self.assertEqual(list(map(self.record, NAMES[::-1])), list(everything))
        # They are not committed, so that nothing is known of their age.
        late = datetime(2999, 1, 1, tzinfo=timezone.utc)
        self.assertEqual([], CleanUp(self.search, late).found())


class TestMemory(WalkTestCase):
    """Pages leave the memory on the way."""

    def setUp(self):
        super().setUp()
        self.jar = self.portal._p_jar
        size = self.jar.db().getCacheSize()
        self.jar.db().setCacheSize(0)
        self.addCleanup(self.jar.db().setCacheSize, size)
        patch = mock.patch.object(walk, "PAGES_IN_MEMORY", 1)
        patch.start()
        self.addCleanup(patch.stop)
        self.jar.cacheGC()

    def in_memory(self):
        """Return the pages of the test whose state is loaded."""
        # Not by the folder's methods: the wrapper that they make loads the page.
        pages = {name: self.portal._tree[name] for name in NAMES}
        return [name for name, page in pages.items() if page._p_changed is not None]

    def test_reading(self):
        for _record, page in walk_search(self.search):
            self.assertEqual({"name": page.getId()}, annotation_storage(page, KEY))
            self.assertEqual([page.getId()], self.in_memory())

    def test_reading_makes_no_savepoint(self):
        self.page.title = "changed"
        self.names(walk_search(self.search))
        self.assertIn(self.page.aq_base, self.jar._registered_objects)

    def test_writing(self):
        for _record, page in walk_part_of_search(self.search, start=None, limit=7):
            page.title = "changed"
            self.assertEqual([page.getId()], self.in_memory())
        self.assertEqual("changed", self.portal["p3"].title)

from collective.annotationforms.forms.mark import mark
from unittest import TestCase
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.interface import Interface
from zope.interface import providedBy


class IClass(Interface):
    """What a class implements."""


class IOne(Interface):
    """A mark."""


class ITwo(Interface):
    """Another mark."""


@implementer(IClass)
class Marked:
    """An object that is marked."""


class Other(Marked):
    """One of another class."""


class TestMark(TestCase):
    """Objects that are alike share what is declared for them."""

    def test_as_also_provides_does_it(self):
        for cls in (Marked, Other):
            for interfaces in ((), (IOne,), (ITwo, IOne)):
                with self.subTest(cls=cls, interfaces=interfaces):
                    ours, theirs = cls(), cls()
                    for interface in interfaces:
                        mark(ours, interface)
                        alsoProvides(theirs, interface)
                    self.assertEqual(
                        list(providedBy(theirs).flattened()),
                        list(providedBy(ours).flattened()),
                    )

    def test_comes_to_marks_that_are_there(self):
        obj = Marked()
        alsoProvides(obj, IOne)
        mark(obj, ITwo)
        self.assertEqual([IOne, ITwo, IClass], list(providedBy(obj)))

    def test_others_keep_what_they_have(self):
        objs = [Marked(), Marked()]
        mark(objs[0], IOne)
        self.assertFalse(IOne.providedBy(objs[1]))
        self.assertFalse(IOne.implementedBy(Marked))

    def test_is_made_once(self):
        objs = [Marked(), Marked()]
        for obj in objs:
            mark(obj, IOne)
            mark(obj, ITwo)
        self.assertIs(objs[0].__provides__, objs[1].__provides__)

    def test_twice(self):
        obj = Marked()
        mark(obj, IOne)
        mark(obj, IOne)
        self.assertEqual([IOne, IClass], list(providedBy(obj)))

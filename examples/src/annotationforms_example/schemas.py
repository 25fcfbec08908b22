"""The fields of the forms; settings and review share those of IContact."""

from annotationforms_example.i18n import _
from annotationforms_example.widgets import WebAddressFieldWidget
from collective.z3cform.datagridfield.datagridfield import DataGridFieldFactory
from collective.z3cform.datagridfield.row import DictRow
from decimal import Decimal
from plone.app.textfield import RichText
from plone.app.z3cform.widgets.select import AjaxSelectFieldWidget
from plone.autoform import directives
from plone.namedfile.field import NamedBlobFile
from plone.namedfile.field import NamedBlobImage
from plone.schema.email import Email
from plone.supermodel import model
from z3c.form.browser.checkbox import CheckBoxFieldWidget
from z3c.form.browser.radio import RadioFieldWidget
from z3c.relationfield.schema import RelationChoice
from z3c.relationfield.schema import RelationList
from zope import schema
from zope.schema.interfaces import ValidationError
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


def vocabulary(**titles: str) -> SimpleVocabulary:
    """Return a vocabulary of titled terms: the value is stored, the title shown."""
    return SimpleVocabulary(
        [SimpleTerm(value, title=title) for value, title in titles.items()]
    )


LAYOUTS = vocabulary(
    narrow=_("Narrow, for reading"),
    wide=_("Wide, for tables and pictures"),
    columns=_("Two columns"),
)
AUDIENCES = vocabulary(
    public=_("General public"),
    press=_("Press"),
    partners=_("Partners"),
    staff=_("Staff"),
)
VERDICTS = vocabulary(
    good=_("Good as it is"),
    change=_("Needs changes"),
    remove=_("Should be removed"),
)


class IContact(model.Schema):
    """Whom to ask: a part of both forms."""

    contact = Email(
        title=_("Contact"),
        description=_("E-mail address of the person to ask."),
    )
    notes = schema.Text(
        title=_("Notes"),
        description=_("For colleagues; visitors do not see them."),
        required=False,
    )


class IPageSettings(IContact):
    """Who looks after a page, how it is presented and for whom it is."""

    next_check = schema.Date(
        title=_("Next check"),
        description=_("When somebody has to read the page again."),
        required=False,
    )
    yearly_cost = schema.Decimal(
        title=_("Cost per year"),
        description=_("Licences and translations, in euros."),
        min=Decimal(0),
        required=False,
    )

    model.fieldset(
        "presentation",
        label=_("Presentation"),
        description=_("What visitors see of the page, and how."),
        fields=[
            "short_title",
            "summary",
            "layout",
            "show_contents",
            "related_pages",
            "weight",
        ],
    )
    short_title = schema.TextLine(
        title=_("Short title"),
        description=_("Used where there is little room, for example on a phone."),
        max_length=30,
        required=False,
    )
    summary = schema.Text(
        title=_("Summary"),
        description=_("Two or three sentences for lists and newsletters."),
        required=False,
    )
    layout = schema.Choice(
        title=_("Layout"),
        description=_("How the text is set."),
        vocabulary=LAYOUTS,
        default="narrow",
    )
    show_contents = schema.Bool(
        title=_("Show a table of contents"),
        default=True,
        required=False,
    )
    related_pages = schema.Int(
        title=_("Related pages"),
        description=_("How many are listed below the text."),
        default=5,
        min=0,
        max=20,
        required=False,
    )
    weight = schema.Float(
        title=_("Weight"),
        description=_("Pages of a greater weight come first in lists."),
        default=1.0,
        min=0.0,
        required=False,
    )

    model.fieldset(
        "publishing",
        label=_("Publishing"),
        description=_("For whom the page is, and when."),
        fields=["audiences", "announce_from", "source", "former_titles"],
    )
    directives.widget("audiences", CheckBoxFieldWidget)
    audiences = schema.Set(
        title=_("Audiences"),
        description=_("For whom the page is written."),
        value_type=schema.Choice(vocabulary=AUDIENCES),
        default={"public"},
        required=False,
    )
    announce_from = schema.Datetime(
        title=_("Announce from"),
        description=_("The page is in no newsletter before."),
        required=False,
    )
    source = schema.URI(
        title=_("Source"),
        description=_("Address of the document that the text is taken from."),
        required=False,
    )
    former_titles = schema.List(
        title=_("Former titles"),
        description=_("Other names that people look for, one in each line."),
        value_type=schema.TextLine(),
        required=False,
    )


class IPageReview(IContact):
    """What a reviewer found."""

    reviewed_on = schema.Date(title=_("Reviewed on"))
    directives.widget("verdict", RadioFieldWidget)
    verdict = schema.Choice(title=_("Verdict"), vocabulary=VERDICTS)
    findings = schema.List(
        title=_("Findings"),
        description=_("What should be changed, one thing in each line."),
        value_type=schema.TextLine(),
        required=False,
    )


class NoWebAddress(ValidationError):
    __doc__ = _("A web address begins with https:// or http://.")


def is_web_address(value: str) -> bool:
    """Tell whether it is safe to link to: ``javascript:`` is a valid URI, too."""
    if not value.startswith(("http://", "https://")):
        raise NoWebAddress(value)
    return True


class ISource(model.Schema):
    """A row of the table of sources.

    No column is required: the empty last row of a table would seem to lack it.
    """

    title = schema.TextLine(title=_("Title"), required=False)
    directives.widget("address", WebAddressFieldWidget)
    address = schema.URI(title=_("Address"), constraint=is_web_address, required=False)
    read_on = schema.Date(title=_("Read on"), required=False)


class IPageMedia(model.Schema):
    """What goes with a page: a text, links, files."""

    introduction = RichText(
        title=_("Introduction"),
        description=_("For those who come to the subject for the first time."),
        # Without a choice: the site would offer Textile, too.
        allowed_mime_types=("text/html",),
        required=False,
    )
    directives.widget(
        "topics", AjaxSelectFieldWidget, vocabulary="plone.app.vocabularies.Keywords"
    )
    topics = schema.Tuple(
        title=_("Topics"),
        description=_("Tags of the site, or new ones."),
        value_type=schema.TextLine(),
        required=False,
    )

    model.fieldset(
        "links",
        label=_("Links"),
        description=_("Where the subject goes on, and where it comes from."),
        fields=["main_page", "related_pages", "sources"],
    )
    main_page = RelationChoice(
        title=_("Main page"),
        description=_("Where the subject is explained as a whole."),
        vocabulary="plone.app.vocabularies.Catalog",
        required=False,
    )
    related_pages = RelationList(
        title=_("Related pages"),
        description=_("What to read next."),
        value_type=RelationChoice(vocabulary="plone.app.vocabularies.Catalog"),
        default=[],
        required=False,
    )
    directives.widget(
        "sources",
        DataGridFieldFactory,
        display_table_css_class="table table-sm",
    )
    sources = schema.List(
        title=_("Sources"),
        description=_("Documents that the text is taken from."),
        value_type=DictRow(schema=ISource),
        required=False,
    )

    model.fieldset(
        "files",
        label=_("Files"),
        description=_("A document to print and a picture for the press."),
        fields=["handout", "picture", "picture_taken", "picture_until"],
    )
    handout = NamedBlobFile(
        title=_("Handout"),
        description=_("The page as a PDF file."),
        accept=("application/pdf",),
        required=False,
    )
    picture = NamedBlobImage(
        title=_("Picture"),
        description=_("For articles about the subject."),
        required=False,
    )
    picture_taken = schema.Datetime(
        title=_("Picture taken"),
        required=False,
    )
    picture_until = schema.Date(
        title=_("Picture free until"),
        description=_("Last day on which others may print the picture."),
        required=False,
    )

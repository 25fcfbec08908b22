"""The fields of the forms; settings and review share those of IContact."""

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
    narrow="Narrow, for reading",
    wide="Wide, for tables and pictures",
    columns="Two columns",
)
AUDIENCES = vocabulary(
    public="General public",
    press="Press",
    partners="Partners",
    staff="Staff",
)
VERDICTS = vocabulary(
    good="Good as it is",
    change="Needs changes",
    remove="Should be removed",
)


class IContact(model.Schema):
    """Whom to ask: a part of both forms."""

    contact = Email(
        title="Contact",
        description="E-mail address of the person to ask.",
    )
    notes = schema.Text(
        title="Notes",
        description="For colleagues; visitors do not see them.",
        required=False,
    )


class IPageSettings(IContact):
    """Who looks after a page, how it is presented and for whom it is."""

    next_check = schema.Date(
        title="Next check",
        description="When somebody has to read the page again.",
        required=False,
    )
    yearly_cost = schema.Decimal(
        title="Cost per year",
        description="Licences and translations, in euros.",
        min=Decimal(0),
        required=False,
    )

    model.fieldset(
        "presentation",
        label="Presentation",
        description="What visitors see of the page, and how.",
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
        title="Short title",
        description="Used where there is little room, for example on a phone.",
        max_length=30,
        required=False,
    )
    summary = schema.Text(
        title="Summary",
        description="Two or three sentences for lists and newsletters.",
        required=False,
    )
    layout = schema.Choice(
        title="Layout",
        description="How the text is set.",
        vocabulary=LAYOUTS,
        default="narrow",
    )
    show_contents = schema.Bool(
        title="Show a table of contents",
        default=True,
        required=False,
    )
    related_pages = schema.Int(
        title="Related pages",
        description="How many are listed below the text.",
        default=5,
        min=0,
        max=20,
        required=False,
    )
    weight = schema.Float(
        title="Weight",
        description="Pages of a greater weight come first in lists.",
        default=1.0,
        min=0.0,
        required=False,
    )

    model.fieldset(
        "publishing",
        label="Publishing",
        description="For whom the page is, and when.",
        fields=["audiences", "announce_from", "source", "former_titles"],
    )
    directives.widget("audiences", CheckBoxFieldWidget)
    audiences = schema.Set(
        title="Audiences",
        description="For whom the page is written.",
        value_type=schema.Choice(vocabulary=AUDIENCES),
        default={"public"},
        required=False,
    )
    announce_from = schema.Datetime(
        title="Announce from",
        description="The page is in no newsletter before.",
        required=False,
    )
    source = schema.URI(
        title="Source",
        description="Address of the document that the text is taken from.",
        required=False,
    )
    former_titles = schema.List(
        title="Former titles",
        description="Other names that people look for, one in each line.",
        value_type=schema.TextLine(),
        required=False,
    )


class IPageReview(IContact):
    """What a reviewer found."""

    reviewed_on = schema.Date(title="Reviewed on")
    directives.widget("verdict", RadioFieldWidget)
    verdict = schema.Choice(title="Verdict", vocabulary=VERDICTS)
    findings = schema.List(
        title="Findings",
        description="What should be changed, one thing in each line.",
        value_type=schema.TextLine(),
        required=False,
    )


class NoWebAddress(ValidationError):
    """A web address begins with https:// or http://."""


def is_web_address(value: str) -> bool:
    """Tell whether it is safe to link to: ``javascript:`` is a valid URI, too."""
    if not value.startswith(("http://", "https://")):
        raise NoWebAddress(value)
    return True


class ISource(model.Schema):
    """A row of the table of sources.

    No column is required: the empty last row of a table would seem to lack it.
    """

    title = schema.TextLine(title="Title", required=False)
    directives.widget("address", WebAddressFieldWidget)
    address = schema.URI(title="Address", constraint=is_web_address, required=False)
    read_on = schema.Date(title="Read on", required=False)


class IPageMedia(model.Schema):
    """What goes with a page: a text, links, files."""

    introduction = RichText(
        title="Introduction",
        description="For those who come to the subject for the first time.",
        # Without a choice: the site would offer Textile, too.
        allowed_mime_types=("text/html",),
        required=False,
    )
    directives.widget(
        "topics", AjaxSelectFieldWidget, vocabulary="plone.app.vocabularies.Keywords"
    )
    topics = schema.Tuple(
        title="Topics",
        description="Tags of the site, or new ones.",
        value_type=schema.TextLine(),
        required=False,
    )

    model.fieldset(
        "links",
        label="Links",
        description="Where the subject goes on, and where it comes from.",
        fields=["main_page", "related_pages", "sources"],
    )
    main_page = RelationChoice(
        title="Main page",
        description="Where the subject is explained as a whole.",
        vocabulary="plone.app.vocabularies.Catalog",
        required=False,
    )
    related_pages = RelationList(
        title="Related pages",
        description="What to read next.",
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
        title="Sources",
        description="Documents that the text is taken from.",
        value_type=DictRow(schema=ISource),
        required=False,
    )

    model.fieldset(
        "files",
        label="Files",
        description="A document to print and a picture for the press.",
        fields=["handout", "picture", "picture_taken", "picture_until"],
    )
    handout = NamedBlobFile(
        title="Handout",
        description="The page as a PDF file.",
        accept=("application/pdf",),
        required=False,
    )
    picture = NamedBlobImage(
        title="Picture",
        description="For articles about the subject.",
        required=False,
    )
    picture_taken = schema.Datetime(
        title="Picture taken",
        required=False,
    )
    picture_until = schema.Date(
        title="Picture free until",
        description="Last day on which others may print the picture.",
        required=False,
    )

"""The example speaks the languages of the package."""

from annotationforms_example.tests.base import PageTestCase
from plone.i18n.interfaces import ILanguageSchema
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import re
import transaction


# The title of each form, and that of one of its fields or choices.
WORDS = {
    "de": {
        "page-settings": ("Einstellungen der Seite", "Nächste Prüfung"),
        "page-review": ("Begutachtung der Seite", "Muss geändert werden"),
        "page-media": ("Material zur Seite", "Aufgenommen am"),
    },
    "es": {
        "page-settings": ("Ajustes de la página", "Próxima revisión"),
        "page-review": ("Evaluación de la página", "Necesita cambios"),
        "page-media": ("Material de la página", "Imagen tomada"),
    },
    "fi": {
        "page-settings": ("Sivun asetukset", "Seuraava tarkistus"),
        "page-review": ("Sivun arviointi", "Vaatii muutoksia"),
        "page-media": ("Sivun aineisto", "Kuva otettu"),
    },
    "fr": {
        "page-settings": ("Réglages de la page", "Prochaine vérification"),
        "page-review": ("Relecture de la page", "À modifier"),
        "page-media": ("Documentation de la page", "Prise de vue"),
    },
}


class TestTranslations(PageTestCase):
    """Forms, and the pages to read them, in each language."""

    def speak(self, language):
        settings = getUtility(IRegistry).forInterface(ILanguageSchema, prefix="plone")
        settings.available_languages = ["en", *WORDS]
        settings.default_language = language
        transaction.commit()

    def heading(self, browser):
        return re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", browser.contents).group(1)

    def test_form_and_view_have_one_label(self):
        for language, words in WORDS.items():
            self.speak(language)
            for name, (title, word) in words.items():
                form = self.open(name)
                self.assertEqual(title, self.heading(form), (language, name))
                self.assertIn(word, form.contents)
                view = self.open(f"{name}-view")
                self.assertEqual(title, self.heading(view), (language, name))
                self.assertIn(f">{title}<", self.open("form-data").contents)

    def test_what_validators_say_is_translated(self):
        self.speak("de")
        browser = self.open("page-settings")
        browser.getControl(name="form.widgets.contact").value = "noreply@example.org"
        browser.getControl(name="form.buttons.save").click()
        self.assertIn("Dieses Postfach liest niemand", browser.contents)

    def test_what_the_database_says_is_translated_within_the_description(self):
        self.speak("de")
        contents = self.open("page-review").contents
        self.assertRegex(contents, "Was Ihnen [^<]*Es gibt keine Datenbank")

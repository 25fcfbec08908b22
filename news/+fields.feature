Every field type and widget of Plone on annotation storage: relations, files, images, rich text, AJAX vocabularies and data grids, served with the permission of the form.

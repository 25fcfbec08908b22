A ZCML directive, ``annotationforms:form``, registers a form, its page to edit and its page to read, and makes it known to the site.

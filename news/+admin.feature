Site admins see, export and delete form data: a tab of the page, a control panel with tables, exports in CSV and JSON and a clean-up in steps, and a catalog index ``annotation_forms``.

Forms that keep their data in an annotation of the content: ``AnnotationStorageMixin``, ``AnnotationEditForm``, ``AnnotationView``, ``annotation_storage``, ``schema_view``.

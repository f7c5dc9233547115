from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "giapranh.documents"
    label = "documents"
